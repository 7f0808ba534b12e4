import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { isHostError } from '@ostrata/core';
import { formatOf, parseDocument } from '../../plugins/treefile/src/codec/document.ts';
import { entryOf, type Node } from '../../plugins/treefile/src/codec/node.ts';
import { flatten } from '../../plugins/treefile/src/flatten.ts';
import { readLockfiles } from '../../plugins/treefile/src/load/lockfile.ts';
import { ARCH_PACKAGES, FIELDS, LEGACY_NAMES } from '../../plugins/treefile/src/model/fields.ts';
import { validateTreefile } from '../../plugins/treefile/src/model/validate.ts';
import { refuseUnsupported } from '../../plugins/treefile/src/request/unsupported.ts';
import { type CaseResult, failed, passed, skipped } from './case.ts';

/** `--arch ARCH`: the architecture to flatten for where a treefile names none; x86_64 when absent. */
export const options = ['arch'] as const;

const DOCUMENTATION = join(import.meta.dirname, '..', '..', 'docs', 'treefile.md');

interface Candidate {
  readonly name: string;
  readonly path: string;
  readonly root: Node | null;
  kind: 'treefile' | 'lockfile' | 'broken' | 'other';
}

/**
 * Treefiles and lockfiles anywhere below PATH, told from other files by what is in them. A treefile that no other one includes must
 * flatten, and flatten again to the same from its flattened form; a compose may refuse it only for fields that docs/treefile.md lists.
 * One that others include must have no mistake of its own.
 */
export async function* run(path: string, { arch = 'x86_64' }: { arch?: string }): AsyncGenerator<CaseResult> {
  const candidates = [...filesBelow(path)].map((file) => classify(path, file));
  const included = adoptIncluded(candidates);
  const later = laterFields();
  for (const candidate of candidates) {
    const { name, kind } = candidate;
    if (kind === 'other') yield skipped(name, 'is neither a treefile nor a lockfile');
    else if (kind === 'lockfile') yield judge(name, () => lockfileParses(candidate));
    else if (kind === 'broken') yield judge(name, () => parses(candidate));
    else if (included.has(candidate.path)) yield judge(name, () => parsesAlone(candidate));
    else yield judge(name, () => flattens(candidate, arch, later));
  }
}

/** Paths of what treefiles include. Whatever those files look like, they are to be treefiles. */
function adoptIncluded(candidates: readonly Candidate[]): Set<string> {
  const byPath = new Map(candidates.map((candidate) => [candidate.path, candidate]));
  const included = new Set<string>();
  const queue = candidates.filter(({ kind }) => kind === 'treefile');
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const name of includesOf(file.root)) {
      const path = resolve(dirname(file.path), name);
      const target = byPath.get(path);
      included.add(path);
      if (target?.kind !== 'other') continue;
      target.kind = 'treefile';
      queue.push(target);
    }
  }
  return included;
}

function judge(name: string, check: () => string | undefined): CaseResult {
  try {
    const reason = check();
    return reason ? failed(name, reason) : passed(name);
  } catch (error) {
    const missing = isHostError(error) && error.code === 'TREEFILE_UNREADABLE' ? error.data['path'] : undefined;
    if (typeof missing === 'string') return skipped(name, `includes ${missing}, which is not there`);
    const problems = isHostError(error) ? error.problems.map(({ message }) => message) : [];
    return failed(name, problems.length > 0 ? problems.join('; ') : String(error));
  }
}

function lockfileParses({ path }: Candidate): undefined {
  readLockfiles([path]);
}

function parses({ path }: Candidate): undefined {
  parseDocument(readFileSync(path, 'utf8'), formatOf(path));
}

function parsesAlone({ root, name }: Candidate): string | undefined {
  if (root === null) return undefined;
  const { problems } = validateTreefile(root, name, formatOf(name));
  return problems.map(({ message }) => message).join('; ') || undefined;
}

function flattens({ path, root }: Candidate, arch: string, later: ReadonlySet<string>): string | undefined {
  const own = root === null ? undefined : entryOf(root, 'basearch')?.value;
  const basearch = own?.kind === 'scalar' && typeof own.value === 'string' ? own.value : arch;
  const flattened = flatten(path, { basearch });
  const unstable = changesWhenReread(JSON.parse(JSON.stringify(flattened.treefile)));
  if (unstable !== null) return unstable;
  try {
    refuseUnsupported(flattened);
  } catch (error) {
    if (!isHostError(error) || error.code !== 'TREEFILE_UNSUPPORTED') throw error;
    const problems = error.problems.length > 0 ? error.problems : [error];
    const fields = problems.map(({ data }) => String(data['field']));
    const unlisted = fields.filter((field) => !later.has(field));
    if (unlisted.length > 0) return `is refused for ${unlisted.join(', ')}, which docs/treefile.md does not list`;
  }
  return undefined;
}

/** A flattened treefile is a treefile without mistakes. */
function changesWhenReread(treefile: unknown): string | null {
  const root = parseDocument(JSON.stringify(treefile), 'json');
  const { problems, warnings } = validateTreefile(root, 'flattened', 'json');
  const found = [...problems, ...warnings].map(({ message }) => message);
  return found.length > 0 ? `its flattened form has mistakes: ${found.join('; ')}` : null;
}

/** The fields in the first column of the table below "Not acted on yet". */
function laterFields(): Set<string> {
  const text = readFileSync(DOCUMENTATION, 'utf8')
    .split(/^## /m)
    .find((part) => part.startsWith('Not acted on yet'));
  return new Set([...(text ?? '').matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? ''));
}

function* filesBelow(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile() && /\.(?:ya?ml|json|ks)$/.test(entry.name)) yield path;
  }
}

function classify(top: string, path: string): Candidate {
  const name = relative(top, path);
  if (path.endsWith('.ks')) return { name, path, root: null, kind: 'treefile' };
  let root: Node;
  try {
    root = parseDocument(readFileSync(path, 'utf8'), formatOf(path));
  } catch {
    // Whatever it was meant to be: workflows and the like may use more of YAML than treefiles do.
    return { name, path, root: null, kind: /\/\.|^\./.test(name) ? 'other' : 'broken' };
  }
  if (entryOf(root, 'packages')?.value.kind === 'map') return { name, path, root, kind: 'lockfile' };
  return { name, path, root, kind: isTreefile(path, root, 0) ? 'treefile' : 'other' };
}

/** Most of its keys are a treefile's; one that only includes is what it includes. */
function isTreefile(path: string, root: Node, depth: number): boolean {
  if (root.kind !== 'map') return false;
  const keys = root.entries.map(({ key }) => key).filter((key) => key !== 'include');
  const known = keys.filter((key) => key in FIELDS || key in LEGACY_NAMES || ARCH_PACKAGES.test(key));
  if (keys.length > 0) return known.length > keys.length - known.length;
  const [first] = includesOf(root);
  if (first === undefined || depth > 10) return false;
  try {
    const target = resolve(dirname(path), first);
    return isTreefile(target, parseDocument(readFileSync(target, 'utf8'), formatOf(target)), depth + 1);
  } catch {
    return false;
  }
}

/** Every path that a treefile may include, whatever the conditions. */
function includesOf(root: Node | null): string[] {
  if (root === null) return [];
  const names: string[] = [];
  const add = (node: Node | undefined): void => {
    if (node?.kind === 'list') for (const item of node.items) add(item);
    else if (node?.kind === 'scalar' && typeof node.value === 'string') names.push(node.value);
  };
  add(entryOf(root, 'include')?.value);
  const byArch = entryOf(root, 'arch-include')?.value;
  if (byArch?.kind === 'map') for (const { value } of byArch.entries) add(value);
  const conditional = entryOf(root, 'conditional-include')?.value;
  if (conditional?.kind === 'list') for (const item of conditional.items) add(entryOf(item, 'include')?.value);
  return names;
}
