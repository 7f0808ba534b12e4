import { type ErrorOrigin, type ErrorTable, HostError, type HostErrorOptions, isHostError } from '@ostrata/contract';

/** Codes of the core. Never reused; docs/errors.md shows them. */
export const CORE_ERRORS = {
  PLUGIN_SHAPE: 'What was loaded as a plugin is none: a field is missing or of the wrong type.',
  PLUGIN_DUPLICATE: 'Two loaded plugins have the same name.',
  PLUGIN_API_VERSION: 'A plugin was written for another version of the plugin contract.',
  PLUGIN_ORDER_CYCLE: 'Plugins ask to come after each other in a circle.',
  PLUGIN_APPLY_FAILED: 'A plugin failed while it registered itself.',
  PLUGIN_FAILED: 'Plugin code threw something that is no error of the contract: a bug in that plugin.',
  SYSTEM_FAILED: 'The operating system refused something: no space, no permission, a broken device.',
  PLUGIN_CONFIG: 'The configuration of plugins does not fit their schemas, or names a plugin that is not loaded.',
  REQUIREMENT_MISSING: 'A plugin requires a capability that no loaded plugin provides.',
  HOST_SEALED: 'A plugin tried to register something after its apply function had returned.',
  HOOK_TAPPED_TWICE: 'A plugin tapped the same hook twice.',
  CAPABILITY_MISSING: 'No loaded plugin provides a capability that is needed.',
  CAPABILITY_AMBIGUOUS: 'Several plugins provide a capability and the configuration chooses none of them.',
  CAPABILITY_DUPLICATE: 'A plugin provides the same capability twice.',
  CAPABILITY_CHOICE: 'The configuration chooses a plugin for a capability that this plugin does not provide.',
  RECOVERY_DUPLICATE: 'Two recoveries are registered for the same kind of journal line.',
  RECOVERY_MISSING: 'A journal line has a kind that no loaded plugin can recover.',
  RECOVERY_FAILED: 'An interrupted run could not be undone or completed.',
  TAP_RESULT: 'A tap returned a value that its hook does not take.',
  RECORD_MUTATED: 'A plugin tried to change a record in place; records are immutable.',
  RUN_HUNG: 'Something that a run waits for can never happen any more.',
  CHECKS_FAILED: 'Several checks refused to go on.',
  CANCELLED: 'The run was cancelled.',
  LOCKED: 'Another run holds the lock of the state directory.',
  CHANGED_MEANWHILE: 'Another run has ended since this one looked at the system.',
  JOURNAL_CORRUPT: 'The journal of an interrupted run cannot be read.',
  INTENT_OUTSIDE_RUN: 'A journal line was to be written outside of a run.',
  UNDO_FAILED: 'Something that a run had set up for itself could not be taken down.',
  CLEANUP_FAILED: 'What the run no longer needs could not be removed.',
  FAILPOINT: 'A test made the run fail at a named place.',
  REQUEST_INVALID: 'A request contradicts itself.',
  SOURCE_DUPLICATE: 'Two package sources have the same id.',
  SOURCE_ABSENT: 'A Plan names a package of a source that it has no snapshot of.',
  BASE_UNKNOWN: 'The base image is not in the repository.',
  PARENT_UNKNOWN: 'The parent commit is not in the repository.',
  FORMATS_MIXED: 'The sources of one run have packages of different formats.',
  FORMAT_UNKNOWN: 'No package format is known for the packages of the base.',
  PLAN_VERSION: 'A Plan was made by another version of ostrata.',
  PLAN_DAMAGED: 'A Plan is incomplete, or was changed after it had been made.',
  PACKAGE_ABSENT: 'A package format did not import a package that it was given.',
  OVERLAY_CONFLICT: 'Packages disagree about a file.',
  REQUEST_SKIPPED: 'A weak request for a package was left out.',
  BOOTLOADER_NONE: 'No loaded boot loader recognises the system.',
  DEPLOYMENT_UNKNOWN: 'A deployment that a request names is not there.',
  STAGED_NONE: 'There is no staged deployment to finalize.',
} as const satisfies ErrorTable;

export type CoreErrorCode = keyof typeof CORE_ERRORS;

export function coreError(
  code: CoreErrorCode,
  message: string,
  options: HostErrorOptions = {},
): HostError<CoreErrorCode> {
  return new HostError(code, message, options);
}

export function cancelled(cause?: unknown): HostError<CoreErrorCode> {
  return coreError('CANCELLED', 'Cancelled.', { hint: 'Run it again to go on.', ...(cause ? { cause } : {}) });
}

/** Several problems as one error: a single one is thrown as it is. */
export function joined(code: CoreErrorCode, summary: string, problems: readonly HostError[]): HostError {
  const [first] = problems;
  if (first !== undefined && problems.length === 1) return first;
  return coreError(code, summary, { problems });
}

/** The text of anything that may be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Anything thrown as a HostError; `origin` is set unless an inner call has set it. */
export function asHostError(error: unknown, origin: ErrorOrigin): HostError {
  const result = isHostError(error) ? error : foreignError(error, origin);
  result.origin ??= origin;
  return result;
}

/** What to do about errors of system calls (errno(3)). */
const SYSTEM_HINTS: { readonly [errno: string]: string } = {
  ENOSPC: 'Free some space on that file system and run again.',
  EDQUOT: 'Free some space, or raise the quota, and run again.',
  EACCES: 'Run as a user who may, or choose another directory.',
  EPERM: 'Run as a user who may, or choose another directory.',
  EROFS: 'The file system is read-only: choose another directory.',
  EMFILE: 'Raise the limit of open files (ulimit -n).',
};

/** What V8 says when code in strict mode writes to a frozen object. */
const FROZEN = /read only property|object is not extensible|Cannot delete property/;

function foreignError(error: unknown, origin: ErrorOrigin): HostError {
  const where = origin.plugin === null ? 'The host' : `The plugin ${origin.plugin}`;
  const at = origin.hook === null ? '' : ` in ${origin.hook}`;
  const { code: errno, syscall, path } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof errno === 'string' && typeof syscall === 'string') {
    return coreError('SYSTEM_FAILED', `${where} failed${at}: ${messageOf(error)}`, {
      hint: SYSTEM_HINTS[errno] ?? 'Remove the cause and run again.',
      data: { errno, syscall, path: path ?? null },
      cause: error,
    });
  }
  if (error instanceof TypeError && FROZEN.test(error.message)) {
    return coreError('RECORD_MUTATED', `${where} tried to change a record in place${at}: ${error.message}.`, {
      hint: 'Return a new value from a shape hook instead; records are frozen.',
      cause: error,
    });
  }
  return coreError('PLUGIN_FAILED', `${where} failed${at}: ${messageOf(error)}`, {
    hint: 'This is a bug; please report it with the details that the error carries.',
    cause: error,
  });
}
