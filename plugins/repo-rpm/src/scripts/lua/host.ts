import { ACCOUNT_OPERATIONS } from './account-operations.ts';
import { Errno } from './errno.ts';
import { FILE_OPERATIONS } from './file-operations.ts';
import { Arguments, type HostState, type Operation } from './operation.ts';
import { PROCESS_OPERATIONS } from './process-operations.ts';
import { answer, LuaError, parseCall, refusal, toBytes } from './protocol.ts';
import { RPM_OPERATIONS } from './rpm-operations.ts';

const OPERATIONS: { readonly [name: string]: Operation } = {
  start: ({ start }) => start,
  out: ({ print }, args) => {
    print(args.text(0));
    return [true];
  },
  'posix.errno': ({ lastError }) => (lastError ? [lastError.message, lastError.number] : ['Success', 0]),
  ...FILE_OPERATIONS,
  ...ACCOUNT_OPERATIONS,
  ...PROCESS_OPERATIONS,
  ...RPM_OPERATIONS,
};

/** Functions whose errors do not say about what (rpmio/lposix.c). */
const NAMELESS = new Set(['posix.link', 'posix.symlink', 'posix.wait', 'posix.setuid', 'posix.setgid', 'posix.fork']);

/** Does what a script asks for. Nothing but {@link LuaExit} and the end of the run is thrown. */
export async function perform(state: HostState, call: string): Promise<string> {
  const { operation, args } = parseCall(call);
  const perform = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
  if (!perform) return refusal(`attempt to call a nil value (${operation})`);
  try {
    return answer(await perform(state, new Arguments(operation, args)));
  } catch (error) {
    if (error instanceof LuaError) return refusal(error.message);
    if (!(error instanceof Errno)) throw error;
    state.lastError = error;
    const subject = typeof args[0] === 'string' && !NAMELESS.has(operation) ? `${args[0]}: ` : '';
    return answer([null, `${subject}${toBytes(error.message)}`, error.number]);
  }
}
