export { canonicalJson, jsonDigest } from './canonical-json.ts';
export * from './capabilities/index.ts';
export type * from './command.ts';
export type * from './context.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './lifecycle.ts';
export * from './plugin.ts';
export * from './records/index.ts';
