import { PoolBuilder } from '../../../plugins/solver-sat/src/pool/builder.ts';
import { NAMESPACE } from '../../../plugins/solver-sat/src/pool/namespace.ts';
import { ARCH } from '../../../plugins/solver-sat/src/pool/relations.ts';
import { SuseDependencies } from '../../../plugins/solver-sat/src/pool/suse.ts';
import { COMPARISONS, caseDependency, OPERATORS } from './dependency.ts';
import type { Command } from './script.ts';
import { Unsupported } from './unsupported.ts';

const SIGNS = new Map([
  ...Object.entries({ ...COMPARISONS, ...OPERATORS }).map(([sign, operator]) => [operator, sign] as const),
  [ARCH, '.'],
  [NAMESPACE, '<NAMESPACE>'],
]);

/**
 * `genid` lines: a dependency is read as libsolv reads it, part by part, and what libsolv writes for it reads as the same. With
 * `susedep` it is what it means to SUSE in a list. Returns what is different, null for nothing.
 */
export function judgeNotation(commands: readonly Command[], result: readonly string[]): string | null {
  const builder = new PoolBuilder();
  const { strings, relations } = builder;
  const suse = new SuseDependencies(strings, relations);
  let id = 0;
  for (const [command, kind, ...words] of commands) {
    if (command !== 'genid') continue;
    const text = words.join(' ');
    if (kind === 'dep') id = caseDependency(builder, text);
    else if (kind === 'lit') id = strings.intern(text);
    else if (kind === 'susedep') id = meaning(suse, id, text);
    else throw new Unsupported(`"genid ${kind}"`);
  }
  const parts: string[] = [];
  const list = (dep: number) => {
    if (dep < 0) {
      list(relations.left(dep));
      list(relations.right(dep));
      parts.push(`op ${SIGNS.get(relations.operator(dep))}`);
    } else parts.push(dep === 0 ? 'null' : `lit ${strings.text(dep)}`);
  };
  list(id);
  const expected = result.flatMap((line) => /^genid +\d+: genid (.*)$/.exec(line)?.[1] ?? []);
  const written = result.flatMap((line) => /^genid dep (.*)$/.exec(line)?.[1] ?? []);
  if (expected.map((line) => line.trim()).join('\n') !== parts.map((line) => line.trim()).join('\n')) {
    return `reads ${parts.join(', ')}`;
  }
  return written.some((text) => caseDependency(builder, text) !== id) ? `reads "${written[0]}" otherwise` : null;
}

function meaning(suse: SuseDependencies, id: number, list: string): number {
  if (list === 'solvable:supplements') return suse.supplement(id);
  if (list === 'solvable:conflicts') return suse.conflict(id);
  if (list === 'solvable:provides') return suse.supplementOfProvide(id);
  throw new Unsupported(`SUSE's dependencies of the list "${list}"`);
}
