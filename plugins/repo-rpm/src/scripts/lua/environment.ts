import type { MacroScope } from '../macros.ts';
import type { Scratch } from './scratch.ts';

/** What is the same for all scripts in Lua of a transaction. */
export interface LuaEnvironment {
  readonly scratch: Scratch;
  /** Macros that scripts define stay defined, as all run in one process of rpm; the last definition counts, the ones below come back. */
  readonly macros: Map<string, string[]>;
  readonly imageMacros: MacroScope;
  readonly arch: string;
}
