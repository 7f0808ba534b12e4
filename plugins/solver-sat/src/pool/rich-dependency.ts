import type { Comparison } from '@ostrata/contract';
import { type DependencyMaker, parseRichDependency as parse, type RichOperator } from '@ostrata/package-spec';
import { AND, ELSE, EQUAL, GREATER, IF, LESS, OR, type RelationTable, UNLESS, WITH, WITHOUT } from './relations.ts';
import type { StringTable } from './strings.ts';

export { RichDependencyError } from '@ostrata/package-spec';

const OPERATORS: Record<RichOperator, number> = {
  and: AND,
  or: OR,
  with: WITH,
  without: WITHOUT,
  if: IF,
  unless: UNLESS,
  else: ELSE,
};
const COMPARISONS: Record<Comparison, number> = {
  '<': LESS,
  '<=': LESS | EQUAL,
  '=': EQUAL,
  '>=': GREATER | EQUAL,
  '>': GREATER,
};

/** Makes relations of the parts of a dependency. */
export function richDependencyMaker(strings: StringTable, relations: RelationTable): DependencyMaker<number> {
  return {
    name: (name) => strings.intern(name),
    versioned: (name, compare, evr) =>
      relations.intern(strings.intern(name), COMPARISONS[compare], strings.intern(evr)),
    combined: (left, operator, right) => relations.intern(left, OPERATORS[operator], right),
  };
}

/** Reads `(a or (b >= 1 and c))` into nested relations. @throws RichDependencyError */
export function parseRichDependency(text: string, strings: StringTable, relations: RelationTable): number {
  return parse(text, richDependencyMaker(strings, relations));
}
