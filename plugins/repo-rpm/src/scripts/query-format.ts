import {
  formatEvr,
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

function computed(header: Header, name: string): string | undefined {
  const nevra = nevraOf(header);
  switch (name) {
    case 'NEVRA':
      return formatNevra(nevra);
    case 'NVRA':
      return formatNevra({ ...nevra, epoch: undefined });
    case 'EVR':
      return formatEvr(nevra);
    case 'NVR':
      return `${nevra.name}-${nevra.version}-${nevra.release}`;
    case 'EPOCHNUM':
      return nevra.epoch ?? '0';
    default:
      return undefined;
  }
}

function values(header: Header, name: string): readonly string[] {
  const special = computed(header, name);
  if (special !== undefined) return [special];
  if (!Object.hasOwn(Tag, name)) throw new MacroError(`the query format names the unknown tag ${name}`);
  const tag = Tag[name as TagName];
  const type = header.entry(tag)?.type;
  if (type === undefined) return [];
  if (type === TagType.bin) return [header.bytes(tag)?.toString('hex') ?? ''];
  const text = type === TagType.string || type === TagType.stringArray || type === TagType.i18n;
  const all = text ? header.strings(tag) : header.numbers(tag).map(String);
  return isScalarTag(tag) ? all.slice(0, 1) : all;
}

type Part = string | { readonly tag: string } | { readonly each: readonly Part[] };

function parse(format: string, start: number, nested: boolean): { parts: Part[]; end: number } {
  const parts: Part[] = [];
  let at = start;
  while (at < format.length) {
    const character = format[at] as string;
    if (character === '\\') {
      const next = format[at + 1] ?? '';
      parts.push(ESCAPES[next] ?? next);
      at += 2;
    } else if (character === '%' && format[at + 1] === '%') {
      parts.push('%');
      at += 2;
    } else if (character === '%') {
      const tag = /^%\{(?:RPMTAG_)?([A-Za-z0-9_]+)\}/.exec(format.slice(at));
      if (!tag) throw new MacroError(`the query format "${format.slice(at, at + 20)}" cannot be expanded`);
      parts.push({ tag: (tag[1] as string).toUpperCase() });
      at += tag[0].length;
    } else if (character === '[' && !nested) {
      const inner = parse(format, at + 1, true);
      parts.push({ each: inner.parts });
      at = inner.end;
    } else if (character === ']') {
      if (!nested) throw new MacroError('the query format has a "]" without a "["');
      return { parts, end: at + 1 };
    } else {
      parts.push(character);
      at++;
    }
  }
  if (nested) throw new MacroError('the query format has a "[" without a "]"');
  return { parts, end: at };
}

function formatEach(header: Header, parts: readonly Part[]): string {
  const columns = parts.map((part) => (typeof part === 'object' && 'tag' in part ? values(header, part.tag) : null));
  const count = Math.max(0, ...columns.map((column) => column?.length ?? 0));
  let out = '';
  for (let row = 0; row < count; row++) {
    out += parts.map((part, i) => columns[i]?.[row] ?? (typeof part === 'string' ? part : '(none)')).join('');
  }
  return out;
}

/**
 * Expands a query format over a package's header (`%{NAME}`, `[%{FILENAMES} ]`; rpm, docs/man/rpm-queryformat).
 * @throws MacroError for formatters and conditions, which scripts do not use.
 */
export function formatQuery(header: Header, format: string): string {
  return parse(format, 0, false)
    .parts.map((part) => {
      if (typeof part === 'string') return part;
      if ('each' in part) return formatEach(header, part.each);
      return values(header, part.tag)[0] ?? '(none)';
    })
    .join('');
}
