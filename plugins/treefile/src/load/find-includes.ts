import type { HostError } from '@ostrata/contract';
import { entryOf, type Node } from '../codec/node.ts';
import { evaluate, parseCondition } from '../model/conditions.ts';
import { problemAt } from '../model/problem.ts';
import type { Variables } from '../model/treefile.ts';

/** What decides which includes of a file count. */
export interface IncludeScope {
  readonly basearch: string;
  /** What is known when the file is read. */
  readonly variables: Variables;
  /** Name of the file in messages. */
  readonly shown: string;
}

export interface FoundIncludes {
  /** Paths as the file has them, each with `file:line`. */
  readonly files: readonly { readonly file: string; readonly from: string }[];
  /** Inline treefiles. */
  readonly inline: readonly Node[];
  readonly problems: readonly HostError[];
}

/** What a checked file includes: `include`, then `arch-include`, then `conditional-include` whose conditions hold, in order. */
export function findIncludes(root: Node, scope: IncludeScope): FoundIncludes {
  const files: { file: string; from: string }[] = [];
  const inline: Node[] = [];
  const problems: HostError[] = [];
  const add = (node: Node | undefined): void => {
    if (node?.kind === 'list') node.items.forEach(add);
    else if (node?.kind === 'map') inline.push(node);
    else if (node && typeof node.value === 'string') {
      files.push({ file: node.value, from: `${scope.shown}:${node.at.line}` });
    }
  };
  add(entryOf(root, 'include')?.value);
  const byArch = entryOf(root, 'arch-include')?.value;
  if (byArch !== undefined) add(entryOf(byArch, scope.basearch)?.value);
  const conditional = entryOf(root, 'conditional-include')?.value;
  for (const item of conditional?.kind === 'list' ? conditional.items : []) {
    if (holds(entryOf(item, 'if')?.value, scope, problems)) add(entryOf(item, 'include')?.value);
  }
  return { files, inline, problems };
}

/** Whether all conditions hold. Each one is evaluated, so that mistakes in any are found. */
function holds(node: Node | undefined, { variables, shown }: IncludeScope, problems: HostError[]): boolean {
  let all = true;
  for (const item of node?.kind === 'list' ? node.items : node ? [node] : []) {
    const condition = parseCondition(item.kind === 'scalar' ? String(item.value) : '');
    const result = typeof condition === 'string' ? condition : evaluate(condition, variables);
    if (typeof result === 'string') {
      const hint = 'Variables are defined under "variables"; both sides must be of one type.';
      problems.push(problemAt('TREEFILE_CONDITION', shown, item.at, result, hint));
    }
    all &&= result === true;
  }
  return all;
}
