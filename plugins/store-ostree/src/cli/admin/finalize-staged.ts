import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile } from '../../repo/replace-file.ts';
import { completeTree, withKargs } from '../../sysroot/deploy-tree.ts';
import { isSame } from '../../sysroot/deployment.ts';
import { orderWith } from '../../sysroot/order.ts';
import { NEXTROOT_BOOTED } from '../../sysroot/run-state.ts';
import { checkStaged, readStagedState, STAGED, STAGED_LOCK } from '../../sysroot/staged.ts';
import { Sysroot } from '../../sysroot/sysroot.ts';
import { VerbError } from '../error.ts';
import { type AdminInvocation, adminVerb, debugFlags, reporters } from './admin-verb.ts';
import { write } from './write.ts';

/** Left in /boot when completing a staged deployment failed, and told of at the next boot. */
const FAILURE_STAMP = 'boot/ostree/finalize-failure.stamp';

export const finalizeStaged = adminVerb({
  usage: '',
  writes: true,
  run: finalize,
  failed(sysroot, error) {
    try {
      const stamp = join(sysroot, FAILURE_STAMP);
      mkdirSync(dirname(stamp), { recursive: true });
      replaceFile(stamp, `${error instanceof Error ? error.message : String(error)}\n`);
    } catch {
      // It may be for the same reason, which is told.
    }
  },
});

async function finalize(call: AdminInvocation): Promise<void> {
  const { sysroot, terminal } = call;
  const { state } = sysroot;
  const staged = readStagedState(sysroot.path, state);
  if (staged === null) {
    terminal.out('No deployment staged for finalization\n');
    return;
  }
  if (existsSync(join(state.run, STAGED_LOCK))) {
    terminal.out('Not finalizing; found /run/ostree/staged-deployment-locked\n');
    return;
  }
  const ignoreDeviceTrees = debugFlags(call).has('no-dtb');
  checkStaged(sysroot.directory(staged.deployment), staged.deployment, { ignoreDeviceTrees });
  const merge =
    sysroot.finalized.find((one) => staged.merge !== null && isSame(one, { ...one, ...staged.merge })) ?? null;
  const deployment = { ...withKargs(staged.deployment, merge), staged: false };
  completeTree(sysroot, deployment, { merge, ...reporters(call) });
  // From here on it is a deployment like the others: the list is made as if it had not been staged.
  rmSync(join(state.run, STAGED), { force: true });
  const plain = Sysroot.load(sysroot.path, state);
  await write({ ...call, sysroot: plain }, orderWith(plain, deployment, merge, staged.retain ?? {}));
}

export const bootComplete = adminVerb({
  usage: '',
  writes: true,
  run({ sysroot }) {
    const stamp = join(sysroot.path, FAILURE_STAMP);
    if (!existsSync(stamp)) {
      // Behind a soft reboot: what was prepared is what runs.
      const next = join(sysroot.state.run, NEXTROOT_BOOTED);
      if (existsSync(next)) renameSync(next, join(sysroot.state.run, 'ostree-booted'));
      return;
    }
    const text = readFileSync(stamp, 'utf8').trim();
    rmSync(stamp);
    throw new VerbError(`ostree-finalize-staged.service failed on previous boot: ${text}`);
  },
});
