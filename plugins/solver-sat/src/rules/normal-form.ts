import { SYSTEM } from '../pool/columns.ts';
import type { Pool } from '../pool/pool.ts';
import { EMPTY } from '../pool/providers.ts';
import { AND, ELSE, IF, OR, UNLESS } from '../pool/relations.ts';
import { dependencyText } from '../pool/text.ts';

/** More blocks than this are an attack and not a dependency. */
const MAX_BLOCKS = 20_000;

/** A dependency whose normal form would be absurdly large. */
export class NormalFormError extends Error {
  readonly code = 'NORMAL_FORM';
  readonly dependency: string;

  constructor(dependency: string) {
    const shown = dependency.length > 200 ? `${dependency.slice(0, 200)}…` : dependency;
    super(`the dependency "${shown}" stands for more than ${MAX_BLOCKS} combinations`);
    this.dependency = shown;
  }
}

/** Blocks of ascending literals: clauses in conjunctive form, alternatives in disjunctive form. `all` is always true, `none` never. */
export type NormalForm = 'all' | 'none' | number[][];

/** Whether a dependency needs rules of its own, because packages alone cannot say what fulfils it. */
export function isComplex(pool: Pool, dep: number): boolean {
  if (dep >= 0) return false;
  const { relations } = pool;
  const operator = relations.operator(dep);
  if (operator === AND || operator === IF || operator === UNLESS) return true;
  return operator === OR && (isComplex(pool, relations.left(dep)) || isComplex(pool, relations.right(dep)));
}

/** Forms by pool and dependency: many packages have the same one, and each is asked for several times. */
const known = new WeakMap<Pool, Map<number, NormalForm>>();

/** Conjunctive normal form: every block must hold. It must not be changed. @throws NormalFormError */
export function conjunctive(pool: Pool, dep: number): NormalForm {
  let forms = known.get(pool);
  if (forms === undefined) {
    forms = new Map();
    known.set(pool, forms);
  }
  let form = forms.get(dep);
  if (form === undefined) {
    form = new Normalizer(pool, dep).form(dep, false);
    forms.set(dep, form);
  }
  return form;
}

/** Conjunctive normal form of "not dep". @throws NormalFormError */
export function negated(pool: Pool, dep: number): NormalForm {
  return invert(new Normalizer(pool, dep).form(dep, true));
}

class Normalizer {
  readonly #pool: Pool;
  readonly #root: number;

  constructor(pool: Pool, root: number) {
    this.#pool = pool;
    this.#root = root;
  }

  form(dep: number, disjunctive: boolean): NormalForm {
    if (!isComplex(this.#pool, dep)) return this.#simple(dep, disjunctive);
    const { relations } = this.#pool;
    const left = relations.left(dep);
    const right = relations.right(dep);
    const of = (part: number) => this.form(part, disjunctive);
    const not = (part: number) => invert(this.form(part, !disjunctive));
    const operator = relations.operator(dep);
    if (operator === AND) return this.#and(of(left), of(right), disjunctive);
    if (operator === OR) return this.#or(of(left), of(right), disjunctive);
    const alternative = right < 0 && relations.operator(right) === ELSE;
    const condition = alternative ? relations.left(right) : right;
    if (operator === IF) {
      const wanted = this.#or(of(left), not(condition), disjunctive);
      if (!alternative) return wanted;
      return this.#and(wanted, this.#or(of(condition), of(relations.right(right)), disjunctive), disjunctive);
    }
    const wanted = this.#and(of(left), not(condition), disjunctive);
    if (!alternative) return wanted;
    return this.#or(wanted, this.#and(of(condition), of(relations.right(right)), disjunctive), disjunctive);
  }

  #simple(dep: number, disjunctive: boolean): NormalForm {
    const { providers } = this.#pool;
    const offset = providers.of(dep);
    if (offset === EMPTY || providers.data[offset] === 0) return 'none';
    if (providers.data[offset] === SYSTEM) return 'all';
    const packages: number[] = [];
    for (let i = offset; providers.data[i] !== 0; i++) packages.push(providers.data[i]!);
    return disjunctive ? packages.map((p) => [p]) : [packages];
  }

  #and(a: NormalForm, b: NormalForm, disjunctive: boolean): NormalForm {
    if (a === 'none' || b === 'none') return 'none';
    if (a === 'all') return b;
    if (b === 'all') return a;
    return disjunctive ? this.#distribute(a, b, 'none') : this.#bounded([...a, ...b]);
  }

  #or(a: NormalForm, b: NormalForm, disjunctive: boolean): NormalForm {
    if (a === 'all' || b === 'all') return 'all';
    if (a === 'none') return b;
    if (b === 'none') return a;
    return disjunctive ? this.#bounded([...a, ...b]) : this.#distribute(a, b, 'all');
  }

  /** Every block of one with every block of the other; blocks that hold a literal and its opposite say nothing and are dropped. */
  #distribute(a: number[][], b: number[][], whenEmpty: 'all' | 'none'): NormalForm {
    if (a.length * b.length > MAX_BLOCKS) throw new NormalFormError(dependencyText(this.#pool, this.#root));
    const blocks: number[][] = [];
    for (const x of a) {
      for (const y of b) {
        const literals = new Set([...x, ...y]);
        let tautology = false;
        for (const literal of literals) tautology ||= literals.has(-literal);
        if (!tautology) blocks.push([...literals].sort((m, n) => m - n));
      }
    }
    return blocks.length === 0 ? whenEmpty : blocks;
  }

  #bounded(blocks: number[][]): number[][] {
    if (blocks.length > MAX_BLOCKS) throw new NormalFormError(dependencyText(this.#pool, this.#root));
    return blocks;
  }
}

/** Negates every literal, which turns one normal form into the other. */
function invert(form: NormalForm): NormalForm {
  if (form === 'all') return 'none';
  if (form === 'none') return 'all';
  return form.map((block) => block.map((literal) => -literal).reverse());
}
