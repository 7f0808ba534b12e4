import {
  fileList,
  formatEvr,
  formatFileFlags,
  formatNevra,
  type Header,
  isScalarTag,
  nevraOf,
  Tag,
  type TagName,
  TagType,
} from '../codec/index.ts';
import { MacroError } from './macros.ts';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };
const MAX_WIDTH = 4096;

/** Values of a tag: texts, or numbers for formatters that want them. */
type TagValues = readonly (string | number)[];

/** Tags that no header has and that are made of others. */
const COMPUTED: { readonly [name: string]: (header: Header) => TagValues } = {
  NEVRA: (header) => [formatNevra(nevraOf(header))],
  NVRA: (header) => [formatNevra({ ...nevraOf(header), epoch: undefined })],
  EVR: (header) => [formatEvr(nevraOf(header))],
  NVR: (header) => {
    const { name, version, release } = nevraOf(header);
    return [`${name}-${version}-${release}`];
  },
  EPOCHNUM: (header) => [Number(nevraOf(header).epoch ?? 0)],
  FILENAMES: (header) => fileList(header).files.map(({ path }) => path),
  INSTFILENAMES: (header) => fileList(header).files.map(({ path }) => path),
};

function values(header: Header, name: string): TagValues {
  const computed = Object.hasOwn(COMPUTED, name) ? COMPUTED[name] : undefined;
  if (computed) return computed(header);
  if (!Object.hasOwn(Tag, name)) throw new MacroError(`the query format names the unknown tag ${name}`);
  const tag = Tag[name as TagName];
  const type = header.entry(tag)?.type;
  if (type === undefined) return [];
  if (type === TagType.bin) return [header.bytes(tag)?.toString('hex') ?? ''];
  const text = type === TagType.string || type === TagType.stringArray || type === TagType.i18n;
  const all = text ? header.strings(tag) : header.numbers(tag);
  return isScalarTag(tag) ? all.slice(0, 1) : all;
}

/** By the highest four bits of a mode (inode(7)). */
const TYPES: Readonly<Record<number, string>> = { 1: 'p', 2: 'c', 4: 'd', 6: 'b', 8: '-', 10: 'l', 12: 's' };

/** A mode as `ls -l` shows it. */
function permissions(mode: number): string {
  const bits = [...'rwxrwxrwx'].map((letter, i) => (mode & (1 << (8 - i)) ? letter : '-'));
  const special: readonly (readonly [bit: number, at: number, letter: string])[] = [
    [0o4000, 2, 's'],
    [0o2000, 5, 's'],
    [0o1000, 8, 't'],
  ];
  for (const [bit, at, letter] of special) if (mode & bit) bits[at] = bits[at] === 'x' ? letter : letter.toUpperCase();
  return `${TYPES[(mode >> 12) & 0o17] ?? '?'}${bits.join('')}`;
}

const ofNumber =
  (format: (value: number) => string) =>
  (value: string | number): string =>
    typeof value === 'number' ? format(value) : '(not a number)';

/** The formatters that make sense of a value alone (rpm, lib/formats.c). */
const FORMATTERS: { readonly [name: string]: (value: string | number) => string } = {
  string: String,
  shescape: (value) => (typeof value === 'number' ? String(value) : `'${value.replaceAll("'", `'\\''`)}'`),
  hex: ofNumber((value) => value.toString(16)),
  octal: ofNumber((value) => value.toString(8)),
  perms: ofNumber(permissions),
  permissions: ofNumber(permissions),
  fflags: ofNumber(formatFileFlags),
  depflags: ofNumber((flags) => `${flags & 2 ? '<' : ''}${flags & 4 ? '>' : ''}${flags & 8 ? '=' : ''}`),
};

interface TagPart {
  readonly tag: string;
  readonly formatter: string | null;
  /** `%{=TAG}`: the same in each row; `%{#TAG}`: how many. */
  readonly mark: string;
  /** Minus for the left side, 0 for none. */
  readonly width: number;
}
interface Condition {
  readonly has: string;
  readonly yes: readonly Part[];
  readonly no: readonly Part[];
}
type Part = string | TagPart | Condition | { readonly each: readonly Part[] };

const TAG = /^%(-?\d*)\{([=#]?)(?:RPMTAG_)?([A-Za-z0-9_]+)(?::([a-z0-9]+))?\}/;
const CONDITION = /^%\|(?:RPMTAG_)?([A-Za-z0-9_]+)\?\{/;

class FormatParser {
  readonly #format: string;
  #at = 0;

  constructor(format: string) {
    this.#format = format;
  }

  /** Up to `end`, which is taken as well, or to the end of the text. */
  parse(end: ']' | '}' | null): Part[] {
    const parts: Part[] = [];
    const format = this.#format;
    while (this.#at < format.length) {
      const character = format[this.#at] as string;
      if (character === end) {
        this.#at++;
        return parts;
      }
      if (character === '\\') {
        const next = format[this.#at + 1] ?? '';
        parts.push(ESCAPES[next] ?? next);
        this.#at += 2;
      } else if (character === '%') parts.push(this.#percent());
      else if (character === '[') {
        if (end === ']') throw new MacroError('the query format has a "[" within another');
        this.#at++;
        parts.push({ each: this.parse(']') });
      } else if (character === ']' || character === '}') {
        throw new MacroError(`the query format has a "${character}" without its beginning`);
      } else {
        parts.push(character);
        this.#at++;
      }
    }
    if (end !== null) throw new MacroError(`the query format has no "${end}" where one is needed`);
    return parts;
  }

  #percent(): Part {
    const rest = this.#format.slice(this.#at);
    if (rest.startsWith('%%')) {
      this.#at += 2;
      return '%';
    }
    const condition = CONDITION.exec(rest);
    if (condition) {
      this.#at += condition[0].length;
      return this.#condition((condition[1] as string).toUpperCase());
    }
    const [whole, width = '', mark = '', tag = '', formatter] = TAG.exec(rest) ?? [];
    if (whole === undefined) throw new MacroError(`the query format "${rest.slice(0, 20)}" cannot be expanded`);
    if (formatter !== undefined && formatter !== 'arraysize' && !Object.hasOwn(FORMATTERS, formatter)) {
      throw new MacroError(`the query format has the formatter "${formatter}", which scripts cannot have in an image`);
    }
    this.#at += whole.length;
    const number = Math.max(-MAX_WIDTH, Math.min(MAX_WIDTH, Number(width === '-' ? 0 : width)));
    const counts = formatter === 'arraysize';
    return {
      tag: tag.toUpperCase(),
      formatter: counts ? null : (formatter ?? null),
      mark: counts ? '#' : mark,
      width: number,
    };
  }

  /** `%|TAG?{yes}:{no}|`, of which the second may be left out. */
  #condition(has: string): Condition {
    const yes = this.parse('}');
    let no: Part[] = [];
    if (this.#format.startsWith(':{', this.#at)) {
      this.#at += 2;
      no = this.parse('}');
    }
    if (this.#format[this.#at] !== '|') throw new MacroError('a condition of the query format has no end');
    this.#at++;
    return { has, yes, no };
  }
}

class Formatter {
  readonly #header: Header;
  readonly #known = new Map<string, TagValues>();

  constructor(header: Header) {
    this.#header = header;
  }

  format(parts: readonly Part[], row: number | null): string {
    return parts.map((part) => this.#part(part, row)).join('');
  }

  #part(part: Part, row: number | null): string {
    if (typeof part === 'string') return part;
    if ('has' in part) return this.format(this.#values(part.has).length > 0 ? part.yes : part.no, row);
    if ('each' in part) return this.#each(part.each);
    const text = this.#tag(part, row);
    return part.width < 0 ? text.padEnd(-part.width) : text.padStart(part.width);
  }

  #tag({ tag, formatter, mark }: TagPart, row: number | null): string {
    const all = this.#values(tag);
    if (mark === '#') return String(all.length);
    const value = all[mark === '=' || row === null ? 0 : row];
    if (value === undefined) return '(none)';
    return formatter === null ? String(value) : (FORMATTERS[formatter] as (typeof FORMATTERS)[string])(value);
  }

  #each(parts: readonly Part[]): string {
    const columns = parts.flatMap((part) =>
      typeof part === 'object' && 'tag' in part && part.mark === '' ? [part] : [],
    );
    const counts = columns.map(({ tag }) => this.#values(tag).length).filter((count) => count > 0);
    const count = Math.max(0, ...counts);
    if (counts.some((other) => other !== count)) {
      throw new MacroError('the query format puts tags with different counts of values into one "[…]"');
    }
    return Array.from({ length: count }, (_, row) => this.format(parts, row)).join('');
  }

  #values(tag: string): TagValues {
    const known = this.#known.get(tag) ?? values(this.#header, tag);
    this.#known.set(tag, known);
    return known;
  }
}

/**
 * Expands a query format over a package's header (`%{NAME}`, `[%{FILENAMES:shescape} ]`, `%|EPOCH?{…}:{…}|`, `%-20{NAME}`; rpm,
 * docs/man/rpm-queryformat).
 * @throws MacroError for what is malformed, unknown tags, and formatters that would need more than the value.
 */
export function formatQuery(header: Header, format: string): string {
  return new Formatter(header).format(new FormatParser(format).parse(null), null);
}
