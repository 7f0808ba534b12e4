import { COMPARISON } from '@ostrata/contract';

/** Version comparisons are sets of these three bits; operators of rich dependencies are numbers from 16 on. */
export const { GREATER, EQUAL, LESS } = COMPARISON;
export const AND = 16;
export const OR = 17;
export const WITH = 18;
export const WITHOUT = 19;
export const IF = 20;
export const UNLESS = 21;
/** Pairs the condition and the alternative of `if` and `unless`. */
export const ELSE = 22;
/** Name restricted to an architecture (`glibc.i686`), from NEVRA forms. */
export const ARCH = 23;

/** Whether an operator compares versions, as against combining dependencies. */
export function isComparison(operator: number): boolean {
  return operator < 8;
}
