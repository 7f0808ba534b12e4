#!/usr/bin/env node
// Starts the command line; what needs no command (--version, a Node that is too old) is answered before anything is loaded.
import { existsSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { compileCacheDirectory } from './compile-cache.js';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const argv = process.argv.slice(2);

if (argv[0] === '--version' || argv[0] === '-V') {
  process.stdout.write(`ostrata ${manifest.version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `ostrata needs Node 24 or newer and was started with ${process.version}.\n` +
      'Hint: in a checkout start it with "npx ostrata", which uses the Node of the project.\n',
  );
  process.exitCode = 1;
} else {
  const compiled = compileCacheDirectory();
  if (compiled !== undefined) nodeModule.enableCompileCache?.(compiled);
  const source = new URL('../src/main.ts', import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
  await main(argv);
}
