import type { Comparison } from '@ostrata/contract';

/** Parentheses may nest this deep; rpm itself writes two or three. */
const MAX_DEPTH = 64;

/** `else` combines the condition and the alternative of `if` and `unless`, and is always their right side. */
export type RichOperator = 'and' | 'or' | 'with' | 'without' | 'if' | 'unless' | 'else';

const OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'with', 'without', 'if', 'unless', 'else']);
const COMPARISONS: { readonly [sign: string]: Comparison } = {
  '<': '<',
  '<=': '<=',
  '=': '=',
  '==': '=',
  '>=': '>=',
  '>': '>',
};

/** What a reader makes of the parts of a dependency. */
export interface DependencyMaker<T> {
  name(name: string): T;
  versioned(name: string, compare: Comparison, evr: string): T;
  combined(left: T, operator: RichOperator, right: T): T;
}

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

/**
 * Reads `(a or (b >= 1 and c))` (rpm-dependencies(7), "Boolean dependencies"). Chains of one operator come as a balanced tree, so that
 * long ones do not nest deeply. @throws RichDependencyError
 */
export function parseRichDependency<T>(text: string, maker: DependencyMaker<T>): T {
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
  const operand = (depth: number): T => {
    skipSpace();
    if (text[at] === '(') return expression(depth + 1);
    const name = word();
    if (name === '') fail('a name is missing');
    skipSpace();
    const sign = /^[<>=]+/.exec(text.slice(at, at + 3))?.[0];
    if (sign === undefined) return maker.name(name);
    const comparison = COMPARISONS[sign] ?? fail(`unknown comparison "${sign}"`);
    at += sign.length;
    const version = word();
    if (version === '') fail('a version is missing');
    return maker.versioned(name, comparison, version);
  };
  const operator = (): RichOperator => {
    const name = word();
    if (!OPERATORS.has(name)) fail(`unknown operator "${name}"`);
    return name as RichOperator;
  };
  const expression = (depth: number): T => {
    if (depth > MAX_DEPTH) fail(`more than ${MAX_DEPTH} nested parentheses`);
    at++;
    const operands = [operand(depth)];
    let chain: RichOperator | null = null;
    skipSpace();
    while (at < text.length && text[at] !== ')') {
      const op = operator();
      if (op === 'else' && (chain === 'if' || chain === 'unless') && operands.length === 2) {
        const condition = operands.pop()!;
        operands.push(maker.combined(condition, 'else', operand(depth)));
        skipSpace();
        if (text[at] !== ')') fail('")" expected');
        break;
      }
      const chains = op === 'and' || op === 'or' || op === 'with';
      if (op === 'else' || (chain !== null && (op !== chain || !chains)))
        fail('operators of different kinds need parentheses');
      chain = op;
      operands.push(operand(depth));
      skipSpace();
    }
    if (text[at] !== ')') fail('")" expected');
    at++;
    return chain === null ? operands[0]! : balanced(maker, operands, chain, 0, operands.length);
  };
  skipSpace();
  if (text[at] !== '(') fail('"(" expected');
  const dependency = expression(1);
  skipSpace();
  if (at < text.length) fail('unexpected text');
  return dependency;
}

function balanced<T>(
  maker: DependencyMaker<T>,
  operands: readonly T[],
  operator: RichOperator,
  from: number,
  to: number,
): T {
  if (to - from === 1) return operands[from]!;
  const middle = (from + to) >> 1;
  const left = balanced(maker, operands, operator, from, middle);
  return maker.combined(left, operator, balanced(maker, operands, operator, middle, to));
}
