import type { PoolBuilder } from '../../../plugins/solver-sat/src/pool/builder.ts';
import { NAMESPACE } from '../../../plugins/solver-sat/src/pool/namespace.ts';
import {
  AND,
  ARCH,
  ELSE,
  EQUAL,
  GREATER,
  IF,
  LESS,
  OR,
  UNLESS,
  WITH,
  WITHOUT,
} from '../../../plugins/solver-sat/src/pool/relations.ts';
import { Unsupported } from './unsupported.ts';

/** Signs of versions. */
export const COMPARISONS: Record<string, number> = {
  '<': LESS,
  '<=': LESS | EQUAL,
  '=': EQUAL,
  '>=': GREATER | EQUAL,
  '>': GREATER,
};

/** Signs of rich dependencies, architectures among them. */
export const OPERATORS: Record<string, number> = {
  '&': AND,
  '|': OR,
  '+': WITH,
  '-': WITHOUT,
  '.': ARCH,
  '<IF>': IF,
  '<UNLESS>': UNLESS,
  '<ELSE>': ELSE,
};

/** A dependency as libsolv's cases write it: `A & (B | C > 2)`, with operators that group to the right. Interned; returns its id. */
export function caseDependency(builder: PoolBuilder, text: string): number {
  let at = 0;
  const skipSpace = () => {
    while (text[at] === ' ') at++;
  };
  const word = (): string => {
    skipSpace();
    const start = at;
    for (let open = 0; at < text.length; at++) {
      if (text[at] === ' ') break;
      if (text[at] === '(') open++;
      else if (text[at] === ')' && open-- === 0) break;
    }
    return text.slice(start, at);
  };
  const operand = (): number => {
    skipSpace();
    if (text[at] !== '(') {
      const kind = /^namespace:\w+(?=\()/.exec(text.slice(at))?.[0];
      if (kind !== undefined) {
        at += kind.length + 1;
        return builder.relations.intern(builder.strings.intern(kind), NAMESPACE, closed());
      }
      const name = word();
      if (name === '<NULL>') return 0;
      if (name.length > 4 && name.endsWith(':any')) throw new Unsupported('packages of Debian for any architecture');
      return builder.strings.intern(unescaped(name));
    }
    at++;
    return closed();
  };
  /** What is left of an expression in parentheses. */
  const closed = (): number => {
    const inner = expression();
    skipSpace();
    if (text[at++] !== ')') throw new Error(`"${text}" lacks a ")"`);
    return inner;
  };
  /** A name with its version and architecture. */
  const simple = (): number => {
    let id = operand();
    for (;;) {
      skipSpace();
      const before = at;
      const sign = word();
      const comparison = COMPARISONS[sign];
      if (comparison === undefined && sign !== '.') {
        at = before;
        return id;
      }
      const right = builder.strings.intern(unescaped(word()));
      id = builder.relations.intern(id, comparison ?? ARCH, right);
    }
  };
  const expression = (): number => {
    const left = simple();
    skipSpace();
    if (at === text.length || text[at] === ')') return left;
    const sign = /^(?:[&|+.-]|<[A-Z]+>)/.exec(text.slice(at))?.[0] ?? word();
    at += OPERATORS[sign] === undefined ? 0 : sign.length;
    const operator = OPERATORS[sign];
    if (operator === undefined) throw new Unsupported(`the operator "${sign}" of dependencies is not RPM's`);
    return builder.relations.intern(left, operator, expression());
  };
  const id = expression();
  if (at < text.length) throw new Error(`"${text}" goes on after its end`);
  return id;
}

function unescaped(text: string): string {
  if (text === '\\00') return '';
  return text.replace(/\\([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
