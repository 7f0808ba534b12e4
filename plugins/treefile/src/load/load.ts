import { readdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import type { HostError } from '@ostrata/core';
import { formatOf } from '../codec/document.ts';
import { entryOf, LIMITS, type Node, nodeAt, toValue } from '../codec/node.ts';
import { treefileError } from '../errors.ts';
import { evaluate, parseCondition } from '../model/conditions.ts';
import { mergeTreefiles } from '../model/merge.ts';
import { normalizeTreefile } from '../model/normalize.ts';
import { joinProblems, mistakesIn, problemAt } from '../model/problem.ts';
import type { Fields, Treefile, Variables } from '../model/treefile.ts';
import { validateTreefile } from '../model/validate.ts';
import { type Externals, mergeExternals, NO_EXTERNALS } from './externals.ts';
import { decodeText, readInput, relativeTo } from './files.ts';
import { readKickstart } from './kickstart.ts';
import { type Origins, originsOf } from './origins.ts';
import { parseInput } from './parse.ts';

/** rpm-ostree's bound on nested includes. */
const MAX_DEPTH = 50;

/** A treefile with all its includes, merged and not yet substituted. */
export interface LoadedTreefile {
  readonly fields: Fields;
  readonly variables: Variables;
  readonly externals: Externals;
  /** Where what was asked for stands: field names and `packages/NAME`, to `file:line`. */
  readonly origins: Origins;
  readonly warnings: readonly HostError[];
}

export interface LoadOptions {
  /** Architecture that the image is for, as repositories name it (`x86_64`). */
  readonly basearch: string;
  /** Variables that are known before the first file is read; they win over the files'. */
  readonly variables?: Variables;
}

/**
 * Reads a treefile and what it includes. Mistakes of all the files are collected and thrown as one error; an include that cannot be
 * followed ends the reading.
 */
export function loadTreefile(path: string, options: LoadOptions): LoadedTreefile {
  const loader = new Loader(path, options);
  return loader.load();
}

interface Part {
  readonly fields: Fields;
  readonly externals: Externals;
  readonly origins: Origins;
}

class Loader {
  readonly #path: string;
  readonly #top: string;
  readonly #basearch: string;
  readonly #seen = new Map<string, string>();
  readonly #problems: HostError[] = [];
  readonly #warnings: HostError[] = [];
  #variables: Variables;

  constructor(path: string, options: LoadOptions) {
    this.#path = path;
    this.#top = dirname(path);
    this.#basearch = options.basearch;
    this.#variables = options.variables ?? {};
  }

  load(): LoadedTreefile {
    const part = this.#read(this.#path, 0, 'treefile');
    if (this.#problems.length > 0) {
      throw joinProblems(this.#problems, 'TREEFILE_INVALID', mistakesIn(this.#problems));
    }
    return { ...part, variables: this.#variables, warnings: this.#warnings };
  }

  #read(path: string, depth: number, named: string): Part {
    const shown = this.#shown(path);
    const { content, stat } = readInput(path, named, LIMITS.bytes);
    const id = `${stat.dev}:${stat.ino}`;
    if (this.#seen.has(id)) {
      throw treefileError('TREEFILE_INCLUDE', `${named}: ${shown} is included a second time.`, {
        hint: 'Every file can be included once; remove one of the includes.',
        data: { file: shown, from: named },
      });
    }
    this.#seen.set(id, shown);
    const directory = dirname(path);
    const finalizers = executables(join(directory, 'finalize.d')).map((name) => join('finalize.d', name));
    if (path.endsWith('.ks')) {
      const fields = normalizeTreefile(readKickstart(path, shown), this.#basearch);
      return { fields, externals: { ...NO_EXTERNALS, finalizers }, origins: new Map() };
    }

    const root = parseInput(decodeText(content, shown), shown);
    const format = formatOf(path);
    const { problems, warnings } = validateTreefile(root, shown, format);
    this.#problems.push(...problems);
    this.#warnings.push(...warnings);
    // A file with mistakes ends its branch: what it includes is unknown.
    if (problems.length > 0) return { fields: {}, externals: NO_EXTERNALS, origins: new Map() };

    const raw = toValue(root) as Fields;
    this.#checkArch(root, raw, shown);
    const own = normalizeTreefile(raw, this.#basearch);
    this.#remember(own);
    let part: Part = {
      fields: { ...withoutIncludes(own), basearch: this.#basearch },
      externals: {
        ...NO_EXTERNALS,
        finalizers,
        ...this.#externals(own, directory, shown),
      },
      origins: originsOf(root, shown, this.#basearch),
    };

    const { files, inline } = this.#includes(root, own, shown);
    for (const node of inline) {
      const fields = withoutIncludes(normalizeTreefile(toValue(node) as Fields, this.#basearch));
      const externals = { ...NO_EXTERNALS, ...this.#externals(fields, directory, shown) };
      part = mergeParts(part, { fields, externals, origins: originsOf(node, shown, this.#basearch) });
    }
    for (const { file, from } of files) {
      if (depth === MAX_DEPTH) {
        throw treefileError('TREEFILE_INCLUDE', `${from}: includes go deeper than ${MAX_DEPTH} files.`, {
          hint: 'Flatten the includes, or remove a circle.',
          data: { file: shown, limit: MAX_DEPTH },
        });
      }
      part = mergeParts(part, this.#read(relativeTo(directory, file), depth + 1, from));
    }
    return part;
  }

  /** What the file includes for this architecture and these variables, in order. */
  #includes(root: Node, own: Fields, shown: string): { files: { file: string; from: string }[]; inline: Node[] } {
    const files: { file: string; from: string }[] = [];
    const inline: Node[] = [];
    const add = (node: Node | undefined): void => {
      if (node?.kind === 'list') node.items.forEach(add);
      else if (node?.kind === 'map') inline.push(node);
      else if (node && typeof node.value === 'string') {
        files.push({ file: node.value, from: `${shown}:${node.at.line}` });
      }
    };
    if (own['include'] !== undefined) add(entryOf(root, 'include')?.value);
    if (own['arch-include'] !== undefined) add(nodeIn(root, ['arch-include', this.#basearch]));
    const conditional = entryOf(root, 'conditional-include')?.value;
    for (const item of conditional?.kind === 'list' ? conditional.items : []) {
      if (this.#holds(entryOf(item, 'if')?.value, shown)) add(entryOf(item, 'include')?.value);
    }
    return { files, inline };
  }

  /** Whether all conditions hold. Each one is evaluated, so that mistakes in any are found. */
  #holds(node: Node | undefined, shown: string): boolean {
    let all = true;
    for (const item of node?.kind === 'list' ? node.items : node ? [node] : []) {
      const condition = parseCondition(item.kind === 'scalar' ? String(item.value) : '');
      const result = typeof condition === 'string' ? condition : evaluate(condition, this.#variables);
      if (typeof result === 'string') {
        this.#problems.push(problemAt('TREEFILE_CONDITION', shown, item.at, result, 'Define it under "variables".'));
      }
      all &&= result === true;
    }
    return all;
  }

  /** Adds the file's variables to what is known. Those that are known already, from outer files, win. */
  #remember(own: Fields): void {
    const releasever = own['releasever'] as string | number | undefined;
    this.#variables = {
      ...(own['variables'] as Variables | undefined),
      basearch: this.#basearch,
      ...(releasever === undefined ? {} : { releasever }),
      ...this.#variables,
    };
  }

  #checkArch(root: Node, raw: Fields, shown: string): void {
    const wanted = raw['basearch'];
    if (wanted === undefined || wanted === null || wanted === this.#basearch) return;
    const message = `the treefile is for ${wanted}, and images are composed for ${this.#basearch} here`;
    const hint = 'Compose on a machine of that architecture.';
    this.#problems.push(problemAt('TREEFILE_VALUE', shown, nodeAt(root, ['basearch']).at, message, hint));
  }

  #externals(fields: Fields, directory: string, shown: string): Partial<Externals> {
    const { 'postprocess-script': script, 'add-files': added, ...checks } = fields as Treefile;
    const accounts = (key: 'check-passwd' | 'check-groups') => {
      const check = checks[key];
      return check?.type === 'file'
        ? { path: relativeTo(directory, check.filename), named: `${shown}: ${key}` }
        : undefined;
    };
    return {
      ...(script === undefined
        ? {}
        : { script: { path: relativeTo(directory, script), named: `${shown}: postprocess-script`, source: script } }),
      addFiles: (added ?? []).map(([source, destination]) => ({
        path: relativeTo(directory, source),
        named: `${shown}: add-files`,
        source,
        destination,
      })),
      passwd: accounts('check-passwd'),
      group: accounts('check-groups'),
    };
  }

  /** The name of a file in messages: as the first one was given, or relative to it. */
  #shown(path: string): string {
    if (path === this.#path) return path;
    const below = relative(this.#top, path);
    return isAbsolute(below) ? path : join(this.#top, below);
  }
}

function mergeParts(including: Part, included: Part): Part {
  return {
    fields: mergeTreefiles(including.fields, included.fields),
    externals: mergeExternals(including.externals, included.externals),
    origins: new Map([...included.origins, ...including.origins]),
  };
}

function withoutIncludes(fields: Fields): Fields {
  const { include: _i, 'arch-include': _a, 'conditional-include': _c, variables: _v, ...rest } = fields;
  return rest;
}

function nodeIn(root: Node, path: readonly string[]): Node | undefined {
  let node: Node | undefined = root;
  for (const key of path) node = node === undefined ? undefined : entryOf(node, key)?.value;
  return node;
}

/** Executable files of a directory, sorted; none when it is not there. */
function executables(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => {
        const stat = statSync(join(directory, name), { throwIfNoEntry: false });
        return stat?.isFile() === true && (stat.mode & 0o100) !== 0;
      })
      .sort();
  } catch {
    return [];
  }
}
