import { type Context, SANDBOX, type Tree } from '@ostrata/contract';
import { treefileError } from '../errors.ts';
import { contentOf, type Decisions } from '../request/contents.ts';

interface Script {
  /** Where it is while it runs. */
  readonly path: string;
  readonly label: string;
  readonly content: Buffer;
}

/**
 * Runs `postprocess` in order and then `postprocess-script`, in a real directory that shows the tree, without network. The scripts
 * are in the tree while they run, as in rpm-ostree, and are gone afterwards.
 */
export async function runScripts(tree: Tree, decisions: Decisions, ctx: Context): Promise<void> {
  const scripts = scriptsOf(decisions);
  if (scripts.length === 0) return;
  for (const { path, content } of scripts) {
    tree.writeFile(path, content, { mode: 0o100755, uid: 0, gid: 0, xattrs: [], parents: true });
  }
  const sandbox = await ctx.get(SANDBOX);
  const root = await tree.materialize(ctx);
  const task = ctx.progress.task('Postprocess scripts', { unit: 'items', total: scripts.length });
  try {
    for (const [index, script] of scripts.entries()) {
      ctx.signal.throwIfAborted();
      const result = await sandbox.run(
        {
          root,
          argv: [`/${script.path}`],
          profile: 'script',
          writable: 'usr-etc',
          wrappers: false,
          label: script.label,
        },
        ctx,
      );
      if (result.code !== 0 || result.signal !== null) throw failed(script.label, result);
      task.advance(index + 1, script.label);
    }
    await tree.absorb(root, ctx);
    task.end();
  } finally {
    task.end('failed');
  }
  for (const { path } of scripts) tree.remove(path);
}

function scriptsOf({ flattened, script }: Decisions): Script[] {
  const inline = (flattened.postprocess ?? []).map((text, index) => ({
    path: `usr/bin/rpmostree-postprocess-inline-${index}`,
    label: `postprocess[${index}]`,
    content: Buffer.from(text),
  }));
  if (script === null) return inline;
  const path = 'usr/bin/rpmostree-treefile-postprocess-script';
  return [...inline, { path, label: `postprocess-script ${script.name}`, content: contentOf(script) }];
}

function failed(label: string, result: { code: number; signal: string | null; tail: readonly string[] }): Error {
  const how = result.signal === null ? `ended with exit code ${result.code}` : `was ended by ${result.signal}`;
  const said = result.tail.at(-1) ?? 'it printed nothing';
  return treefileError('TREEFILE_SCRIPT_FAILED', `The script ${label} of the treefile ${how}: ${said}`, {
    hint: 'Scripts run in the image without network; "set -x" in the script shows each command.',
    data: { script: label, code: result.code, signal: result.signal, output: [...result.tail] },
  });
}
