import { ADMIN_OPTIONS } from './admin/options.ts';
import { ADMIN_VERBS } from './admin/verbs.ts';
import type { VerbEntry, VerbGroup } from './verb-entry.ts';

const subverb = (name: string, summary: string, load: VerbEntry['load']): VerbEntry => ({
  name,
  summary,
  repo: 'existing',
  load,
});

export const VERBS: readonly (VerbEntry | VerbGroup)[] = [
  {
    name: 'admin',
    summary: 'Commands for managing a host system booted with ostree',
    flag: {
      name: 'print-current-dir',
      options: ADMIN_OPTIONS,
      load: async () => (await import('./admin/admin-verb.ts')).printCurrentDirectory,
    },
    verbs: ADMIN_VERBS,
  },
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
    name: 'diff',
    summary: 'Compare directory TARGETDIR against revision REV',
    repo: 'existing',
    load: async () => (await import('./verbs/diff.ts')).diff,
  },
  {
    name: 'export',
    summary: 'Stream COMMIT to stdout in tar format',
    repo: 'existing',
    load: async () => (await import('./verbs/export.ts')).exportVerb,
  },
  {
    name: 'find-remotes',
    summary: 'Find remotes to serve the given refs',
    repo: 'existing',
    load: async () => (await import('./verbs/find-remotes.ts')).findRemotesVerb,
  },
  {
    name: 'create-usb',
    summary: 'Copy the refs to a USB stick',
    repo: 'existing',
    load: async () => (await import('./verbs/create-usb.ts')).createUsb,
  },
  {
    name: 'fsck',
    summary: 'Check the repository for consistency',
    repo: 'existing',
    load: async () => (await import('./verbs/fsck.ts')).fsck,
  },
  {
    name: 'gpg-sign',
    summary: 'Sign a commit',
    repo: 'existing',
    load: async () => (await import('./verbs/gpg-sign.ts')).gpgSign,
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
    name: 'prune',
    summary: 'Search for unreachable objects',
    repo: 'existing',
    load: async () => (await import('./verbs/prune.ts')).prune,
  },
  {
    name: 'pull-local',
    summary: 'Copy data from SRC_REPO',
    repo: 'existing',
    load: async () => (await import('./verbs/pull-local.ts')).pullLocal,
  },
  {
    name: 'pull',
    summary: 'Download data from remote repository',
    repo: 'existing',
    load: async () => (await import('./verbs/pull.ts')).pullVerb,
  },
  {
    name: 'refs',
    summary: 'List refs',
    repo: 'existing',
    load: async () => (await import('./verbs/refs.ts')).refs,
  },
  {
    name: 'remote',
    summary: 'Remote commands that may involve internet access',
    verbs: [
      subverb('add', 'Add a remote repository', async () => (await import('./verbs/remote-add.ts')).remoteAdd),
      subverb(
        'delete',
        'Delete a remote repository',
        async () => (await import('./verbs/remote-delete.ts')).remoteDelete,
      ),
      subverb('show-url', 'Show remote repository URL', async () => (await import('./verbs/remote-list.ts')).showUrl),
      subverb('list', 'List remote repository names', async () => (await import('./verbs/remote-list.ts')).remoteList),
      subverb(
        'gpg-import',
        'Import GPG keys',
        async () => (await import('./verbs/remote-gpg-import.ts')).remoteGpgImport,
      ),
      subverb(
        'gpg-list-keys',
        'Show remote GPG keys',
        async () => (await import('./verbs/remote-gpg-list-keys.ts')).remoteGpgListKeys,
      ),
      subverb(
        'add-cookie',
        'Add a cookie to remote',
        async () => (await import('./verbs/remote-cookies.ts')).remoteAddCookie,
      ),
      subverb(
        'delete-cookie',
        'Remove one cookie from remote',
        async () => (await import('./verbs/remote-cookies.ts')).remoteDeleteCookie,
      ),
      subverb(
        'list-cookies',
        'Show remote repository cookies',
        async () => (await import('./verbs/remote-cookies.ts')).remoteListCookies,
      ),
      subverb('refs', 'List remote refs', async () => (await import('./verbs/remote-refs.ts')).remoteRefsVerb),
      subverb('summary', 'Show remote summary', async () => (await import('./verbs/remote-refs.ts')).remoteSummaryVerb),
    ],
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
    name: 'sign',
    summary: 'Sign a commit',
    repo: 'existing',
    load: async () => (await import('./verbs/sign.ts')).sign,
  },
  {
    name: 'show',
    summary: 'Output a metadata object',
    repo: 'existing',
    load: async () => (await import('./verbs/show.ts')).show,
  },
  {
    name: 'static-delta',
    summary: 'Static delta related commands',
    verbs: [
      subverb('list', 'List static delta files', async () => (await import('./verbs/static-delta.ts')).deltaList),
      subverb('show', 'Dump information on a delta', async () => (await import('./verbs/static-delta.ts')).deltaShow),
      subverb('delete', 'Remove a delta', async () => (await import('./verbs/static-delta.ts')).deltaDelete),
      subverb(
        'generate',
        'Generate static delta files',
        async () => (await import('./verbs/static-delta.ts')).deltaGenerate,
      ),
      subverb(
        'apply-offline',
        'Apply static delta file',
        async () => (await import('./verbs/static-delta.ts')).deltaApply,
      ),
      subverb(
        'verify',
        'Verify static delta signatures',
        async () => (await import('./verbs/static-delta.ts')).deltaVerify,
      ),
      subverb(
        'indexes',
        'List static delta indexes',
        async () => (await import('./verbs/static-delta.ts')).deltaIndexes,
      ),
      subverb(
        'reindex',
        'Regenerate static delta indexes',
        async () => (await import('./verbs/static-delta.ts')).deltaReindex,
      ),
    ],
  },
  {
    name: 'summary',
    summary: 'Manage summary metadata',
    repo: 'existing',
    load: async () => (await import('./verbs/summary.ts')).summary,
  },
];
