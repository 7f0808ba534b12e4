/** Value of a macro, or undefined for one that is not known. */
export type MacroScope = (name: string) => string | undefined;

const MAX_DEPTH = 32;
/** Macros and characters of their values in one expansion; a script is never so large. */
const MAX_MACROS = 100_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** A macro that cannot be expanded: a shell call, Lua, or one that expands to itself. */
export class MacroError extends Error {}

const DIRECTORIES: Readonly<Record<string, string>> = {
  _prefix: '/usr',
  _exec_prefix: '/usr',
  _bindir: '/usr/bin',
  _sbindir: '/usr/sbin',
  _libexecdir: '/usr/libexec',
  _datadir: '/usr/share',
  _datarootdir: '/usr/share',
  _includedir: '/usr/include',
  _infodir: '/usr/share/info',
  _mandir: '/usr/share/man',
  _docdir: '/usr/share/doc',
  _sysconfdir: '/etc',
  _localstatedir: '/var',
  _sharedstatedir: '/var/lib',
  _rundir: '/run',
  _tmppath: '/var/tmp',
  _dbpath: '/usr/share/rpm',
  nil: '',
};

/** Architectures whose libraries of 64 bits have a directory of their own in RPM distributions. */
const LIB64 = /^(x86_64|aarch64|ppc64|ppc64le|s390x|sparc64|riscv64|loongarch64)$/;

/** The macros of an image: rpm's directories, its architecture and its languages. */
export function imageMacros(arch: string, languages: readonly string[] | null): MacroScope {
  const lib = LIB64.test(arch) ? 'lib64' : 'lib';
  const values: Record<string, string> = {
    ...DIRECTORIES,
    _lib: lib,
    _libdir: `/usr/${lib}`,
    _arch: arch,
    _target_cpu: arch,
    _os: 'linux',
    _install_langs: languages === null ? 'all' : languages.join(':'),
  };
  return (name) => (Object.hasOwn(values, name) ? values[name] : undefined);
}

/** The end of a `{…}` that begins at `open`, braces within counted. */
function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  throw new MacroError(`"%${text.slice(open, open + 20)}" has no end`);
}

/** Macros that rpm has built in and that change a text (rpm, docs/manual/macros.md); the text is expanded before. */
const FUNCTIONS: { readonly [name: string]: (text: string) => string } = {
  basename: (text) => text.slice(text.lastIndexOf('/') + 1),
  dirname: (text) => (text.includes('/') ? text.slice(0, text.lastIndexOf('/')) : text),
  suffix: (text) => (text.includes('.') ? text.slice(text.lastIndexOf('.') + 1) : ''),
  shrink: (text) => text.trim().replace(/\s+/g, ' '),
  url2path: (text) => text.replace(/^[a-z]+:\/\/[^/]*/, ''),
};
const FUNCTION_CALL = /^([a-z0-9]+)[: ]([\s\S]*)$/;

/** What a built-in macro makes of its argument; undefined when it is none. */
function callFunction(inner: string, scope: MacroScope, depth: number): string | undefined {
  const [, name = '', argument = ''] = FUNCTION_CALL.exec(inner) ?? [];
  if (name === 'expand') return expand(expand(argument, scope, depth + 1), scope, depth + 1);
  if (!Object.hasOwn(FUNCTIONS, name)) return undefined;
  return FUNCTIONS[name]?.(expand(argument, scope, depth + 1));
}

function expandBraced(inner: string, whole: string, scope: MacroScope, depth: number): string {
  const called = callFunction(inner, scope, depth);
  if (called !== undefined) return called;
  const parts = /^([!?]*)([A-Za-z_][A-Za-z0-9_]*)(?::([\s\S]*))?$/.exec(inner);
  if (!parts) throw new MacroError(`"${whole}" cannot be expanded in an image`);
  const [, marks = '', name = '', alternative] = parts;
  const value = scope(name);
  const negated = (marks.match(/!/g)?.length ?? 0) % 2 === 1;
  if (marks.includes('?')) {
    if ((value !== undefined) === negated) return '';
    return alternative === undefined
      ? negated
        ? ''
        : expand(value ?? '', scope, depth + 1)
      : expand(alternative, scope, depth + 1);
  }
  if (alternative !== undefined) throw new MacroError(`"${whole}" cannot be expanded in an image`);
  return value === undefined ? whole : expand(value, scope, depth + 1);
}

function expand(text: string, scope: MacroScope, depth: number): string {
  if (depth > MAX_DEPTH) throw new MacroError('macros expand into each other without an end');
  let out = '';
  for (let at = 0; at < text.length; ) {
    const percent = text.indexOf('%', at);
    if (percent < 0) return out + text.slice(at);
    out += text.slice(at, percent);
    const next = text[percent + 1];
    if (next === '%') {
      out += '%';
      at = percent + 2;
    } else if (next === '{') {
      const end = closingBrace(text, percent + 1);
      out += expandBraced(text.slice(percent + 2, end), text.slice(percent, end + 1), scope, depth);
      at = end + 1;
    } else if (next === '(' || next === '[') {
      throw new MacroError(`"${text.slice(percent, percent + 20)}" cannot be expanded in an image`);
    } else {
      const name = /^[!?]*[A-Za-z_][A-Za-z0-9_]{2,}/.exec(text.slice(percent + 1))?.[0];
      out += name === undefined ? '%' : expandBraced(name, `%${name}`, scope, depth);
      at = percent + 1 + (name?.length ?? 0);
    }
  }
  return out;
}

/**
 * Expands macros as rpm does: `%name`, `%{name}`, `%{?name}`, `%{!?name:…}`, `%{expand:…}`, `%{basename:…}`, `%%`. Unknown names stay as they are.
 * @throws MacroError for `%(…)`, `%[…]`, `%{lua:…}` and what has no end.
 */
export function expandMacros(text: string, scope: MacroScope): string {
  let macros = 0;
  let characters = 0;
  const bounded: MacroScope = (name) => {
    const value = scope(name);
    characters += value?.length ?? 0;
    if (++macros > MAX_MACROS || characters > MAX_CHARACTERS) throw new MacroError('macros expand to too much');
    return value;
  };
  return expand(text, bounded, 0);
}
