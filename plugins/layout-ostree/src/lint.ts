import { type Assembly, HostError, type ReadonlyTree } from '@ostrata/contract';
import type { Code } from './errors.ts';
import { names } from './modes.ts';
import { TOPLEVEL } from './toplevel.ts';

/** Files that only root reads, past all permissions, on systems that keep them so. */
const MAY_BE_CLOSED = new Set(['shadow', 'gshadow', 'shadow-', 'gshadow-']);

/** Everything about the finished tree that would not deploy or boot. */
export function lint({ tree, plan }: Assembly<ReadonlyTree>): readonly HostError[] {
  const problems = [...varIsEmpty(tree), ...etcIsMoved(tree), ...readable(tree), ...oneKernel(tree)];
  return plan.inputs.base === null ? [...problems, ...noStrays(tree)] : problems;
}

function varIsEmpty(tree: ReadonlyTree): HostError[] {
  const content = names(tree, 'var');
  if (content.length === 0) return [];
  return [
    problem('LAYOUT_VAR_CONTENT', `The image has something in /var: ${content.slice(0, 5).join(', ')}.`, {
      data: { names: content.slice(0, 100) },
      hint: '/var belongs to the machine; let tmpfiles.d make what a program needs there.',
    }),
  ];
}

function etcIsMoved(tree: ReadonlyTree): HostError[] {
  if (tree.lookup('etc') === undefined && tree.lookup('usr/etc')?.type === 'directory') return [];
  const hint = 'A plugin that runs after layout-ostree has changed it; let it run before.';
  return [problem('LAYOUT_ETC', 'The image needs its defaults for /etc in /usr/etc, and no /etc.', { hint })];
}

function noStrays(tree: ReadonlyTree): HostError[] {
  return tree
    .list('')
    .filter((name) => !TOPLEVEL.has(name) && name !== 'etc')
    .map((name) =>
      problem('LAYOUT_STRAY', `The image has /${name}, which is no top-level path of an image.`, {
        data: { path: `/${name}` },
        hint: 'Put it below /usr.',
      }),
    );
}

/** Only below usr/etc, where scripts write: files of packages have the modes that the packages say. */
function readable(tree: ReadonlyTree): HostError[] {
  const found: HostError[] = [];
  if (tree.lookup('usr/etc')?.type !== 'directory') return found;
  for (const [path, entry] of tree.walk('usr/etc')) {
    if (entry.type === 'symlink' || (entry.mode & 0o777) !== 0) continue;
    if (MAY_BE_CLOSED.has(path.slice(path.lastIndexOf('/') + 1))) continue;
    found.push(
      problem('LAYOUT_MODE_ZERO', `Nobody may read /${path}.`, { data: { path: `/${path}` }, hint: 'Give it a mode.' }),
    );
  }
  return found;
}

function oneKernel(tree: ReadonlyTree): HostError[] {
  const kernels = names(tree, 'usr/lib/modules').filter(
    (name) => tree.lookup(`usr/lib/modules/${name}/vmlinuz`) !== undefined,
  );
  if (kernels.length < 2) return [];
  return [
    problem(
      'LAYOUT_KERNELS',
      `The image has ${kernels.length} kernels, and a deployment boots one: ${kernels.join(', ')}.`,
      {
        data: { kernels },
        hint: 'Leave all but one out, by name or with exclude-packages.',
      },
    ),
  ];
}

function problem(code: Code, message: string, options: ConstructorParameters<typeof HostError>[2]): HostError {
  return new HostError<Code>(code, message, options);
}
