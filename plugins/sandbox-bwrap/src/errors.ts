import type { ErrorTable } from '@ostrata/contract';

/** Codes of this plugin's errors and warnings. */
export const errors = {
  SANDBOX_MISSING: 'A program that makes the sandbox (bwrap, unshare or mount) is not installed.',
  SANDBOX_NOT_PERMITTED: 'The kernel or an outer container does not let this process make namespaces.',
  SANDBOX_OVERLAY: 'The writable layer could not be mounted over the root.',
  SANDBOX_SETUP: 'bubblewrap could not set the sandbox up for a command.',
  SANDBOX_COMMAND: 'A command for the sandbox is not one: an empty argv, or a path that is not absolute and plain.',
  SANDBOX_UNCONFINED: 'Programs of the image run without isolation, because the configuration says so.',
} as const satisfies ErrorTable;

export type Code = keyof typeof errors;
