import type { HostError } from '@ostrata/contract';
import type { Position } from '../codec/node.ts';
import { type TreefileErrorCode, treefileError } from '../errors.ts';

/** A mistake at a place of a file. */
export function problemAt(
  code: TreefileErrorCode,
  file: string,
  at: Position,
  message: string,
  hint?: string,
): HostError<TreefileErrorCode> {
  return treefileError(code, `${file}:${at.line}:${at.column}: ${message}`, {
    data: { file, line: at.line, column: at.column },
    ...(hint === undefined ? {} : { hint }),
  });
}

/** One problem as it is; of several one error that carries them all, with a sentence of its own. */
export function joinProblems(problems: readonly HostError[], code: TreefileErrorCode, summary: string): HostError {
  const [first, ...more] = problems;
  if (first !== undefined && more.length === 0) return first;
  return treefileError(code, summary, {
    problems,
    hint: 'Correct the places listed; docs/treefile.md describes every field.',
    data: { problems: problems.length },
  });
}

/** `3 mistakes in a.yaml and b.yaml.` */
export function mistakesIn(problems: readonly HostError[]): string {
  const files = [
    ...new Set(problems.map(({ data }) => data['file'] ?? String(data['origin'] ?? '').replace(/:\d+$/, ''))),
  ];
  const named = files.filter((file) => file !== '').join(' and ');
  return `${problems.length} mistakes in ${named === '' ? 'the treefile' : named}.`;
}

/** The known word that is nearest to a mistyped one, when one is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 4));
  const canonical = word.toLowerCase().replaceAll('_', '-');
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(canonical, name, limit);
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { name, distance };
  }
  return best?.name;
}

/** Levenshtein's distance; anything above `limit` is returned as `limit + 1`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      current.push(
        Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + cost),
      );
    }
    previous = current;
  }
  return previous[b.length] ?? limit + 1;
}
