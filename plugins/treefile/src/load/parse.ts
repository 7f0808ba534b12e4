import { formatOf, parseDocument } from '../codec/document.ts';
import { DocumentError, type Node } from '../codec/node.ts';
import { joinProblems, mistakesIn, problemAt } from '../model/problem.ts';

/** Parses the text of an input file by its name. `shown` is the name in messages. Throws one error with all that is wrong. */
export function parseInput(text: string, shown: string): Node {
  try {
    return parseDocument(text, formatOf(shown));
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const code = error.code === 'SYNTAX' ? 'TREEFILE_SYNTAX' : 'TREEFILE_TOO_LARGE';
    const problems = error.problems.map(({ message, at }) => problemAt(code, shown, at, message));
    throw joinProblems(problems, code, mistakesIn(problems));
  }
}
