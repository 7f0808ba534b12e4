import { spawnSync } from 'node:child_process';
import { pull } from '../../pull/index.ts';
import type { KeyFile } from '../../repo/key-file.ts';
import { deleteRef, parseRefSpec } from '../../repo/refs.ts';
import { deployTree } from '../../sysroot/deploy-tree.ts';
import { directoryName, type SysrootDeployment } from '../../sysroot/deployment.ts';
import { orderWith } from '../../sysroot/order.ts';
import { dropTransientState, originOf } from '../../sysroot/origin.ts';
import { Sysroot } from '../../sysroot/sysroot.ts';
import { usageError, VerbError } from '../error.ts';
import { resolve } from '../resolve.ts';
import { type AdminInvocation, adminVerb, debugFlags, reporters, staterootOf } from './admin-verb.ts';
import { OS_OPTION, stage, writeOrDiscard } from './deploy.ts';
import { clean } from './write.ts';

export const upgrade = adminVerb({
  usage: '',
  options: [
    OS_OPTION,
    { name: 'reboot', char: 'r', kind: 'flag', summary: 'Reboot after a successful upgrade' },
    { name: 'kexec', char: 'k', kind: 'flag', summary: 'Stage new kernel in kexec before rebooting' },
    { name: 'allow-downgrade', kind: 'flag', summary: 'Permit deployment of chronologically older trees' },
    {
      name: 'override-commit',
      kind: 'text',
      summary: 'Deploy CHECKSUM instead of the latest tree',
      value: 'CHECKSUM',
    },
    { name: 'pull-only', kind: 'flag', summary: 'Do not create a deployment, just download' },
    { name: 'deploy-only', kind: 'flag', summary: 'Do not pull, only deploy' },
    { name: 'stage', kind: 'flag', summary: 'Enable staging (finalization at reboot time)' },
  ],
  writes: true,
  async run(call) {
    const { options, sysroot, terminal } = call;
    for (const other of ['deploy-only', 'reboot']) {
      if (options.flag('pull-only') && options.flag(other)) {
        throw new VerbError(`Cannot simultaneously specify --pull-only and --${other}`);
      }
    }
    const { merge, origin } = followed(call);
    checkConfigured(origin);
    dropTransientState(origin);
    const override = options.text('override-commit');
    if (override !== undefined) origin.set('origin', 'override-commit', override);
    const allowOlder = options.flag('allow-downgrade');
    const newerThan = allowOlder ? undefined : merge.commit;
    const mayPull = !options.flag('deploy-only');
    let commit = await bring(call, refspecOf(origin, merge), { override, mayPull, newerThan });
    const seen = new Set<string>();
    for (
      let next = rebaseOf(sysroot, commit);
      next !== undefined && !seen.has(next);
      next = rebaseOf(sysroot, commit)
    ) {
      seen.add(next);
      const refspec = switched(refspecOf(origin, merge), next);
      origin.set('origin', 'refspec', refspec);
      commit = await bring(call, refspec, { override: undefined, mayPull, newerThan });
    }
    if (!allowOlder) checkNotOlder(call, commit, merge.commit);
    if (commit === merge.commit) {
      terminal.out('No update available.\n');
      return;
    }
    if (!options.flag('pull-only')) await deployFollower(call, merge, origin, commit);
    if (options.flag('reboot')) reboot(sysroot.booted);
  },
});

export const switchVerb = adminVerb({
  usage: 'REFSPEC',
  options: [
    { name: 'reboot', char: 'r', kind: 'flag', summary: 'Reboot after switching trees' },
    { name: 'kexec', char: 'k', kind: 'flag', summary: 'Stage new kernel in kexec before rebooting' },
    OS_OPTION,
  ],
  writes: true,
  async run(call) {
    const { args, options, sysroot, terminal } = call;
    const [wanted] = args;
    if (wanted === undefined) throw usageError(call, 'REFSPEC must be specified');
    const { merge, origin } = followed(call);
    const before = refspecOf(origin, merge);
    const after = switched(before, wanted);
    const old = parse(before);
    if (after === before) throw new VerbError(`Old and new refs are equal: ${after}`);
    const commit = await bring(call, after, { override: undefined, mayPull: true, newerThan: undefined });
    await deployFollower(call, merge, originOf(after), commit);
    terminal.out(`Deleting ref '${old.remote ?? '(null)'}:${old.ref}'\n`);
    deleteRef(sysroot.repository, before);
    if (options.flag('reboot')) reboot(sysroot.booted);
  },
});

/** The deployment that is to be followed, and where it came from. */
function followed(call: AdminInvocation): { readonly merge: SysrootDeployment; readonly origin: KeyFile } {
  const stateroot = staterootOf(call);
  const merge = call.sysroot.mergeDeployment(stateroot);
  if (merge === null) throw new VerbError(`No previous deployment for OS '${stateroot}'`);
  if (merge.origin === null) throw new VerbError(`No origin known for deployment ${directoryName(merge)}`);
  return { merge, origin: merge.origin };
}

function refspecOf(origin: KeyFile, deployment: SysrootDeployment): string {
  const refspec = origin.get('origin', 'refspec');
  if (refspec !== undefined) return refspec;
  throw new VerbError(`No origin/refspec in the origin of deployment ${directoryName(deployment)}`);
}

/** Whoever sold the system has to be asked first: the text says how. */
function checkConfigured(origin: KeyFile): void {
  const state = origin.get('origin', 'unconfigured-state');
  if (state !== undefined) throw new VerbError(`origin unconfigured-state: ${state}`);
}

function parse(refspec: string) {
  const parsed = parseRefSpec(refspec);
  if (parsed === undefined) throw new VerbError(`Invalid refspec ${refspec}`);
  return parsed;
}

/** `REMOTE:` changes only the remote, and a ref without one only the ref. */
function switched(before: string, wanted: string): string {
  const old = parse(before);
  const next = wanted.endsWith(':') ? { remote: wanted.slice(0, -1), ref: old.ref } : parse(wanted);
  const remote = next.remote ?? old.remote;
  return remote === undefined ? next.ref : `${remote}:${next.ref}`;
}

/** Pulls what a refspec names, where it has a remote, and gives its commit. */
async function bring(
  call: AdminInvocation,
  refspec: string,
  { override, mayPull, newerThan }: { override: string | undefined; mayPull: boolean; newerThan: string | undefined },
): Promise<string> {
  const { sysroot, terminal } = call;
  const { remote, ref } = parse(refspec);
  if (remote !== undefined && mayPull) {
    const revs = [override === undefined ? ref : `${ref}@${override}`];
    await terminal.withContext((ctx) =>
      pull(
        sysroot.repository,
        { remote, revs, ...(newerThan === undefined ? {} : { timestampCheckFrom: newerThan }) },
        ctx,
      ),
    );
  }
  return override ?? resolve(sysroot.repository, refspec);
}

/** The ref that follows one whose product is discontinued; undefined while it is not. */
function rebaseOf({ repository }: Sysroot, commit: string): string | undefined {
  const variant = repository.readCommit(commit).metadata.get('ostree.endoflife-rebase');
  return variant?.type === 's' ? String(variant.value) : undefined;
}

function checkNotOlder({ sysroot: { repository } }: AdminInvocation, commit: string, current: string): void {
  if (commit === current || repository.find(current, 'commit') === undefined) return;
  const [next, now] = [repository.readCommit(commit).timestamp, repository.readCommit(current).timestamp];
  if (next >= now) return;
  throw new VerbError(
    `Upgrade target revision '${commit}' with timestamp '${shown(next)}' is chronologically older than current revision ` +
      `'${current}' with timestamp '${shown(now)}'; use --allow-downgrade to permit`,
  );
}

const shown = (seconds: bigint): string => new Date(Number(seconds) * 1000).toUTCString();

async function deployFollower(
  call: AdminInvocation,
  merge: SysrootDeployment,
  origin: KeyFile,
  commit: string,
): Promise<void> {
  const { sysroot, terminal } = call;
  const request = {
    stateroot: merge.stateroot,
    commit,
    origin,
    merge,
    kargs: null,
    mutable: debugFlags(call).has('mutable-deployments'),
    ignoreDeviceTrees: debugFlags(call).has('no-dtb'),
    ...reporters(call),
  };
  if (call.options.flag('stage') || terminal.environment['OSTREE_EX_STAGE_DEPLOYMENTS'] !== undefined) {
    stage(sysroot, request, false);
    clean(call, Sysroot.load(sysroot.path, sysroot.state), false);
    return;
  }
  const added = deployTree(sysroot, request);
  clean(call, await writeOrDiscard(call, orderWith(sysroot, added, merge, {}), added));
}

/** Only the running system is restarted, never the one around a sysroot that is being prepared. */
function reboot(booted: SysrootDeployment | null): void {
  if (booted === null) return;
  const { status, error } = spawnSync('systemctl', ['reboot'], { stdio: 'inherit' });
  if (status !== 0) throw new VerbError(`systemctl reboot failed: ${error?.message ?? `exit status ${status}`}`);
}
