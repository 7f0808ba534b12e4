import { compareEvr, parseEvr } from '../../codec/index.ts';
import { expandMacros, MacroError, type MacroScope } from '../macros.ts';
import { joinArguments, splitArguments } from './arguments.ts';
import type { LuaEnvironment } from './environment.ts';
import { globPaths } from './glob.ts';
import type { Operation } from './operation.ts';
import { LuaError, toBytes } from './protocol.ts';

/** What scripts have defined, over the image's own. */
function scopeOf({ macros, imageMacros }: LuaEnvironment): MacroScope {
  return (name) => macros.get(name)?.at(-1) ?? imageMacros(name);
}

function expand(environment: LuaEnvironment, text: string): string {
  try {
    return expandMacros(text, scopeOf(environment));
  } catch (error) {
    if (error instanceof MacroError) throw new LuaError(`error expanding macro: ${error.message}`);
    throw error;
  }
}

const NAME = /^([A-Za-z_]\w{2,})\s+([\s\S]*)$/;

function define({ macros }: LuaEnvironment, definition: string): void {
  const [, name, body] = NAME.exec(definition.trim()) ?? [];
  if (name === undefined || body === undefined) throw new LuaError('error defining macro');
  macros.set(name, [...(macros.get(name) ?? []), body]);
}

/** A version that can be compared: not empty, and without what rpm does not allow in one. */
function checkVersion(text: string, argument: number): string {
  const { version, release } = parseEvr(text);
  if (version === '' || release === '') throw new LuaError(`bad argument #${argument} to 'vercmp' (invalid version )`);
  return text;
}

const LINE = 64;

export const RPM_OPERATIONS: { readonly [name: string]: Operation } = {
  'rpm.expand': ({ environment }, args) => [toBytes(expand(environment, args.text(0)))],
  'rpm.define': ({ environment }, args) => {
    define(environment, args.text(0));
    return [];
  },
  'rpm.undefine': ({ environment: { macros } }, args) => {
    const name = args.text(0);
    const rest = macros.get(name)?.slice(0, -1) ?? [];
    if (rest.length > 0) macros.set(name, rest);
    else macros.delete(name);
    return [];
  },
  'rpm.isdefined': ({ environment }, args) => [scopeOf(environment)(args.text(0)) !== undefined, false],
  'rpm.load': ({ environment, files }, args) => {
    const text = Buffer.from(files.read(args.text(0))).toString('utf8');
    // A backslash at the end goes on in the next line.
    for (const line of text.replaceAll('\\\n', '\n\0').split(/\n(?!\0)/)) {
      const definition = line.replaceAll('\0', '').trim();
      if (NAME.test(definition.slice(1)) && definition.startsWith('%')) define(environment, definition.slice(1));
    }
    return [0];
  },
  'rpm.vercmp': (_, args) => [
    compareEvr(parseEvr(checkVersion(args.text(0), 1)), parseEvr(checkVersion(args.text(1), 2))),
  ],
  'rpm.ver': (_, args) => {
    const [first, second, third] = [args.values[0], args.values[1], args.values[2]];
    const given = args.values.length === 3;
    if (given && (second === null || second === undefined)) return [null];
    const { epoch, version, release } = given
      ? {
          epoch: first === null || first === undefined ? undefined : args.text(0),
          version: args.text(1),
          release: third === null || third === undefined ? undefined : args.text(2),
        }
      : parseEvr(args.text(0));
    if (version === '') return [null];
    const evr = `${epoch === undefined ? '' : `${epoch}:`}${version}${release === undefined ? '' : `-${release}`}`;
    return [{ e: epoch, v: version, r: release, evr }];
  },
  'rpm.b64encode': (_, args) => {
    const text = Buffer.from(args.bytes(0), 'latin1').toString('base64');
    const length = args.has(1) ? args.number(1) : -1;
    if (length === 0) return [text];
    const width = length < 0 ? LINE : length - (length % 4) || 4;
    return [(text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).map((line) => `${line}\n`).join('')];
  },
  'rpm.b64decode': (_, args) => {
    const text = args.bytes(0).replace(/\s+/g, '');
    const valid = text !== '' && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
    return [valid ? Buffer.from(text, 'base64').toString('latin1') : null];
  },
  'rpm.splitargs': (_, args) => [splitArguments(args.bytes(0))],
  'rpm.unsplitargs': (_, args) => [joinArguments((args.values[0] as readonly (string | number)[]).map(String))],
  'rpm.glob': ({ files }, args) => {
    const pattern = args.text(0);
    const found = globPaths(files, pattern);
    const flags = args.has(1) ? args.text(1) : '';
    return [(found.length === 0 && flags.includes('c') ? [pattern] : found).map(toBytes)];
  },
};
