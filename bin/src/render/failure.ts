import { type HostError, isHostError, type Json } from '@ostrata/core';
import type { Style } from './style.ts';

/** An error for people: the sentence, each collected problem, the hint. Errors that are no HostErrors are defects and keep their stack. */
export function renderFailure(error: unknown, style: Style): string {
  if (!isHostError(error)) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${style.red('error:')} something went wrong inside ostrata, which is a defect\n${detail}\n`;
  }
  const lines = [`${style.red('error:')} ${error.message} ${style.dim(`[${error.code}]`)}`];
  for (const problem of error.problems) if (problem.message !== error.message) lines.push(...renderProblem(problem, 1));
  lines.push(...outputOf(error).map((line) => style.dim(`  | ${line}`)));
  // Where a cancelled run stood is no news.
  if (error.origin?.plugin && error.code !== 'CANCELLED') {
    const { plugin, hook } = error.origin;
    lines.push(style.dim(`       in plugin ${plugin}${hook === null ? '' : `, hook ${hook}`}`));
  }
  if (error.hint !== null) lines.push(`${style.bold('hint:')}  ${error.hint}`);
  return `${lines.join('\n')}\n`;
}

function renderProblem(problem: HostError, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const nested = problem.problems.flatMap((inner) => renderProblem(inner, depth + 1));
  const hint = problem.hint === null ? [] : [`${indent}  (${problem.hint})`];
  return [`${indent}- ${problem.message}`, ...nested, ...hint];
}

const OUTPUT_LINES = 15;

/** The last lines of a program that failed: errors about programs have them as `output` in their data. */
function outputOf({ data, message }: HostError): readonly string[] {
  const output = data['output'];
  const lines = Array.isArray(output) ? output.filter((line) => typeof line === 'string') : [];
  // A single line is part of the sentence already.
  return lines.length === 1 && message.includes(lines[0] as string) ? [] : lines.slice(-OUTPUT_LINES);
}

/** An error for programs. */
export function failureData(error: unknown): { [key: string]: Json } {
  if (!isHostError(error)) return { code: 'DEFECT', message: error instanceof Error ? error.message : String(error) };
  return {
    code: error.code,
    message: error.message,
    hint: error.hint,
    data: error.data,
    origin: error.origin === null ? null : { ...error.origin },
    problems: error.problems.map(failureData),
  };
}
