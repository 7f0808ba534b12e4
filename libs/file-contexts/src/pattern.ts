/** Characters that make more than one path match (libselinux, label_file.h, spec_hasMetaChars). */
const META = '.^$?*+|[({';

/** The text at the beginning of a pattern that stands for itself, and whether that is all of it. */
export function literalPrefix(pattern: string): { readonly prefix: string; readonly exact: boolean } {
  let prefix = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    if (META.includes(char)) {
      // What may be left out is not a part of every path; of alternatives none is.
      const optional = char === '?' || char === '*' || char === '{';
      const safe = optional ? prefix.slice(0, -1) : prefix;
      return { prefix: isAlternative(pattern) ? '' : safe, exact: false };
    }
    if (char !== '\\') prefix += char;
    else {
      const next = pattern[++at];
      // Classes such as \d, and a backslash at the end.
      if (next === undefined || /[A-Za-z0-9]/.test(next)) return { prefix, exact: hasNoMeta(pattern, at + 1) };
      prefix += next;
    }
  }
  return { prefix, exact: true };
}

/**
 * The first name of a pattern with its slash, where it stands for itself and something follows: libselinux compares it by itself, and
 * only the rest as a pattern.
 */
export function stemOf(pattern: string): string {
  const slash = pattern.indexOf('/', 1);
  const stem = pattern.slice(0, Math.max(slash, 0));
  return [...stem].some((char) => META.includes(char)) ? '' : stem;
}

/** Whether a pattern is made of several, as `/a|/b` is. */
function isAlternative(pattern: string): boolean {
  let depth = 0;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') at++;
    else if (char === '[') at = Math.max(at, pattern.indexOf(']', at + 2));
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '|' && depth === 0) return true;
  }
  return false;
}

function hasNoMeta(pattern: string, from: number): boolean {
  for (let at = from; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (META.includes(pattern[at]!)) return false;
  }
  return true;
}

/** POSIX character classes, which JavaScript has not got (PCRE2, "POSIX character classes"). */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: 'A-Fa-f0-9',
};

/** A pattern of PCRE that must match a path as a whole. Throws SyntaxError for what JavaScript has not got. */
export function compilePattern(pattern: string): RegExp {
  if (/[*+?}]\+|\(\?(?:[>|#&R+-]|P?[<'])|\\[QEAGzZKX]|\(\*/.test(pattern)) {
    throw new SyntaxError('the pattern has a form that only PCRE knows');
  }
  return new RegExp(`^${translate(pattern)}$`, 's');
}

/** Brackets as JavaScript has them: classes by name are spelled out, and "]" may not come first. */
function translate(pattern: string): string {
  let result = '';
  for (let at = 0; at < pattern.length; ) {
    const char = pattern[at]!;
    if (char === '\\') {
      result += pattern.slice(at, at + 2);
      at += 2;
    } else if (char === '[') {
      const [text, end] = translateBrackets(pattern, at);
      result += text;
      at = end;
    } else {
      result += char;
      at++;
    }
  }
  return result;
}

function translateBrackets(pattern: string, start: number): readonly [text: string, end: number] {
  let at = start + 1;
  let text = '[';
  if (pattern[at] === '^') text += pattern[at++];
  if (pattern[at] === ']') {
    text += '\\]';
    at++;
  }
  while (at < pattern.length && pattern[at] !== ']') {
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(at, at + 12));
    if (named) {
      const ranges = CLASSES[named[1]!];
      if (ranges === undefined) throw new SyntaxError(`there is no character class ${named[1]}`);
      text += ranges;
      at += named[0].length;
    } else if (pattern[at] === '\\') {
      text += pattern.slice(at, at + 2);
      at += 2;
    } else {
      text += pattern[at] === '[' ? '\\[' : pattern[at];
      at++;
    }
  }
  if (pattern[at] !== ']') throw new SyntaxError('a bracket is not closed');
  return [`${text}]`, at + 1];
}
