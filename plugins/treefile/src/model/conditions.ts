import type { Variable, Variables } from './treefile.ts';

const CONDITION =
  /^\s*(?<name>[A-Za-z0-9_]+)\s*(?<operator>\S+?)\s*(?:(?<word>true|false)|(?<number>[0-9]+)|"(?<text>.*)")\s*$/;
const OPERATORS = ['==', '!=', '<', '<=', '>', '>='] as const;
type Operator = (typeof OPERATORS)[number];

/** `stream != "testing"`, parsed. */
export interface Condition {
  readonly variable: string;
  readonly operator: Operator;
  readonly value: Variable;
}

/** Parses a condition of a conditional include. Returns what is wrong as a text when it is none. */
export function parseCondition(text: string): Condition | string {
  const groups = CONDITION.exec(text)?.groups;
  if (!groups) return 'a condition is a variable, an operator and a number, true, false or a text in double quotes';
  const operator = OPERATORS.find((known) => known === groups['operator']);
  if (!operator) return `the operator must be one of ${OPERATORS.join(' ')}, not ${groups['operator']}`;
  const value = groups['word']
    ? groups['word'] === 'true'
    : groups['number']
      ? Number(groups['number'])
      : groups['text'];
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return 'the number is too large to be exact';
  return { variable: groups['name'] ?? '', operator, value: value ?? '' };
}

/** Evaluates a condition. Returns what is wrong as a text when the variable is unknown, of another type, or has no order. */
export function evaluate(condition: Condition, variables: Variables): boolean | string {
  const { variable, operator, value } = condition;
  const actual = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
  if (actual === undefined) return `the variable ${variable} is not defined`;
  if (typeof actual !== typeof value) {
    return `the variable ${variable} is a ${typeof actual} and is compared with a ${typeof value}`;
  }
  if (operator === '==') return actual === value;
  if (operator === '!=') return actual !== value;
  if (typeof actual !== 'number' || typeof value !== 'number') {
    return `${operator} compares numbers only, and ${variable} is a ${typeof actual}`;
  }
  if (operator === '<') return actual < value;
  if (operator === '<=') return actual <= value;
  return operator === '>' ? actual > value : actual >= value;
}
