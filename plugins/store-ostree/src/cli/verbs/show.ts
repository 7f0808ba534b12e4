import { readFileSync } from 'node:fs';
import { isChecksum } from '../../codec/checksum.ts';
import { decodeMetadata, type Metadata } from '../../codec/commit.ts';
import { decode, parseType } from '../../codec/gvariant/index.ts';
import { byteswap } from '../../codec/gvariant-text/byteswap.ts';
import { printValue } from '../../codec/gvariant-text/print.ts';
import { isSymlink } from '../../codec/mode.ts';
import { commitSizes } from '../../codec/sizes.ts';
import { XATTRS_TYPE, xattrsToValue } from '../../codec/xattrs.ts';
import type { Repository } from '../../repo/repository.ts';
import { dumpObject } from '../dump.ts';
import { usageError, VerbError } from '../error.ts';
import { formatSize } from '../format-size.ts';
import { openRepository } from '../open.ts';
import { resolve } from '../resolve.ts';
import { showSignatures } from '../signing/show.ts';
import type { Invocation, Verb } from '../verb.ts';

export const show: Verb = {
  usage: 'OBJECT',
  options: [
    { name: 'print-related', kind: 'flag', summary: 'Show the "related" commits' },
    {
      name: 'print-variant-type',
      kind: 'text',
      summary: 'Memory map OBJECT (in this case a filename) to the GVariant type string',
      value: 'TYPE',
    },
    { name: 'print-metadata-key', kind: 'text', summary: 'Print string value of metadata key', value: 'KEY' },
    {
      name: 'print-detached-metadata-key',
      kind: 'text',
      summary: 'Print string value of detached metadata key',
      value: 'KEY',
    },
    { name: 'list-metadata-keys', kind: 'flag', summary: 'List the available metadata keys' },
    { name: 'list-detached-metadata-keys', kind: 'flag', summary: 'List the available detached metadata keys' },
    { name: 'print-sizes', kind: 'flag', summary: 'Show the commit size metadata' },
    { name: 'raw', kind: 'flag', summary: 'Show raw variant data' },
    {
      name: 'no-byteswap',
      char: 'B',
      kind: 'flag',
      summary: 'Do not automatically convert variant data from big endian',
    },
    { name: 'gpg-homedir', kind: 'text', summary: 'GPG Homedir to use when looking for keyrings', value: 'HOMEDIR' },
    { name: 'gpg-verify-remote', kind: 'text', summary: 'Use REMOTE name for GPG configuration', value: 'REMOTE' },
  ],
  async run(call) {
    const { args, options, terminal } = call;
    const rev = args[0];
    if (rev === undefined) throw usageError(call, 'An object argument is required');
    const repo = openRepository(call.repo);
    const key = options.text('print-metadata-key');
    const detachedKey = options.text('print-detached-metadata-key');
    if (key !== undefined || detachedKey !== undefined) {
      const detached = detachedKey !== undefined;
      terminal.out(metadataValue(call, metadataOf(repo, resolve(repo, rev), detached), detachedKey ?? key!));
    } else if (options.flag('list-metadata-keys') || options.flag('list-detached-metadata-keys')) {
      const metadata = metadataOf(repo, resolve(repo, rev), options.flag('list-detached-metadata-keys'));
      for (const name of [...metadata.keys()].sort()) terminal.out(`${name}\n`);
    } else if (options.flag('print-related')) {
      for (const { name, checksum } of repo.readCommit(resolve(repo, rev)).related)
        terminal.out(`${name} ${checksum}\n`);
    } else if (options.text('print-variant-type') !== undefined) {
      const type = options.text('print-variant-type')!;
      parseType(type);
      terminal.out(`${printValue(type, byteswap(type, decode(type, readFileSync(rev))))}\n`);
    } else if (options.flag('print-sizes')) terminal.out(sizes(repo, resolve(repo, rev)));
    else {
      const commit = isChecksum(rev) ? rev : resolve(repo, rev);
      terminal.out(isChecksum(rev) ? anyObject(repo, rev, call) : metadataObject(repo, 'commit', commit, call));
      if (repo.find(commit, 'commit') !== undefined) await showSignatures(repo, commit, call);
    }
  },
};

function metadataOf(repo: Repository, commit: string, detached: boolean): Metadata {
  if (!detached) return repo.readCommit(commit).metadata;
  if (repo.find(commit, 'commitmeta') === undefined) throw new VerbError(`No detached metadata for commit ${commit}`);
  return decodeMetadata(repo.readMetadata(commit, 'commitmeta'));
}

function metadataValue({ options }: Invocation, metadata: Metadata, key: string): string {
  const found = metadata.get(key);
  if (!found) throw new VerbError(`No such metadata key '${key}'`);
  const { type, value } = found;
  return `${printValue(type, options.flag('no-byteswap') ? value : byteswap(type, value))}\n`;
}

function sizes(repo: Repository, commit: string): string {
  const entries = commitSizes(repo.readCommit(commit).metadata);
  if (!entries) throw new VerbError('No metadata key ostree.sizes in commit');
  const missing = entries.filter(({ id, type }) => repo.find(id, type) === undefined);
  const sum = (list: typeof entries, key: 'archived' | 'unpacked') =>
    formatSize(list.reduce((total, entry) => total + entry[key], 0));
  return [
    `Compressed size (needed/total): ${sum(missing, 'archived')}/${sum(entries, 'archived')}`,
    `Unpacked size (needed/total): ${sum(missing, 'unpacked')}/${sum(entries, 'unpacked')}`,
    `Number of objects (needed/total): ${missing.length}/${entries.length}\n`,
  ].join('\n');
}

function metadataObject(
  repo: Repository,
  type: 'commit' | 'dirmeta' | 'dirtree',
  id: string,
  { options }: Invocation,
): string {
  const bytes = repo.readMetadata(id, type);
  return dumpObject(type, id, bytes, { raw: options.flag('raw'), unswapped: options.flag('no-byteswap') });
}

function anyObject(repo: Repository, id: string, call: Invocation): string {
  for (const type of ['commit', 'dirmeta', 'dirtree'] as const) {
    if (repo.find(id, type) !== undefined) return metadataObject(repo, type, id, call);
  }
  const { meta, size } = repo.inspectFile(id);
  const kind = isSymlink(meta.mode) ? `symlink\nTarget: ${meta.target}` : `regular\nSize: ${size}`;
  return [
    `Object: ${id}`,
    'Type: file',
    `File Type: ${kind}`,
    `Mode: 0${meta.mode.toString(8).padStart(4, '0')}`,
    `Uid: ${meta.uid}`,
    `Gid: ${meta.gid}`,
    `Extended Attributes: { ${printValue(XATTRS_TYPE, xattrsToValue(meta.xattrs))} }\n`,
  ].join('\n');
}
