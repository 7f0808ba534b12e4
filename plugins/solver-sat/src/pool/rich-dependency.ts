import { AND, ELSE, EQUAL, GREATER, IF, LESS, OR, type RelationTable, UNLESS, WITH, WITHOUT } from './relations.ts';
import type { StringTable } from './strings.ts';

/** Parentheses may nest this deep; rpm itself writes two or three. */
const MAX_DEPTH = 64;

const OPERATORS: Record<string, number> = {
  and: AND,
  or: OR,
  with: WITH,
  without: WITHOUT,
  if: IF,
  unless: UNLESS,
  else: ELSE,
};
const COMPARISONS: Record<string, number> = {
  '<': LESS,
  '<=': LESS | EQUAL,
  '=': EQUAL,
  '==': EQUAL,
  '>=': GREATER | EQUAL,
  '>': GREATER,
};

/** A dependency in parentheses that cannot be understood. */
export class RichDependencyError extends Error {
  readonly code = 'RICH_DEPENDENCY';
  readonly text: string;
  readonly offset: number;

  constructor(text: string, offset: number, what: string) {
    super(`"${text}" is not a valid dependency: ${what} at character ${offset + 1}`);
    this.text = text;
    this.offset = offset;
  }
}

/** Reads `(a or (b >= 1 and c))` into nested relations (rpm-dependencies(7), "Boolean dependencies"). */
export function parseRichDependency(text: string, strings: StringTable, relations: RelationTable): number {
  let at = 0;
  const fail = (what: string): never => {
    throw new RichDependencyError(text, at, what);
  };
  const skipSpace = () => {
    while (text[at] === ' ' || text[at] === '\t') at++;
  };
  /** Up to white space or the parenthesis that closes the expression; parentheses inside a name are part of it. */
  const word = (): string => {
    skipSpace();
    const start = at;
    for (let open = 0; at < text.length; at++) {
      const c = text[at];
      if (c === ' ' || c === '\t') break;
      if (c === '(') open++;
      else if (c === ')' && open-- === 0) break;
    }
    return text.slice(start, at);
  };
  const operand = (depth: number): number => {
    skipSpace();
    if (text[at] === '(') return expression(depth + 1);
    const name = word();
    if (name === '') fail('a name is missing');
    const id = strings.intern(name);
    skipSpace();
    const sign = /^[<>=]+/.exec(text.slice(at, at + 3))?.[0];
    if (sign === undefined) return id;
    const comparison = COMPARISONS[sign] ?? fail(`unknown comparison "${sign}"`);
    at += sign.length;
    const version = word();
    if (version === '') fail('a version is missing');
    return relations.intern(id, comparison, strings.intern(version));
  };
  const operator = (): number => {
    const name = word();
    return OPERATORS[name] ?? fail(`unknown operator "${name}"`);
  };
  const expression = (depth: number): number => {
    if (depth > MAX_DEPTH) fail(`more than ${MAX_DEPTH} nested parentheses`);
    at++;
    const operands = [operand(depth)];
    let chain = 0;
    skipSpace();
    while (at < text.length && text[at] !== ')') {
      const op = operator();
      if (op === ELSE && (chain === IF || chain === UNLESS) && operands.length === 2) {
        const condition = operands.pop()!;
        operands.push(relations.intern(condition, ELSE, operand(depth)));
        skipSpace();
        if (text[at] !== ')') fail('")" expected');
        break;
      }
      const chains = op === AND || op === OR || op === WITH;
      if (op === ELSE || (chain !== 0 && (op !== chain || !chains)))
        fail('operators of different kinds need parentheses');
      chain = op;
      operands.push(operand(depth));
      skipSpace();
    }
    if (text[at] !== ')') fail('")" expected');
    at++;
    return combine(relations, operands, chain, 0, operands.length);
  };
  skipSpace();
  if (text[at] !== '(') fail('"(" expected');
  const id = expression(1);
  skipSpace();
  if (at < text.length) fail('unexpected text');
  return id;
}

/** A chain of equal operators as a balanced tree, so that long chains do not nest deeply. */
function combine(
  relations: RelationTable,
  operands: readonly number[],
  operator: number,
  from: number,
  to: number,
): number {
  if (to - from === 1) return operands[from]!;
  const middle = (from + to) >> 1;
  const left = combine(relations, operands, operator, from, middle);
  return relations.intern(left, operator, combine(relations, operands, operator, middle, to));
}
