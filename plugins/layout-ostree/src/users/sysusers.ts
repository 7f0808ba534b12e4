import { type Assembly, type Context, HostError, type ReadonlyTree, SANDBOX } from '@ostrata/contract';
import type { Code } from '../errors.ts';
import { names, readText } from '../modes.ts';

const MACROS = 'usr/lib/rpm';
const MACRO = /^%__systemd_sysusers\s+(\S+)/m;
const USUAL = '/usr/bin/systemd-sysusers';

/**
 * Makes the users that packages declare in sysusers.d before any script runs and files get their owners, in images whose rpm does it
 * itself: rpm 4.19 and newer, told by the macro `__systemd_sysusers` (rpm-ostree, rust/src/core.rs, run_sysusers). Packages of other
 * distributions do it in their scripts.
 */
export async function runSysusers({ tree, plan }: Assembly, ctx: Context): Promise<void> {
  const program = sysusersProgram(tree);
  if (program === undefined || tree.lookup(program.slice(1)) === undefined) return;
  const sandbox = await ctx.get(SANDBOX);
  const root = await tree.materialize(ctx);
  const result = await sandbox.run(
    {
      root,
      argv: [program],
      env: { SOURCE_DATE_EPOCH: String(plan.commit.timestamp) },
      profile: 'script',
      writable: 'usr-etc',
      wrappers: false,
      label: 'systemd-sysusers',
    },
    ctx,
  );
  if (result.code !== 0) {
    throw new HostError<Code>(
      'LAYOUT_SYSUSERS',
      `${program} ended with code ${result.code}: ${result.tail.at(-1) ?? 'it said nothing'}`,
      { data: { output: [...result.tail] }, hint: 'See the files of /usr/lib/sysusers.d that its last lines name.' },
    );
  }
  await tree.absorb(root, ctx);
}

/** The program that the image's rpm makes users with; undefined where it makes none. */
function sysusersProgram(tree: ReadonlyTree): string | undefined {
  const files = [`${MACROS}/macros`, ...names(tree, `${MACROS}/macros.d`).map((name) => `${MACROS}/macros.d/${name}`)];
  for (const path of files) {
    const value = MACRO.exec(readText(tree, path) ?? '')?.[1];
    // Another macro in it is the directory of programs.
    if (value !== undefined) return value.startsWith('/') && !value.includes('%') ? value : USUAL;
  }
  return undefined;
}
