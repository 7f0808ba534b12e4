import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { type HostError, isHostError, type Json } from '@ostrata/contract';
import { formatOf } from '../codec/document.ts';
import { entryOf, LIMITS, type Node, nodeAt, toValue } from '../codec/node.ts';
import { treefileError } from '../errors.ts';
import { mergeTreefiles } from '../model/merge.ts';
import { normalizeTreefile } from '../model/normalize.ts';
import { joinProblems, mistakesIn, problemAt } from '../model/problem.ts';
import type { Fields, Variables } from '../model/treefile.ts';
import { validateTreefile } from '../model/validate.ts';
import { type Externals, externalsOf, finalizersIn, mergeExternals, NO_EXTERNALS } from './externals.ts';
import { decodeText, readInput } from './files.ts';
import { findIncludes } from './find-includes.ts';
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
    try {
      const part = this.#read(this.#path, 0, 'treefile');
      if (this.#problems.length === 0) return { ...part, variables: this.#variables, warnings: this.#warnings };
    } catch (error) {
      if (this.#problems.length === 0 || !isHostError(error)) throw error;
      this.#problems.push(...(error.problems.length > 0 ? error.problems : [error]));
    }
    throw joinProblems(this.#problems, 'TREEFILE_INVALID', mistakesIn(this.#problems));
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
    const finalizers = finalizersIn(directory);
    if (path.endsWith('.ks')) {
      const fields = normalizeTreefile(readKickstart(path, shown), this.#basearch);
      return { fields, externals: { ...NO_EXTERNALS, finalizers }, origins: new Map() };
    }

    const root = parseInput(decodeText(content, shown), shown);
    const format = formatOf(path);
    const { problems, warnings } = validateTreefile(root, shown, format);
    this.#problems.push(...problems);
    this.#warnings.push(...warnings);
    // Of a file with mistakes only the variables and includes count: so that the mistakes of those files are found as well.
    const raw = problems.length === 0 ? (toValue(root) as Fields) : usableFields(root);
    this.#checkArch(root, raw, shown);
    const own = normalizeTreefile(raw, this.#basearch);
    this.#remember(own);
    let part: Part = {
      fields: { ...withoutIncludes(own), basearch: this.#basearch },
      externals: {
        ...NO_EXTERNALS,
        finalizers,
        ...externalsOf(own, directory, shown),
      },
      origins: originsOf(root, shown, this.#basearch),
    };

    const scope = { basearch: this.#basearch, variables: this.#variables, shown };
    const { files, inline, problems: conditions } = findIncludes(root, scope);
    this.#problems.push(...conditions);
    for (const node of problems.length === 0 ? inline : []) {
      const fields = withoutIncludes(normalizeTreefile(toValue(node) as Fields, this.#basearch));
      const externals = { ...NO_EXTERNALS, ...externalsOf(fields, directory, shown) };
      part = mergeParts(part, { fields, externals, origins: originsOf(node, shown, this.#basearch) });
    }
    for (const { file, from } of files) {
      if (depth === MAX_DEPTH) {
        throw treefileError('TREEFILE_INCLUDE', `${from}: includes go deeper than ${MAX_DEPTH} files.`, {
          hint: 'Flatten the includes, or remove a circle.',
          data: { file: shown, limit: MAX_DEPTH },
        });
      }
      part = mergeParts(part, this.#read(resolve(directory, file), depth + 1, from));
    }
    return part;
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

/** The variables of a file with mistakes elsewhere. */
function usableFields(root: Node): Fields {
  const usable = (node: Node | undefined): node is Node & { kind: 'scalar' } =>
    node?.kind === 'scalar' && node.value !== null;
  const fields: { [key: string]: Json } = {};
  const releasever = entryOf(root, 'releasever')?.value;
  if (usable(releasever)) fields['releasever'] = releasever.value;
  const variables = entryOf(root, 'variables')?.value;
  if (variables?.kind === 'map') {
    const entries = variables.entries.filter(({ value }) => usable(value));
    fields['variables'] = toValue({ ...variables, entries });
  }
  return fields;
}

function withoutIncludes(fields: Fields): Fields {
  const { include: _i, 'arch-include': _a, 'conditional-include': _c, variables: _v, ...rest } = fields;
  return rest;
}
