import type { Assembly, Context, HostError } from '@ostrata/contract';
import { nevraOf } from '../codec/index.ts';
import { installedHeaders } from '../database/read-database.ts';
import { rpmError } from '../errors.ts';
import { importOptions } from '../import/import-options.ts';
import { packageContents } from '../packages.ts';
import { Member } from './members.ts';
import { applyOwners, ownedFiles } from './owners.ts';
import { settingsOf } from './plan-settings.ts';
import { ScriptSequence, type ScriptStep } from './script-order.ts';
import { ScriptPlanner } from './script-plan.ts';
import { ScriptSession } from './script-session.ts';
import { triggerInput } from './trigger-input.ts';

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
 * Runs what packages want to be run when they are installed, in the order of {@link ScriptSequence}; after all %pre, files get their
 * owners. A tree is always put together anew: what packages want to be run when they are removed is not run (rpm-ostree,
 * src/libpriv/rpmostree-scripts.cxx). A script that fails ends the run. With no script to run the tree is not materialised.
 * @throws RpmError RPM_SCRIPT_UNSUPPORTED before anything has run, RPM_SCRIPT_FAILED, RPM_OWNER_UNKNOWN, RPM_TREE_BROKEN.
 */
export async function runScripts({ plan, tree, packages, store }: Assembly, ctx: Context): Promise<void> {
  // What is only taken away has no scripts that are run.
  if (packages.length === 0) return;
  const { base, image, remove } = plan.inputs;
  const { policy, timeoutSeconds } = settingsOf(plan);
  const contents = await packageContents(store, packages);
  const gone = new Set(remove.map(({ name }) => name));
  const baseHeaders = base === null ? [] : installedHeaders(tree, ctx.environment.tempDir);
  const planner = new ScriptPlanner({ image, arch: ctx.environment.arch, policy });
  const { before, after } = new ScriptSequence(
    planner,
    baseHeaders.filter((header) => !gone.has(nevraOf(header).name)).map((header) => new Member(header, false)),
    contents.map(({ header }) => new Member(header, true)),
    gone,
  ).order();
  report(planner.problems);

  const total = before.length + after.length;
  const task = total === 0 ? null : ctx.progress.task('Running package scripts', { unit: 'items', total });
  const options = importOptions(image);
  const owned = ownedFiles(contents, options);
  const session = new ScriptSession(tree, ctx, { timeoutSeconds, languages: image.languages });
  let done = 0;
  const run = async ({ script, files }: ScriptStep) => {
    task?.advance(done++, script.id);
    if (files === null) return session.run(script);
    const input = triggerInput(tree, files, options);
    if (input.length > 0) await session.run(script, input);
  };
  try {
    for (const step of before) await run(step);
    if (owned.length > 0) {
      await session.settle();
      applyOwners(tree, owned);
    }
    for (const step of after) await run(step);
    await session.checkTree();
    await session.settle();
    task?.end('done', `${session.count} done`);
  } catch (error) {
    task?.end('failed');
    throw error;
  } finally {
    await session.close();
  }
}
