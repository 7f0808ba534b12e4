// Runs a command of ostrata and adds what V8 compiled for it to the cache: compile.cjs DIRECTORY PROGRAM [ARGUMENT]...
// Only when a package is made; what users run writes nothing.
'use strict';
const { renameSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const [directory, program, ...argv] = process.argv.slice(2);
const load = require(join(resolve(directory), 'load.cjs'));
const { compiled, places, read, scripts } = load.state;

process.on('exit', () => {
  const parts = [];
  const written = [];
  let offset = 0;
  for (const number of places.keys()) {
    const data = scripts[number]?.createCachedData() ?? (compiled[number] && read('cache', compiled[number]));
    written.push(data ? [offset, data.length] : 0);
    if (!data) continue;
    parts.push(data);
    offset += data.length;
  }
  for (const [name, content] of [
    ['cache', Buffer.concat(parts)],
    ['cache.json', JSON.stringify(written)],
  ]) {
    writeFileSync(join(directory, `${name}.new`), content);
    renameSync(join(directory, `${name}.new`), join(directory, name));
  }
});

process.argv = [process.argv[0], join(directory, `${program}.cjs`), ...argv];
require(join(resolve(directory), `${program}.cjs`));
