import { mkdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { Checkout } from '../../checkout/checkout.ts';
import type { CheckoutOptions, OverwriteMode } from '../../checkout/options.ts';
import type { Checksum } from '../../codec/checksum.ts';
import type { Repository } from '../../repo/repository.ts';
import { type Labeler, policyOfDirectory } from '../../selinux/policy.ts';
import { commitPath, findPath } from '../commit-path.ts';
import { usageError, VerbError } from '../error.ts';
import { errorText } from '../error-text.ts';
import { openRepository } from '../open.ts';
import { parseFlagValue } from '../options.ts';
import { resolve } from '../resolve.ts';
import type { OptionValues, Verb } from '../verb.ts';

export const checkout: Verb = {
  usage: 'COMMIT [DESTINATION]',
  options: [
    {
      name: 'user-mode',
      char: 'U',
      kind: 'flag',
      summary: 'Do not change file ownership or initialize extended attributes',
    },
    {
      name: 'disable-cache',
      kind: 'flag',
      summary: 'Do not update or use the internal repository uncompressed object cache',
    },
    { name: 'subpath', kind: 'text', summary: 'Checkout sub-directory PATH', value: 'PATH' },
    { name: 'union', kind: 'flag', summary: 'Keep existing directories, overwrite existing files' },
    { name: 'union-add', kind: 'flag', summary: 'Keep existing files/directories, only add new' },
    {
      name: 'union-identical',
      kind: 'flag',
      summary:
        'When layering checkouts, error out if a file would be replaced with a different version, but add new files and directories',
    },
    { name: 'whiteouts', kind: 'flag', summary: "Process 'whiteout' (Docker style) entries" },
    {
      name: 'process-passthrough-whiteouts',
      kind: 'flag',
      summary: 'Enable overlayfs whiteout extraction into char 0:0 devices',
    },
    { name: 'allow-noent', kind: 'flag', summary: 'Do nothing if specified path does not exist' },
    { name: 'from-stdin', kind: 'flag', summary: 'Process many checkouts from standard input' },
    { name: 'from-file', kind: 'text', summary: 'Process many checkouts from input file', value: 'FILE' },
    { name: 'fsync', kind: 'text', summary: 'Specify how to invoke fsync()', value: 'POLICY' },
    {
      name: 'require-hardlinks',
      char: 'H',
      kind: 'flag',
      summary: 'Do not fall back to full copies if hardlinking fails',
    },
    {
      name: 'force-copy-zerosized',
      char: 'z',
      kind: 'flag',
      summary: 'Do not hardlink zero-sized files',
      hidden: true,
    },
    { name: 'force-copy', char: 'C', kind: 'flag', summary: 'Never hardlink (but may reflink if available)' },
    {
      name: 'bareuseronly-dirs',
      char: 'M',
      kind: 'flag',
      summary: 'Suppress mode bits outside of 0775 for directories (suid, world writable, etc.)',
    },
    { name: 'skip-list', kind: 'text', summary: 'File containing list of files to skip', value: 'FILE' },
    {
      name: 'selinux-policy',
      kind: 'text',
      summary: 'Set SELinux labels based on policy in root filesystem PATH (may be /); implies --force-copy',
      value: 'PATH',
    },
    {
      name: 'selinux-prefix',
      kind: 'text',
      summary: 'When setting SELinux labels, prefix all paths by PREFIX',
      value: 'PREFIX',
    },
  ],
  run(call) {
    const { args, options, terminal } = call;
    const first = args[0];
    if (first === undefined) throw usageError(call, 'COMMIT must be specified');
    const fsync = options.text('fsync');
    const repo = openRepository(call.repo, { fsync: fsync === undefined || parseFlagValue('fsync', fsync) });
    const run = new Checkout(repo, checkoutOptions(repo, options));
    const listFile = options.text('from-file');
    if (options.flag('from-stdin') || listFile !== undefined) {
      for (const [rev, subpath] of readList(listFile ?? terminal.input)) {
        const commit = resolve(repo, rev);
        try {
          checkOut(repo, run, commit, subpath, first, options);
        } catch (error) {
          throw new VerbError(`Processing tree ${commit}: ${errorText(error)}`, { cause: error });
        }
      }
      return;
    }
    checkOut(repo, run, resolve(repo, first), options.text('subpath') ?? '/', args[1] ?? first, options);
  },
};

/** With any of these libostree takes another way, which has no cache. */
const NO_CACHE = [
  'disable-cache',
  'whiteouts',
  'require-hardlinks',
  'union-add',
  'force-copy',
  'force-copy-zerosized',
  'bareuseronly-dirs',
  'union-identical',
  'skip-list',
  'selinux-policy',
  'selinux-prefix',
  'process-passthrough-whiteouts',
];

function checkoutOptions(repo: Repository, options: OptionValues): CheckoutOptions {
  const given = (name: string) => options.flag(name);
  const conflict = (a: string, b: string) => {
    if (given(a) && given(b)) throw new VerbError(`Cannot specify both --${a} and --${b}`);
  };
  conflict('union', 'union-add');
  conflict('union', 'union-identical');
  conflict('union-add', 'union-identical');
  conflict('require-hardlinks', 'force-copy');
  if (given('require-hardlinks') && given('selinux-policy')) {
    throw new VerbError('Cannot specify both --require-hardlinks and --force-copy');
  }
  if (given('selinux-prefix') && !given('selinux-policy')) {
    throw new VerbError('Cannot specify --selinux-prefix without --selinux-policy');
  }
  if (given('union-identical') && !given('require-hardlinks')) {
    throw new VerbError('--union-identical requires --require-hardlinks');
  }
  let overwrite: OverwriteMode = 'none';
  if (given('union')) overwrite = 'union';
  else if (given('union-add')) overwrite = 'add';
  else if (given('union-identical')) overwrite = 'identical';
  const skipList = options.text('skip-list');
  const label = checkoutLabel(options);
  return {
    user: given('user-mode'),
    overwrite,
    copy: given('force-copy') || given('selinux-policy'),
    requireLinks: given('require-hardlinks'),
    whiteouts: given('whiteouts'),
    passthroughWhiteouts: given('process-passthrough-whiteouts'),
    plainDirectories: given('bareuseronly-dirs'),
    cache: repo.config.uncompressedCache && !NO_CACHE.some(given),
    skip: new Set(
      skipList === undefined
        ? []
        : readFileSync(skipList, 'utf8')
            .split('\n')
            .filter((line) => line !== ''),
    ),
    ...(label ? { label } : {}),
  };
}

/** Labels by the policy of a root; what is checked out stands below the prefix there, or where it stands in the commit. */
function checkoutLabel(options: OptionValues): Labeler | undefined {
  const root = options.text('selinux-policy');
  const policy = root === undefined ? undefined : policyOfDirectory(root);
  if (!policy) return undefined;
  const prefix = options.text('selinux-prefix') ?? options.text('subpath') ?? '/';
  return (path, mode) => policy(posix.join('/', prefix, path), mode);
}

function checkOut(
  repo: Repository,
  run: Checkout,
  commit: Checksum,
  subpath: string,
  destination: string,
  options: OptionValues,
): void {
  const path = commitPath(subpath);
  const root = repo.readCommit(commit);
  let found: ReturnType<typeof findPath>;
  try {
    found = findPath(repo, root, path);
  } catch (error) {
    if (options.flag('allow-noent') && error instanceof VerbError) return;
    throw error;
  }
  if ('dir' in found) {
    run.directory(found.dir, destination);
    return;
  }
  if (destination !== '.') mkdirSync(destination, { recursive: true, mode: 0o700 });
  run.file(found.file, `${destination}/${posix.basename(path)}`);
}

/** Pairs of revision and path, each ended by a zero byte. */
function readList(source: string | number): (readonly [rev: string, subpath: string])[] {
  const words = readFileSync(source, 'utf8').split('\0');
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2) pairs.push([words[at]!, words[at + 1]!]);
  return pairs;
}
