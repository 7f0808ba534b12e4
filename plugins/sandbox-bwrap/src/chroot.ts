import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HostError, type SandboxCommand } from '@ostrata/contract';
import { environmentOf } from './bwrap-arguments.ts';
import type { Code } from './errors.ts';
import { RootView } from './root-view.ts';

/** The command in nothing but another root directory, for `isolation: none`. */
export function chrootArguments(command: SandboxCommand, visible: string): readonly string[] {
  const environment = Object.entries(environmentOf(command)).map(([name, value]) => `${name}=${value}`);
  const inside =
    command.cwd === undefined ? command.argv : ['sh', '-c', 'cd "$0" && exec "$@"', command.cwd, ...command.argv];
  return ['env', '-i', ...environment, 'chroot', visible, ...inside];
}

/**
 * Copies the host paths of a command into its root, as a chroot cannot show them otherwise: where the layer of changes is, or the private
 * copy that a root without one is.
 * @returns what takes them away again; what was to be written is copied back before.
 * @throws HostError SANDBOX_SETUP for a place at which the root has something itself.
 */
export function copyBinds({ root, binds = [], label }: SandboxCommand): () => void {
  const made: string[] = [];
  const view = new RootView(root);
  const remove = () => {
    for (const path of made.splice(0).reverse()) rmSync(path, { recursive: true, force: true });
  };
  try {
    for (const { source, target } of binds) {
      if (!isFree(view, target)) {
        throw new HostError<Code>(
          'SANDBOX_SETUP',
          `The command ${label} needs ${source} of the host at ${target}, where its root has something itself.`,
          {
            data: { label, source, target },
            hint: 'Run where namespaces are allowed, without "isolation: none"; an image without a kernel can be made here.',
          },
        );
      }
      const place = join(root.upper ?? root.lower, target);
      const above = mkdirSync(dirname(place), { recursive: true });
      made.push(above ?? place);
      cpSync(source, place, { recursive: true });
    }
  } catch (error) {
    remove();
    throw error;
  }
  return () => {
    for (const { source, target, writable } of binds) {
      if (writable) cpSync(join(root.upper ?? root.lower, target), source, { recursive: true });
    }
    remove();
  };
}

/** Whether nothing is at a place and directories are above it: a symbolic link would lead out of the root. */
function isFree(view: RootView, target: string): boolean {
  const parts = target.slice(1).split('/');
  const above = parts.slice(0, -1).map((_, i) => view.kind(parts.slice(0, i + 1).join('/')));
  return view.kind(parts.join('/')) === null && above.every((kind) => kind === null || kind === 'directory');
}
