import type { CommandSpec, FlagSpec } from '@ostrata/contract';
import { SYSTEM_FLAGS } from '@ostrata/system-verbs';

const REPO_FLAGS = {
  repo: { kind: 'string', char: 'r', summary: 'Look into this repository in place of the one of the system' },
  sysroot: SYSTEM_FLAGS.sysroot,
} as const satisfies { readonly [name: string]: FlagSpec };

const ADVISORIES: FlagSpec = {
  kind: 'boolean',
  char: 'a',
  summary: 'Show security advisories that the commits name',
};

const diff: CommandSpec = {
  id: 'db diff',
  summary: 'Show how the packages of two commits differ',
  description:
    'Without arguments the running deployment is compared with the one that boots next, or the one to go back to with the running one; with one argument that commit with the running deployment.',
  args: [
    { name: 'from', summary: 'Ref or checksum', required: false },
    { name: 'to', summary: 'Ref or checksum', required: false },
  ],
  flags: {
    format: {
      kind: 'string',
      char: 'F',
      summary: 'How it is shown',
      options: ['block', 'diff', 'json'],
      default: 'block',
    },
    changelogs: {
      kind: 'boolean',
      char: 'c',
      summary: 'Show what was written into the changelogs of changed packages',
    },
    advisories: ADVISORIES,
    base: { kind: 'boolean', summary: 'Compare the images of deployments without what is laid over them' },
    ...REPO_FLAGS,
  },
  examples: ['ostrata db diff', 'ostrata db diff --format=diff os/stable^ os/stable'],
  run: async (input, ctx) => (await import('../db/diff.ts')).dbDiff(input, ctx),
};

const list: CommandSpec = {
  id: 'db list',
  summary: 'Show the packages of commits',
  description: 'The first word that is no commit begins the patterns of names: only packages that match one are shown.',
  args: [{ name: 'revision', summary: 'Refs or checksums, then patterns', required: true, multiple: true }],
  flags: { advisories: ADVISORIES, ...REPO_FLAGS },
  examples: ['ostrata db list os/stable', "ostrata db list os/stable 'kernel*'"],
  run: async (input, ctx) => (await import('../db/list.ts')).dbList(input, ctx),
};

const version: CommandSpec = {
  id: 'db version',
  summary: 'Show one word for all packages of commits: the same word, the same packages',
  args: [{ name: 'revision', summary: 'Refs or checksums', required: true, multiple: true }],
  flags: REPO_FLAGS,
  examples: ['ostrata db version os/stable'],
  run: async (input, ctx) => (await import('../db/version.ts')).dbVersion(input, ctx),
};

/** Verbs about the packages of commits. */
export const DATABASE_COMMANDS: readonly CommandSpec[] = [diff, list, version];
