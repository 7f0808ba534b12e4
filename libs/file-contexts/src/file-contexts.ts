import { FileContextsError } from './errors.ts';
import { compilePattern, literalPrefix, stemOf } from './pattern.ts';
import { Substitutions } from './substitutions.ts';

/** The texts of the files of a policy, below its `contexts/files/`; only the first is always there. */
export interface FileContextsTexts {
  /** `file_contexts` */
  readonly base: string;
  /** `file_contexts.homedirs` */
  readonly homedirs?: string | undefined;
  /** `file_contexts.local` */
  readonly local?: string | undefined;
  /** `file_contexts.subs` */
  readonly subs?: string | undefined;
  /** `file_contexts.subs_dist` */
  readonly subsDist?: string | undefined;
}

/** One line: what paths of which kind it is for, and their label. */
interface Specification {
  readonly stem: string;
  /** What every path begins with that it is for. */
  readonly prefix: string;
  readonly exact: boolean;
  /** The file type bits of st_mode, or 0 for any. */
  readonly type: number;
  /** Undefined for paths that get no label, written `<<none>>`. */
  readonly label: string | undefined;
  readonly pattern: string;
  readonly file: string;
  readonly line: number;
  expression: RegExp | undefined;
}

/** File types as st_mode has them (inode(7)), by what stands for them in a line (file_contexts(5)). */
const TYPES: Readonly<Record<string, number>> = {
  '--': 0o100000,
  '-d': 0o040000,
  '-l': 0o120000,
  '-c': 0o020000,
  '-b': 0o060000,
  '-p': 0o010000,
  '-s': 0o140000,
};

const TYPE_MASK = 0o170000;

/** The labels that a policy gives to paths, by the rules of libselinux (label_file.c). */
export class FileContexts {
  /** In the order in which they are tried. */
  readonly #specifications: readonly Specification[];
  readonly #substitutions: Substitutions;

  private constructor(specifications: readonly Specification[], substitutions: Substitutions) {
    this.#specifications = specifications;
    this.#substitutions = substitutions;
  }

  /** Throws FileContextsError for a line that is none; patterns are looked at when a path might match them. */
  static parse(texts: FileContextsTexts): FileContexts {
    const all = [
      ...parseLines('file_contexts', texts.base),
      ...parseLines('file_contexts.homedirs', texts.homedirs),
      ...parseLines('file_contexts.local', texts.local),
    ];
    // Exact paths go to the end, all keep their order, and the last one that matches wins.
    const ordered = [...all.filter(({ exact }) => !exact), ...all.filter(({ exact }) => exact)].reverse();
    return new FileContexts(ordered, Substitutions.parse(texts.subs, texts.subsDist));
  }

  /**
   * The label of an absolute path, or undefined where it has none. `mode` is its st_mode; without a file type every line fits.
   * Throws FileContextsError for a pattern that cannot be used.
   */
  lookup(path: string, mode: number): string | undefined {
    const key = this.#substitutions.apply(bytes(normalized(path)));
    const type = mode & TYPE_MASK;
    for (const specification of this.#specifications) {
      if (type !== 0 && specification.type !== 0 && specification.type !== type) continue;
      const { stem, prefix } = specification;
      if (!key.startsWith(prefix) || (stem !== '' && key[stem.length] !== '/')) continue;
      specification.expression ??= compile(specification);
      if (specification.expression.test(stem === '' ? key : key.slice(stem.length))) return specification.label;
    }
    return undefined;
  }
}

/** The UTF-8 bytes of a text, each as a character. */
const bytes = (text: string): string => Buffer.from(text).toString('latin1');

const normalized = (path: string): string => path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');

function parseLines(file: string, text = ''): Specification[] {
  const specifications: Specification[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const words = line.split(/\s+/);
    const [pattern, second, third] = words;
    const label = third ?? second;
    const type = third === undefined ? 0 : TYPES[second!];
    if (label === undefined) throw new FileContextsError(file, index + 1, 'it has a pattern without a context');
    if (type === undefined) throw new FileContextsError(file, index + 1, `${second} stands for no file type`);
    const source = bytes(pattern!);
    const stem = stemOf(source);
    const { prefix, exact } = literalPrefix(source);
    specifications.push({
      stem,
      prefix: prefix.startsWith(stem) ? prefix : stem,
      exact,
      type,
      label: label === '<<none>>' ? undefined : label,
      pattern: source,
      file,
      line: index + 1,
      expression: undefined,
    });
  }
  return specifications;
}

function compile({ stem, pattern, file, line }: Specification): RegExp {
  try {
    return compilePattern(pattern.slice(stem.length));
  } catch (error) {
    throw new FileContextsError(file, line, (error as Error).message);
  }
}
