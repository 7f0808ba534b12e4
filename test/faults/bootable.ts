import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Place } from './place.ts';

/** What a boot loader would start by an entry. */
export interface Bootable {
  readonly commit: string;
  /** Path of the deployment, relative to the sysroot. */
  readonly deployment: string;
  /** Without `ostree=`. */
  readonly kargs: string;
  readonly origin: string;
}

/** Paths of a tree with type, owner, mode and content; times are left out. */
export type Manifest = ReadonlyMap<string, string>;

export function manifestOf(root: string): Manifest {
  const found = new Map<string, string>();
  const visit = (path: string) => {
    const full = join(root, path);
    const stat = lstatSync(full);
    const type = `${stat.mode.toString(8)} ${stat.uid}:${stat.gid}`;
    if (stat.isSymbolicLink()) found.set(path, `${type} -> ${readlinkSync(full)}`);
    else if (stat.isFile()) found.set(path, `${type} ${sha256(readFileSync(full))}`);
    else {
      found.set(`${path}/`, type);
      for (const name of readdirSync(full).sort()) visit(join(path, name));
    }
  };
  visit('');
  return found;
}

const sha256 = (...data: Buffer[]): string => {
  const hash = createHash('sha256');
  for (const each of data) hash.update(each);
  return hash.digest('hex');
};

/** Deployments that boot entries lead to, the default first, as paths relative to the sysroot. */
export const deploymentsOf = (place: Place): string[] =>
  entriesOf(place).map((entry) => follow(place.sysroot, linkOf(entry)));

/**
 * Follows the boot entries as boot loader and initramfs do, the default first, and checks that each leads to a whole deployment: that of its
 * commit in `whole`. Gives none where no boot configuration is there yet. It shares no code with what it checks.
 */
export function bootableOf(place: Place, whole: ReadonlyMap<string, Manifest>): Bootable[] {
  const { boot, sysroot } = place;
  return entriesOf(place).map((entry) => {
    const kernel = join(boot, fieldOf(entry, 'linux'));
    const checksum = sha256(
      readFileSync(kernel),
      readFileSync(join(boot, fieldOf(entry, 'initrd'))),
      ...deviceTrees(join(boot, fieldOf(entry, 'fdtdir'))),
    );
    assert.equal(checksum, /-([0-9a-f]{64})$/.exec(dirname(kernel))?.[1], `${kernel} is not of its boot checksum`);
    const link = linkOf(entry);
    assert(link.startsWith(`/ostree/boot.${readlinkSync(join(boot, 'loader')).at(-1)}/`), `the other half: ${link}`);
    const deployment = follow(sysroot, link);
    const [commit] = /[0-9a-f]{64}(?=\.\d+$)/.exec(deployment) ?? [''];
    checkDeployment(sysroot, deployment, whole.get(commit), commit);
    const options = fieldOf(entry, 'options').split(' ');
    const kargs = options.filter((word) => !word.startsWith('ostree=')).join(' ');
    return { commit, deployment, kargs, origin: readFileSync(join(sysroot, `${deployment}.origin`), 'utf8') };
  });
}

type Entry = ReadonlyMap<string, string>;

function entriesOf({ boot }: Place): Entry[] {
  if (!lstatSync(join(boot, 'loader'), { throwIfNoEntry: false })) return [];
  const loader = readlinkSync(join(boot, 'loader'));
  assert.match(loader, /^loader\.[01]$/);
  const entries = join(boot, loader, 'entries');
  const names = readdirSync(entries).filter((name) => name.endsWith('.conf'));
  assert(names.length > 0, `no boot entries in ${loader}`);
  const parsed = names.map((name) => parseEntry(readFileSync(join(entries, name), 'utf8'), name));
  return parsed.sort((a, b) => Number(b.get('version')) - Number(a.get('version')));
}

function fieldOf(entry: Entry, key: string): string {
  const found = entry.get(key);
  assert(found !== undefined, `an entry has no ${key}`);
  return found;
}

const linkOf = (entry: Entry): string => /(?:^| )ostree=(\S+)/.exec(fieldOf(entry, 'options'))?.[1] ?? '';

function parseEntry(text: string, name: string): Entry {
  assert(text.endsWith('\n'), `${name} is cut off`);
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1).trim()]));
}

const deviceTrees = (directory: string): Buffer[] =>
  readdirSync(directory)
    .sort()
    .map((name) => readFileSync(join(directory, name)));

/** Where a path with links leads, inside of the sysroot. */
function follow(sysroot: string, path: string): string {
  let at = '';
  for (const part of path.split('/').filter((each) => each !== '')) {
    at = join(at, part);
    const stat = lstatSync(join(sysroot, at), { throwIfNoEntry: false });
    assert(stat, `${path} leads to ${at}, which is not there`);
    if (stat.isSymbolicLink()) at = normalize(join(dirname(at), readlinkSync(join(sysroot, at))));
  }
  assert(existsSync(join(sysroot, at)), `${path} leads to ${at}, which is not there`);
  return at;
}

function checkDeployment(sysroot: string, path: string, whole: Manifest | undefined, commit: string): void {
  assert(whole, `${path} is of no known commit`);
  const root = join(sysroot, path);
  const is = manifestOf(root);
  assert.deepEqual(Object.fromEntries(is), Object.fromEntries(whole), `${commit.slice(0, 8)} is not whole`);
  assert.match(readFileSync(join(root, 'usr/lib/os-release'), 'utf8'), /^PRETTY_NAME=/m);
  assert(lstatSync(join(dirname(dirname(root)), 'var')).isDirectory());
  const origin = readFileSync(`${root}.origin`, 'utf8');
  assert.match(origin, /^\[origin\]\nrefspec=os:stable$/m, `the origin is ${JSON.stringify(origin)}`);
}
