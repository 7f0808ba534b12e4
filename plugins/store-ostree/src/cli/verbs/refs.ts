import { existsSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Checksum } from '../../codec/checksum.ts';
import { isCollectionId, listCollectionRefs } from '../../repo/collections.ts';
import { deleteRef, listRefs, parseRefSpec, readRef } from '../../repo/refs.ts';
import type { Repository } from '../../repo/repository.ts';
import { VerbError } from '../error.ts';
import { openRepository } from '../open.ts';
import { resolve, tryResolve } from '../resolve.ts';
import { refsChanged, setCollectionRef, setRef } from '../set-ref.ts';
import type { Invocation, Verb } from '../verb.ts';

export const refs: Verb = {
  usage: '[PREFIX]',
  options: [
    { name: 'delete', kind: 'flag', summary: 'Delete refs which match PREFIX, rather than listing them' },
    { name: 'list', kind: 'flag', summary: 'Do not remove the prefix from the refs' },
    { name: 'revision', char: 'r', kind: 'flag', summary: 'Show revisions in listing' },
    {
      name: 'alias',
      char: 'A',
      kind: 'flag',
      summary: 'If used with --create, create an alias, otherwise just list aliases',
    },
    { name: 'create', kind: 'text', summary: 'Create a new ref for an existing commit', value: 'NEWREF' },
    { name: 'collections', char: 'c', kind: 'flag', summary: 'Enable listing collection IDs for refs' },
    { name: 'force', kind: 'flag', summary: 'Overwrite existing refs when creating' },
  ],
  run(call) {
    const { args, options } = call;
    const repo = openRepository(call.repo);
    const create = options.text('create');
    if (create !== undefined && args.length > 1) {
      throw new VerbError('You must specify only 1 existing ref when creating a new ref');
    }
    if (args.length === 0 && options.flag('delete')) {
      throw new VerbError('At least one PREFIX is required when deleting refs');
    }
    if (args.length === 0 && create !== undefined) {
      throw new VerbError('You must specify a revision when creating a new ref');
    }
    for (const prefix of args.length === 0 ? [undefined] : args) {
      if (options.flag('collections')) collectionRefs(repo, prefix, call);
      else if (options.flag('delete')) deleteRefs(repo, prefix!, options.flag('alias'));
      else if (create !== undefined) createRef(repo, prefix!, create, call);
      else if (options.flag('alias')) {
        const aliases = listAliases(repo);
        for (const name of sorted(matching(aliases.keys(), prefix)))
          call.terminal.out(`${name} -> ${aliases.get(name)}\n`);
      } else {
        for (const [name, commit] of listNames(repo, prefix, options.flag('list')))
          call.terminal.out(options.flag('revision') ? `${name}\t${commit}\n` : `${name}\n`);
      }
    }
  },
};

/** Refs at or below a prefix, sorted as libostree does since 2023; without `whole` what is below it is shown without it. */
function listNames(repo: Repository, prefix: string | undefined, whole: boolean): [name: string, commit: Checksum][] {
  if (prefix === undefined && !existsSync(join(repo.path, 'refs', 'remotes'))) {
    throw new VerbError('Listing refs: opendir(refs/remotes): No such file or directory');
  }
  const refs = listRefs(repo);
  const found = matching(refs.keys(), prefix);
  const named = new Map(found.map((name) => [shownName(name, whole ? undefined : prefix), refs.get(name)!]));
  return sorted(named.keys()).map((name) => [name, named.get(name)!]);
}

function shownName(name: string, prefix: string | undefined): string {
  if (prefix === undefined) return name;
  const cut = /:\.?$/.test(prefix) ? prefix.replace(/\.$/, '') : `${prefix}/`;
  const remote = cut.includes(':') ? `${cut.split(':', 1)[0]}:` : '';
  return name.startsWith(cut) ? remote + name.slice(cut.length) : name;
}

/** In the order of their bytes. */
const sorted = (names: Iterable<string>): string[] =>
  [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

function matching(names: Iterable<string>, prefix: string | undefined): string[] {
  if (prefix === undefined) return [...names];
  const remote = /^([^:]+):\.?$/.exec(prefix)?.[1];
  if (remote !== undefined) return [...names].filter((name) => name.startsWith(`${remote}:`));
  if (!parseRefSpec(prefix)) throw new VerbError(`Listing refs: Invalid refspec ${prefix}`);
  return [...names].filter((name) => name === prefix || name.startsWith(`${prefix}/`));
}

/** Aliases are symbolic links among the refs of the repository. */
function listAliases(repo: Repository): Map<string, string> {
  const heads = join(repo.path, 'refs', 'heads');
  const aliases = new Map<string, string>();
  for (const entry of readdirSync(heads, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    aliases.set(relative(heads, path), readlinkSync(path).replace(/^(?:\.\.\/)+/, ''));
  }
  return aliases;
}

function createRef(repo: Repository, target: string, name: string, { options }: Invocation): void {
  const existing = readRef(repo, name);
  const alias = options.flag('alias');
  const replaced = alias && listAliases(repo).has(name);
  if (existing !== undefined && !replaced && !options.flag('force')) {
    throw new VerbError(`--create specified but ref ${name} already exists`);
  }
  const spec = parseRefSpec(name);
  if (!spec) throw new VerbError(`Invalid refspec ${name}`);
  if (alias) {
    if (spec.remote !== undefined) throw new VerbError(`Cannot create alias to remote ref: ${spec.remote}`);
    if (!listRefs(repo).has(target)) throw new VerbError(`Cannot create alias to non-existent ref: ${target}`);
    writeAlias(repo, spec.ref, target);
  } else setRef(repo, name, resolve(repo, target));
}

function writeAlias(repo: Repository, name: string, target: string): void {
  const heads = join(repo.path, 'refs', 'heads');
  const path = join(heads, name);
  mkdirSync(dirname(path), { recursive: true, mode: 0o775 });
  const temporary = join(repo.path, 'tmp', `alias-${process.pid}`);
  // From the top, as libostree writes it, so that what it leads to can be told from the link alone.
  symlinkSync(`${'../'.repeat(name.split('/').length - 1)}${target}`, temporary);
  renameSync(temporary, path);
}

function deleteRefs(repo: Repository, prefix: string, onlyAliases: boolean): void {
  const aliases = listAliases(repo);
  const names = onlyAliases ? aliases.keys() : listRefs(repo).keys();
  for (const name of sorted(matching(names, prefix))) {
    const { ref } = parseRefSpec(name)!;
    for (const [alias, target] of aliases) {
      if (target === ref) throw new VerbError(`Ref '${ref}' has an active alias: '${alias}'`);
    }
    if (aliases.has(name)) rmSync(join(repo.path, 'refs', 'heads', name));
    else deleteRef(repo, name);
  }
  refsChanged(repo);
}

function collectionRefs(repo: Repository, prefix: string | undefined, { options, terminal }: Invocation): void {
  const create = options.text('create');
  if (create !== undefined) {
    if (tryResolve(repo, create) !== undefined && !options.flag('force')) {
      throw new VerbError(`--create specified but ref ${create} already exists`);
    }
    const commit = resolve(repo, prefix!);
    const colon = create.indexOf(':');
    const [collection, ref] = [create.slice(0, Math.max(colon, 0)), create.slice(colon + 1)];
    if (!isCollectionId(collection)) throw new VerbError(`Invalid collection ID ${collection}`);
    if (!parseRefSpec(ref)) throw new VerbError(`Invalid ref name ${ref}`);
    setCollectionRef(repo, collection, ref, commit);
    return;
  }
  if (prefix !== undefined && !isCollectionId(prefix)) {
    throw new VerbError(`Listing refs: Invalid collection ID ${prefix}`);
  }
  for (const { collection, ref, commit } of listCollectionRefs(repo, { collection: prefix, remotes: true })) {
    if (options.flag('delete')) setCollectionRef(repo, collection, ref, null);
    else terminal.out(`(${collection}, ${ref})${options.flag('revision') ? `\t${commit}` : ''}\n`);
  }
}
