import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, EXEC, type Exec } from '@ostrata/contract';
import { removeTree } from '../repo/remove-tree.ts';

/**
 * Whether an overlay with its upper directory below `directory` can be mounted in a mount namespace of its own, found out by doing
 * it: as root directly, else in a user namespace, where overlayfs keeps its notes in user attributes (mount option userxattr).
 */
export async function overlayWorks(directory: string, ctx: Context): Promise<boolean> {
  // These separate mount options and layers.
  if (/[,:\\]/.test(directory)) return false;
  let exec: Exec;
  try {
    exec = await ctx.get(EXEC);
  } catch {
    return false;
  }
  const probe = join(directory, 'probe');
  const [lower, upper, work, target] = ['lower', 'upper', 'work', 'target'].map((name) => join(probe, name));
  for (const path of [lower!, upper!, work!, target!]) mkdirSync(path, { recursive: true });
  const root = ctx.environment.uid === 0;
  const options = [`lowerdir=${lower}`, `upperdir=${upper}`, `workdir=${work}`, ...(root ? [] : ['userxattr'])].join(
    ',',
  );
  const namespace = root ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  try {
    const { code } = await exec.run({
      argv: ['unshare', ...namespace, '--', 'mount', '-t', 'overlay', 'overlay', '-o', options, target!],
      env: ctx.environment.commandEnv,
      signal: ctx.signal,
    });
    return code === 0;
  } catch {
    ctx.signal.throwIfAborted();
    return false;
  } finally {
    // overlayfs leaves a closed directory in its work directory.
    removeTree(probe);
  }
}
