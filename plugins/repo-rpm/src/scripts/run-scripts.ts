import type { Assembly, Context, HostError } from '@ostrata/contract';
import { nevraOf } from '../codec/index.ts';
import type { RepoRpmConfig } from '../config.schema.ts';
import { installedHeaders } from '../database/read-database.ts';
import { rpmError } from '../errors.ts';
import { importOptions } from '../import/import-options.ts';
import { packageContents } from '../packages.ts';
import { applyOwners, ownedFiles } from './owners.ts';
import { ScriptPlanner, type ScriptRun } from './script-plan.ts';
import { ScriptSession } from './script-session.ts';
import { triggerFiles } from './trigger-files.ts';

/** All scripts of a transaction, in the order in which they run. */
interface ScriptOrder {
  readonly pre: readonly ScriptRun[];
  readonly post: readonly ScriptRun[];
  readonly posttrans: readonly ScriptRun[];
  readonly triggers: readonly ScriptRun[];
}

function report(problems: readonly HostError[]): void {
  const [first] = problems;
  if (!first) return;
  if (problems.length === 1) throw first;
  throw rpmError(
    'RPM_SCRIPT_UNSUPPORTED',
    `${problems.length} package scripts cannot be run, the first: ${first.message}`,
    {
      ...(first.hint === null ? {} : { hint: first.hint }),
      data: { scripts: problems.map(({ data }) => `${data['package']}.${data['script']}`) },
      problems,
    },
  );
}

/**
 * Runs what packages want to be run when they are installed: all %pre, then files get their owners, then all %post, all %posttrans and the
 * triggers on files of the transaction, each in installation order (rpm-ostree, rpmostree_context_assemble). A script that fails ends
 * the run. With no script to run the tree is not materialised.
 * @throws RpmError RPM_SCRIPT_UNSUPPORTED before anything has run, RPM_SCRIPT_FAILED, RPM_OWNER_UNKNOWN, RPM_TREE_BROKEN.
 */
export async function runScripts(
  { plan, tree, packages, store }: Assembly,
  ctx: Context,
  { packageTriggers }: RepoRpmConfig,
): Promise<void> {
  // What is only taken away has no scripts that are run.
  if (packages.length === 0) return;
  const { base, image, remove } = plan.inputs;
  const contents = await packageContents(store, packages);
  const baseHeaders = base === null ? [] : installedHeaders(tree, ctx.environment.tempDir);
  const gone = new Set(remove.map(({ name }) => name));
  const kept = baseHeaders
    .map((header) => ({ header, name: nevraOf(header).name }))
    .filter(({ name }) => !gone.has(name));
  const planner = new ScriptPlanner({
    image,
    arch: ctx.environment.arch,
    upgraded: gone,
    present: new Set([...packages.map(({ package: { name } }) => name), ...kept.map(({ name }) => name)]),
  });
  const scripts = (kind: 'prein' | 'post' | 'posttrans') =>
    contents.flatMap((content) => planner.script(content, kind) ?? []);
  const order: ScriptOrder = {
    pre: scripts('prein'),
    post: scripts('post'),
    posttrans: scripts('posttrans'),
    triggers: [
      ...kept.flatMap((content) => planner.fileTriggers(content)),
      ...contents.flatMap(({ header, imported }) => planner.fileTriggers({ header, name: imported.package.name })),
    ],
  };
  for (const content of contents) planner.checkTriggers(content);
  report([...planner.problems, ...(packageTriggers === 'refuse' ? planner.leftOut : [])]);
  if (packageTriggers === 'warn')
    for (const { code, message, hint } of planner.leftOut) ctx.progress.warning(code, message, hint ?? undefined);

  const total = order.pre.length + order.post.length + order.posttrans.length + order.triggers.length;
  const task = total === 0 ? null : ctx.progress.task('Running package scripts', { unit: 'items', total });
  const owned = ownedFiles(contents, importOptions(image));
  const session = new ScriptSession(tree, ctx);
  let done = 0;
  const run = async (script: ScriptRun, input?: readonly string[]) => {
    task?.advance(done++, script.id);
    await session.run(script, input);
  };
  try {
    for (const script of order.pre) await run(script);
    if (owned.length > 0) {
      await session.settle();
      applyOwners(tree, owned);
    }
    for (const script of [...order.post, ...order.posttrans]) await run(script);
    if (order.triggers.length > 0) await session.settle();
    for (const script of order.triggers) {
      const files = triggerFiles(tree, script.patterns ?? []);
      if (files.length > 0) await run(script, files);
    }
    await session.checkTree();
    await session.settle();
    task?.end('done', `${session.count} done`);
  } catch (error) {
    task?.end('failed');
    throw error;
  } finally {
    session.close();
  }
}
