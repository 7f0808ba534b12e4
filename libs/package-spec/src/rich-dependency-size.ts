import { parseRichDependency } from './rich-dependency.ts';

/** More combinations than this are an attack and not a dependency. */
export const MAX_COMBINATIONS = 20_000;

/** Clauses and alternatives that a dependency stands for in its normal forms, where each name is one package. */
interface Size {
  readonly clauses: number;
  readonly alternatives: number;
}

const ONE: Size = { clauses: 1, alternatives: 1 };

const both = (a: Size, b: Size): Size => ({
  clauses: a.clauses + b.clauses,
  alternatives: a.alternatives * b.alternatives,
});
const either = (a: Size, b: Size): Size => ({
  clauses: a.clauses * b.clauses,
  alternatives: a.alternatives + b.alternatives,
});
const not = ({ clauses, alternatives }: Size): Size => ({ clauses: alternatives, alternatives: clauses });

/** How large a dependency in parentheses becomes when it is written out. @throws RichDependencyError */
export function richDependencySize(text: string): Size {
  // The condition of an `else` is needed beside what the pair stands for.
  interface Part extends Size {
    readonly condition?: Size;
    readonly otherwise?: Size;
  }
  return parseRichDependency<Part>(text, {
    name: () => ONE,
    versioned: () => ONE,
    combined: (left, operator, right) => {
      if (operator === 'and') return both(left, right);
      if (operator === 'or') return either(left, right);
      if (operator === 'with' || operator === 'without') return ONE;
      if (operator === 'else') return { ...ONE, condition: left, otherwise: right };
      const { condition = right, otherwise } = right;
      const wanted = operator === 'if' ? either(left, not(condition)) : both(left, not(condition));
      if (otherwise === undefined) return wanted;
      return operator === 'if'
        ? both(wanted, either(condition, otherwise))
        : either(wanted, both(condition, otherwise));
    },
  });
}

/** A dependency that stands for absurdly many combinations. */
export class RichDependencySizeError extends Error {
  readonly code = 'RICH_DEPENDENCY_SIZE';
  readonly dependency: string;

  constructor(dependency: string) {
    const shown = dependency.length > 200 ? `${dependency.slice(0, 200)}…` : dependency;
    super(`the dependency "${shown}" stands for more than ${MAX_COMBINATIONS} combinations`);
    this.dependency = shown;
  }
}
