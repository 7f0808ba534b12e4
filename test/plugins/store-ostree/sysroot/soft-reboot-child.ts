import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  canSoftReboot,
  clearSoftReboot,
  prepareSoftReboot,
  softRebootTarget,
} from '../../../../plugins/store-ostree/src/sysroot/soft-reboot.ts';
import { Sysroot } from '../../../../plugins/store-ostree/src/sysroot/sysroot.ts';

// In a mount namespace of its own: mounts what a soft reboot would start, and says how it looks there.

const [root = '', run = ''] = process.argv.slice(2);
const state = { root, run };
const load = () => Sysroot.load(root, state);
const next = (name: string) => join(run, 'nextroot', name);
const canWrite = (path: string) => {
  try {
    writeFileSync(next(path), 'written');
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
};
const mounts = () =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => (line.includes(`${run}/nextroot`) ? [line.split(' ')[4]!.slice(run.length)] : []));

const sysroot = load();
const can = sysroot.deployments.map((deployment) => canSoftReboot(sysroot, deployment));
const target = sysroot.deployments.find((one) => one !== sysroot.booted && canSoftReboot(sysroot, one))!;
prepareSoftReboot(sysroot, target);
// Once more: nothing is mounted twice.
prepareSoftReboot(sysroot, target);
const prepared = {
  can,
  target: softRebootTarget(load())?.commit,
  mounts: mounts(),
  tool: readFileSync(next('usr/bin/tool'), 'utf8'),
  write: Object.fromEntries(['usr/x', 'etc/x', 'var/x', 'sysroot/x'].map((path) => [path, canWrite(path)])),
  repo: existsSync(next('sysroot/ostree/repo/config')),
  loader: existsSync(next('boot/loader')),
  metadata: readFileSync(join(run, 'ostree/nextroot-booted')).toString('base64'),
};
clearSoftReboot(state);
const cleared = { target: softRebootTarget(load()), mounts: mounts(), left: existsSync(next('usr')) };
clearSoftReboot(state);
let failure = null;
try {
  prepareSoftReboot(sysroot, { ...target, stateroot: 'nobody' });
} catch (error) {
  failure = { code: (error as { code?: string }).code, mounts: mounts() };
}
process.stdout.write(JSON.stringify({ prepared, cleared, failure }));
