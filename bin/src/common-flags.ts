import type { FlagSpec } from '@ostrata/core';

/** Flags that every command has. */
export const COMMON_FLAGS = {
  config: { kind: 'string', multiple: true, summary: 'Read only this configuration file (may be repeated)' },
  json: { kind: 'boolean', summary: 'Print the result as JSON; errors too' },
  'progress-fd': { kind: 'integer', summary: 'Write progress as JSON lines to this file descriptor' },
  quiet: { kind: 'boolean', char: 'q', summary: 'Show no progress' },
  verbose: { kind: 'boolean', char: 'v', summary: 'Show what programs and scripts print, and details' },
  wait: { kind: 'integer', summary: 'Wait so many seconds for another run to end (default: none)' },
} as const satisfies { readonly [name: string]: FlagSpec };

/** What those say, as far as what runs a command asks for it. */
export interface CommonFlags {
  readonly config?: readonly string[] | undefined;
  readonly json?: boolean;
  readonly 'progress-fd'?: number | undefined;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly wait?: number | undefined;
}
