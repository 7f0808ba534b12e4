import type { Verb } from './verb.ts';

/** A verb before it is loaded: start-up reads only the module of the verb that was asked for. */
export interface VerbEntry {
  readonly name: string;
  readonly summary: string;
  /** Whether it works on a repository: one that is there, one that it may make, or none. */
  readonly repo: 'existing' | 'path' | 'none';
  load(): Promise<Verb>;
}

export const VERBS: readonly VerbEntry[] = [
  {
    name: 'cat',
    summary: 'Concatenate contents of files',
    repo: 'existing',
    load: async () => (await import('./verbs/cat.ts')).cat,
  },
  {
    name: 'checkout',
    summary: 'Check out a commit into a filesystem tree',
    repo: 'existing',
    load: async () => (await import('./verbs/checkout.ts')).checkout,
  },
  {
    name: 'checksum',
    summary: 'Checksum a file or directory',
    repo: 'none',
    load: async () => (await import('./verbs/checksum.ts')).checksum,
  },
  {
    name: 'commit',
    summary: 'Commit a new revision',
    repo: 'existing',
    load: async () => (await import('./verbs/commit.ts')).commit,
  },
  {
    name: 'config',
    summary: 'Change repo configuration settings',
    repo: 'existing',
    load: async () => (await import('./verbs/config.ts')).config,
  },
  {
    name: 'fsck',
    summary: 'Check the repository for consistency',
    repo: 'existing',
    load: async () => (await import('./verbs/fsck.ts')).fsck,
  },
  {
    name: 'init',
    summary: 'Initialize a new empty repository',
    repo: 'path',
    load: async () => (await import('./verbs/init.ts')).init,
  },
  {
    name: 'log',
    summary: 'Show log starting at commit or ref',
    repo: 'existing',
    load: async () => (await import('./verbs/log.ts')).log,
  },
  {
    name: 'ls',
    summary: 'List file paths',
    repo: 'existing',
    load: async () => (await import('./verbs/ls.ts')).ls,
  },
  {
    name: 'refs',
    summary: 'List refs',
    repo: 'existing',
    load: async () => (await import('./verbs/refs.ts')).refs,
  },
  {
    name: 'reset',
    summary: 'Reset a REF to a previous COMMIT',
    repo: 'existing',
    load: async () => (await import('./verbs/reset.ts')).reset,
  },
  {
    name: 'rev-parse',
    summary: 'Output the target of a rev',
    repo: 'existing',
    load: async () => (await import('./verbs/rev-parse.ts')).revParse,
  },
  {
    name: 'show',
    summary: 'Output a metadata object',
    repo: 'existing',
    load: async () => (await import('./verbs/show.ts')).show,
  },
];
