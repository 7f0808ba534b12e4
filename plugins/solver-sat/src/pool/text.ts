import { NAMESPACE } from './namespace.ts';
import type { Pool } from './pool.ts';
import { AND, ARCH, ELSE, isComparison, OR, operatorText, WITH } from './relations.ts';

/** A dependency as it is written in package metadata. */
export function dependencyText(pool: Pool, dep: number): string {
  return write(pool, dep, 0);
}

function write(pool: Pool, dep: number, outer: number): string {
  const { relations, strings } = pool;
  if (dep >= 0) return strings.text(dep);
  const operator = relations.operator(dep);
  const left = relations.left(dep);
  const right = relations.right(dep);
  if (operator === ARCH) return `${write(pool, left, 0)}.${strings.text(right)}`;
  if (operator === NAMESPACE) return `${write(pool, left, 0).replace('namespace:', '')}(${write(pool, right, WITH)})`;
  if (isComparison(operator)) return `${write(pool, left, 0)} ${operatorText(operator)} ${strings.text(right)}`;
  const text = `${write(pool, left, operator)} ${operatorText(operator)} ${write(pool, right, operator)}`;
  const chains = operator === outer && (operator === AND || operator === OR || operator === WITH);
  return chains || operator === ELSE ? text : `(${text})`;
}
