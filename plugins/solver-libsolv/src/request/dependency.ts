import type { Comparison, Relation } from '@ostrata/contract';
import {
  MAX_COMBINATIONS,
  type NamespaceMaker,
  parseRichDependency,
  RichDependencySizeError,
  type RichOperator,
  richDependencySize,
  suseConflict,
  suseProvide,
  suseSupplement,
} from '@ostrata/package-spec';
import { REL } from '../native/constants.ts';

/** Numbers strings and relations: a file to be read by libsolv, or a pool of it. */
export interface DependencyNumbers {
  string(text: string): number;
  relation(left: number, flags: number, right: number): number;
}

const COMPARISONS: Record<Comparison, number> = {
  '<': REL.LT,
  '<=': REL.LT | REL.EQ,
  '=': REL.EQ,
  '>=': REL.GT | REL.EQ,
  '>': REL.GT,
};
const OPERATORS: Record<RichOperator, number> = {
  and: REL.AND,
  or: REL.OR,
  with: REL.WITH,
  without: REL.WITHOUT,
  if: REL.COND,
  unless: REL.UNLESS,
  else: REL.ELSE,
};

/** The number of a simple, versioned or (in parentheses) rich dependency. @throws RichDependencyError, RichDependencySizeError */
export function dependencyOf(numbers: DependencyNumbers, relation: Relation): number {
  // libsolv writes them out, however long that takes.
  if (isRich(relation) && richDependencySize(relation.name).clauses > MAX_COMBINATIONS) {
    throw new RichDependencySizeError(relation.name);
  }
  return read(numbers, relation, makerOf(numbers));
}

/** The same for what a package supplements: there SUSE's packages ask about the machine. @throws RichDependencyError */
export function supplementOf(numbers: DependencyNumbers, relation: Relation): number {
  const maker = makerOf(numbers);
  const named = (text: string) => suseSupplement(text, maker) ?? maker.name(text);
  return read(numbers, relation, { ...maker, name: named });
}

/** The same for what a package conflicts with. @throws RichDependencyError */
export function conflictOf(numbers: DependencyNumbers, relation: Relation): number {
  if (isRich(relation)) {
    if (richDependencySize(relation.name).alternatives > MAX_COMBINATIONS) {
      throw new RichDependencySizeError(relation.name);
    }
    return read(numbers, relation, makerOf(numbers));
  }
  const plain = relation.compare === undefined;
  return (plain ? suseConflict(relation.name, makerOf(numbers)) : null) ?? dependencyOf(numbers, relation);
}

function isRich({ name, compare }: Relation): boolean {
  return compare === undefined && name.startsWith('(');
}

/** What something provided makes of its package a supplement to; null for nothing. */
export function supplementOfProvide(numbers: DependencyNumbers, { name, compare }: Relation): number | null {
  return compare === undefined ? suseProvide(name, makerOf(numbers)) : null;
}

function makerOf(numbers: DependencyNumbers): NamespaceMaker<number> {
  return {
    name: (text) => numbers.string(text),
    versioned: (text, comparison, version) =>
      numbers.relation(numbers.string(text), COMPARISONS[comparison], numbers.string(version)),
    combined: (left, operator, right) => numbers.relation(left, OPERATORS[operator], right),
    namespace: (kind, value) => numbers.relation(numbers.string(`namespace:${kind}`), REL.NAMESPACE, value),
  };
}

function read(numbers: DependencyNumbers, { name, compare, evr }: Relation, maker: NamespaceMaker<number>): number {
  if (compare !== undefined && evr !== undefined) {
    return numbers.relation(numbers.string(name), COMPARISONS[compare], numbers.string(withoutZeroEpoch(evr)));
  }
  return name.startsWith('(') ? parseRichDependency(name, maker) : maker.name(name);
}

/** An epoch of 0 is left out in packages: equal versions are one string. */
function withoutZeroEpoch(evr: string): string {
  return evr.startsWith('0:') ? evr.slice(2) : evr;
}

/** Reads what somebody asked for: a name, `name >= version`, or a rich dependency. */
export function relationOfSpec(spec: string): Relation {
  const [, name, compare, evr] = /^(\S+)\s*(<=|>=|<|>|=)\s*(\S+)$/.exec(spec) ?? [];
  if (spec.startsWith('(') || name === undefined || compare === undefined || evr === undefined) return { name: spec };
  return { name, compare: compare as Comparison, evr };
}
