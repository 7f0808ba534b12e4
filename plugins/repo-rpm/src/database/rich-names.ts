const COMPARISONS = new Set(['<', '<=', '=', '==', '>=', '>']);
const OPERATORS = new Set(['and', 'or', 'if', 'unless', 'else', 'with', 'without']);
const NEGATING = new Set(['if', 'unless']);
const MAX_DEPTH = 64;

class Malformed extends Error {}

/** Splits at spaces and at the parentheses that group; parentheses within a name (`perl(Foo)`) belong to it. */
function tokens(text: string): string[] {
  const found: string[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at] as string;
    if (character === ' ' || character === ',') at++;
    else if (character === '(' || character === ')') {
      found.push(character);
      at++;
    } else {
      const start = at;
      for (let depth = 0; at < text.length; at++) {
        const next = text[at] as string;
        if (next === ' ' || (next === ')' && depth === 0)) break;
        if (next === '(') depth++;
        else if (next === ')') depth--;
      }
      found.push(text.slice(start, at));
    }
  }
  return found;
}

/**
 * Walks an expression and collects its names, each after `!` where it counts only by its absence. The condition of `if` and `unless`
 * is negated, and with `else` it counts both ways.
 */
class RichWalker {
  readonly names: string[] = [];
  readonly #tokens: readonly string[];
  #at = 0;
  #negated = false;

  constructor(text: string) {
    this.#tokens = tokens(text);
  }

  all(): string[] {
    this.#group(0);
    if (this.#at !== this.#tokens.length) throw new Malformed();
    return this.names;
  }

  #group(depth: number): void {
    if (depth > MAX_DEPTH || this.#take() !== '(') throw new Malformed();
    let condition = this.names.length;
    let negating = false;
    for (;;) {
      this.#operand(depth);
      const token = this.#take();
      if (token === ')') break;
      if (!OPERATORS.has(token)) throw new Malformed();
      if (NEGATING.has(token)) {
        condition = this.names.length;
        negating = true;
        this.#negated = !this.#negated;
      } else if (token === 'else') {
        for (const name of this.names.slice(condition)) this.names.push((name[0] === '!' ? ' ' : '!') + name.slice(1));
        this.#negated = !this.#negated;
        negating = false;
      }
    }
    if (negating) this.#negated = !this.#negated;
  }

  #operand(depth: number): void {
    if (this.#tokens[this.#at] === '(') {
      this.#group(depth + 1);
      return;
    }
    const name = this.#take();
    if (name === ')' || name === '') throw new Malformed();
    if (COMPARISONS.has(this.#tokens[this.#at] ?? '')) this.#at += 2;
    if (!name.startsWith('rpmlib(')) this.names.push(`${this.#negated ? '!' : ' '}${name}`);
  }

  #take(): string {
    return this.#tokens[this.#at++] ?? '';
  }
}

/**
 * The names within a rich dependency under which rpm's database indexes it as well: sorted, without repetition, those that count by
 * their absence behind a `!`. None when the expression is malformed.
 */
export function richNames(expression: string): string[] {
  try {
    const unique = [...new Set(new RichWalker(expression).all())].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return unique.map((name) => (name.startsWith(' ') ? name.slice(1) : name));
  } catch (error) {
    if (error instanceof Malformed) return [];
    throw error;
  }
}
