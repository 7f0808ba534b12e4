import { type HostError, identityAt, nevraOf } from '@ostrata/contract';
import { solverError } from '../errors.ts';
import { FIRST_JOB_RULE } from '../native/constants.ts';
import type { Problem } from '../native/session.ts';
import type { Selector } from './select.ts';

/** Problems as libsolv words them, with all rules of their proofs as data and its solutions as hints. */
export function explainProblems(problems: readonly Problem[], selector: Selector): HostError[] {
  const text = (type: number, id: number) => {
    if (type >= FIRST_JOB_RULE || id < 2) return null;
    const { loaded, index } = selector.at(id);
    return nevraOf(identityAt(loaded.table, index));
  };
  return problems.map(({ rules, solutions }) => {
    const told = [...new Set(rules.map((rule) => rule.text))];
    const hints = solutions.map((steps) => steps.join(' and '));
    return solverError('SOLVER_LIBSOLV_PROBLEM', `${told.join('; ')}.`, {
      hint: hints.length > 0 ? `What could be done: ${hints.join('; or ')}.` : 'Ask for something else.',
      data: {
        proof: rules.map(({ from, to, dependency, type, text: words }) => ({
          text: words,
          from: text(type, from),
          to: text(type, to),
          dependency,
        })),
        solutions: solutions.map((steps) => [...steps]),
      },
    });
  });
}

/** One error for all of them. */
export function together(problems: readonly HostError[]): HostError {
  const sole = problems[0];
  if (problems.length === 1 && sole !== undefined) {
    return solverError('SOLVER_LIBSOLV_PROBLEM', sole.message, { hint: sole.hint ?? '', data: sole.data, problems });
  }
  return solverError('SOLVER_LIBSOLV_PROBLEM', `${problems.length} things stand in the way of what was asked for.`, {
    hint: 'See the problems one by one.',
    problems,
  });
}
