import type { MessagePort } from 'node:worker_threads';

/**
 * What Lua and its host say to each other. Texts are ASCII both ways, because the interpreter's strings are bytes and JavaScript's are not:
 * a call is a JSON array `[operation, argument…]` in which each character stands for a byte; an answer is a Lua chunk that returns true
 * and the results, or false and a message.
 */
export type Argument = null | boolean | number | string | readonly Argument[];

/** What an operation gives back; `undefined` and `null` are nil. */
export type Value = undefined | null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** An operation that raises an error in the script. */
export class LuaError extends Error {}

/** Ends the script on the spot with an exit status: a forked child that exits or becomes another program. */
export class LuaExit extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** What the thread of a script is started with. */
export interface LuaStart {
  readonly memoryBytes: number;
  /** Set to 1 when an answer is in the port. */
  readonly flag: Int32Array;
  readonly port: MessagePort;
}

/** What the thread says. */
export type LuaMessage = { readonly call: string } | { readonly end: string | null };

/** Bytes as the characters of a string. */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text whose UTF-8 form the characters of a string are. */
export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

const PLAIN = /^[\x20-\x7e]*$/;

function quote(bytes: string): string {
  if (PLAIN.test(bytes) && !/["\\]/.test(bytes)) return `"${bytes}"`;
  let out = '"';
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes.charCodeAt(i);
    const safe = code >= 0x20 && code < 0x7f && code !== 0x22 && code !== 0x5c;
    out += safe ? bytes[i] : `\\${String(code).padStart(3, '0')}`;
  }
  return `${out}"`;
}

function literal(value: Value): string {
  if (value === undefined || value === null) return 'nil';
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object') return String(value);
  const entries = Array.isArray(value)
    ? value.map(literal)
    : Object.entries(value as { [key: string]: Value }).map(([key, item]) => `[${quote(key)}]=${literal(item)}`);
  return `{${entries.join(',')}}`;
}

/** An answer with results. */
export function answer(values: readonly Value[]): string {
  return `return ${['true', ...values.map(literal)].join(',')}`;
}

/** An answer that raises an error. */
export function refusal(message: string): string {
  return `return false,${quote(toBytes(message))}`;
}

/** Operation and arguments of a call. */
export function parseCall(call: string): { readonly operation: string; readonly args: readonly Argument[] } {
  const [operation, ...args] = JSON.parse(call) as Argument[];
  return { operation: String(operation), args };
}
