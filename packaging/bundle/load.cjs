// Runs the modules of `code`, where scripts/bundle put all of ostrata's: each piece is read, and compiled from `cache`, when it is first asked for.
'use strict';
const { openSync, readFileSync, readSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { Script } = require('node:vm');

/** Beside this directory; modules of `code` are named by the files in it in whose place they are. */
const MODULES = join(__dirname, '../node_modules');
const FILES = `${MODULES}/`;

/**
 * `scripts`: where each is in `code`, its length, whether it is more than ASCII, and its name; `pieces`: the script of each and its place in
 * it; `packages`: the file of what can be imported by name; `files`: the piece of each file. `compiled`: places and lengths in the cache.
 */
const { scripts: places, pieces, packages, files } = readJson('code.json');
const compiled = readJson('cache.json') ?? [];
/** By number, of the scripts that were run; what writes the cache asks for them. */
const scripts = [];
const functions = [];
const exported = [];
const descriptors = {};

function readJson(name) {
  try {
    return JSON.parse(readFileSync(join(__dirname, name), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function read(name, [offset, length]) {
  descriptors[name] ??= openSync(join(__dirname, name));
  const bytes = Buffer.allocUnsafeSlow(length);
  if (readSync(descriptors[name], bytes, 0, length, offset) !== length)
    throw new Error(`${name} of ostrata is incomplete`);
  return bytes;
}

/** The functions of a script. */
function compile(number) {
  const [, , wide, name] = places[number];
  const bytes = read('code', places[number]);
  const cachedData = compiled[number] ? read('cache', compiled[number]) : undefined;
  // V8 takes what it compiled for another V8 as if there were none.
  const script = new Script(wide ? bytes.utf8Slice() : bytes.latin1Slice(), {
    filename: join(__dirname, name),
    cachedData,
  });
  scripts[number] = script;
  return script.runInThisContext();
}

/** Exports of a piece; the first time it is run. */
function run(number) {
  const known = exported[number];
  if (known !== undefined) return known.exports;
  const [script, place] = pieces[number];
  functions[script] ??= compile(script);
  const module = { exports: {} };
  exported[number] = module;
  functions[script][place](module.exports, request, module, run, urlOf, resolve, load);
  return module.exports;
}

/** The URL that a file would have if it had not become part of `code`. */
function urlOf(file) {
  return pathToFileURL(FILES + file).href;
}

const requireInstalled = createRequire(join(MODULES, '@ostrata/cli/dist/index.js'));

function pieceOf(specifier) {
  if (specifier in packages) return files[packages[specifier]];
  if (!specifier.startsWith('file:')) return undefined;
  const path = fileURLToPath(specifier);
  return path.startsWith(FILES) ? files[path.slice(FILES.length)] : undefined;
}

/** `require` of pieces, for what is not part of `code`, and `import()` of npm packages. */
function request(specifier) {
  const number = pieceOf(specifier);
  if (number !== undefined) return run(number);
  return requireInstalled(specifier.startsWith('file:') ? fileURLToPath(specifier) : specifier);
}

/** `import.meta.resolve` of pieces. */
function resolve(specifier) {
  return specifier in packages ? urlOf(packages[specifier]) : pathToFileURL(requireInstalled.resolve(specifier)).href;
}

/** `import()` of pieces, for what is not known before. */
async function load(specifier) {
  const number = pieceOf(specifier);
  return number === undefined ? import(specifier) : run(number);
}

/** What a package of ostrata exports, or a file below node_modules that became part of `code`. */
module.exports = (name) => run(files[packages[name] ?? name]);
module.exports.state = { compiled, places, read, scripts };
