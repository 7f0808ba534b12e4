import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KernelArgs } from '../../codec/boot/kernel-args.ts';
import { replaceFile } from '../../repo/replace-file.ts';
import { deployTree, prepareTree } from '../../sysroot/deploy-tree.ts';
import { originPathOf, type SysrootDeployment } from '../../sysroot/deployment.ts';
import { discard, discardStaged } from '../../sysroot/discard.ts';
import { orderWith } from '../../sysroot/order.ts';
import { originOf, readOrigin, writeOriginFile } from '../../sysroot/origin.ts';
import { clearSoftReboot } from '../../sysroot/soft-reboot.ts';
import { lockStaged, writeStaged } from '../../sysroot/staged.ts';
import { Sysroot } from '../../sysroot/sysroot.ts';
import { STAGED_INITRDS } from '../../sysroot/write-entries.ts';
import { usageError, VerbError } from '../error.ts';
import { resolve } from '../resolve.ts';
import type { OptionSpec } from '../verb.ts';
import { type AdminInvocation, adminVerb, debugFlags, reporters, staterootOf } from './admin-verb.ts';
import { clean, write } from './write.ts';

const flag = (name: string, summary: string): OptionSpec => ({ name, kind: 'flag', summary });
const karg = (name: string, summary: string): OptionSpec => ({ name, kind: 'list', summary, value: 'NAME=VALUE' });

export const OS_OPTION: OptionSpec = {
  name: 'os',
  kind: 'text',
  summary: 'Use a different operating system root than the current one',
  value: 'STATEROOT',
};

export const deploy = adminVerb({
  usage: 'REFSPEC',
  options: [
    OS_OPTION,
    { ...OS_OPTION, name: 'stateroot' },
    { name: 'origin-file', kind: 'text', summary: 'Specify origin file', value: 'FILENAME' },
    flag('no-prune', "Don't prune the repo when done"),
    flag('no-merge', 'Do not apply configuration (/etc and kernel arguments) from booted deployment'),
    flag('retain', 'Do not delete previous deployments'),
    flag('stage', 'Complete deployment at OS shutdown'),
    flag('lock-finalization', 'Prevent automatic deployment finalization on shutdown'),
    flag('retain-pending', 'Do not delete pending deployments'),
    flag('retain-rollback', 'Do not delete rollback deployments'),
    flag('not-as-default', 'Append rather than prepend new deployment'),
    flag('karg-proc-cmdline', 'Import current /proc/cmdline'),
    karg('karg', 'Set kernel argument, like root=/dev/sda1; this overrides any earlier argument with the same name'),
    karg('karg-append', 'Append kernel argument; useful with e.g. console= that can be used multiple times'),
    flag('karg-none', 'Do not import kernel arguments'),
    karg('karg-delete', 'Delete kernel argument if exists'),
    { name: 'overlay-initrd', kind: 'list', summary: 'Overlay initramfs file', value: 'FILE' },
  ],
  writes: true,
  async run(call) {
    checkOptions(call);
    const { args, options, sysroot } = call;
    const [refspec] = args;
    if (refspec === undefined) throw usageError(call, 'REF/REV must be specified');
    const stateroot = staterootOf(call);
    const originFile = options.text('origin-file');
    const origin = originFile === undefined ? originOf(refspec) : readOrigin(originFile);
    if (origin === null) throw new VerbError(`No such file or directory: ${originFile}`);
    const commit = resolve(sysroot.repository, refspec);
    const merge = options.flag('no-merge') ? null : sysroot.mergeDeployment(stateroot);
    // What an interrupted run left makes room first.
    clean(call, sysroot, false);
    const request = {
      stateroot,
      commit,
      origin,
      merge,
      kargs: kernelArguments(call, merge),
      overlayInitrds: options.list('overlay-initrd').map((file) => stageInitrd(sysroot, file)),
      mutable: debugFlags(call).has('mutable-deployments'),
      ignoreDeviceTrees: debugFlags(call).has('no-dtb'),
      ...reporters(call),
    };
    if (options.flag('stage')) {
      stage(sysroot, request, options.flag('lock-finalization'));
      return;
    }
    const added = deployTree(sysroot, request);
    const list = orderWith(sysroot, added, merge, {
      retain: options.flag('retain'),
      retainPending: options.flag('retain-pending'),
      retainRollback: options.flag('retain-rollback'),
      notDefault: options.flag('not-as-default'),
    });
    clean(call, await writeOrDiscard(call, list, added), !options.flag('no-prune'));
  },
});

/** Makes the list current; when that fails before the swap, the new deployment goes again. */
export async function writeOrDiscard(
  call: Pick<AdminInvocation, 'sysroot' | 'terminal'>,
  list: readonly SysrootDeployment[],
  added: SysrootDeployment,
): Promise<Sysroot> {
  try {
    return await write(call, list);
  } catch (error) {
    const { deployments } = Sysroot.load(call.sysroot.path, call.sysroot.state);
    if (!deployments.some(({ commit, serial }) => commit === added.commit && serial === added.serial)) {
      discard(call.sysroot, added);
    }
    throw error;
  }
}

/** Leaves a deployment for shutdown. */
export function stage(sysroot: Sysroot, request: Parameters<typeof prepareTree>[1], locked: boolean): void {
  if (sysroot.booted === null)
    throw new VerbError('Cannot stage deployment: Not currently booted into an OSTree system');
  if (locked) lockStaged(sysroot.state, true);
  const deployment = { ...prepareTree(sysroot, request), staged: true };
  // Whoever completes it has nothing else to take the origin from.
  writeOriginFile(join(sysroot.path, originPathOf(deployment)), deployment.origin);
  discardStaged(sysroot);
  clearSoftReboot(sysroot.state);
  writeStaged(sysroot.state, { deployment, merge: request.merge, locked });
}

function checkOptions(call: AdminInvocation): void {
  const clashes = [
    ['karg-proc-cmdline', 'karg-none'],
    ['karg-none', 'karg-delete'],
    ['no-merge', 'karg-delete'],
  ] as const;
  for (const [a, b] of clashes) {
    if (call.options.flag(a) && call.options.flag(b)) throw usageError(call, `Can't specify both --${a} and --${b}`);
  }
  if (!call.options.flag('stage')) return;
  if (call.options.flag('retain-pending') || call.options.flag('retain-rollback')) {
    throw new VerbError('--stage cannot currently be combined with --retain arguments');
  }
  if (call.options.flag('not-as-default')) {
    throw new VerbError('--stage cannot currently be combined with --not-as-default');
  }
}

/** Null takes over those of the merge deployment. */
function kernelArguments({ options }: AdminInvocation, merge: SysrootDeployment | null): KernelArgs | null {
  const [set, append, remove] = ['karg', 'karg-append', 'karg-delete'].map((name) => options.list(name)) as [
    readonly string[],
    readonly string[],
    readonly string[],
  ];
  const isFresh = options.flag('karg-none');
  const isRunning = options.flag('karg-proc-cmdline');
  if (!isFresh && !isRunning && set.length + append.length + remove.length === 0) return null;
  let kargs = KernelArgs.parse(merge?.entry.get('options') ?? '');
  if (isFresh) kargs = new KernelArgs();
  else if (isRunning) kargs = KernelArgs.ofRunningKernel(readFileSync('/proc/cmdline', 'utf8'));
  for (const arg of set) kargs.set(arg);
  kargs.append(...append);
  for (const arg of remove) kargs.delete(arg);
  return kargs;
}

/** Puts an overlay of the initial ram disk where deployments find it; gives its checksum. */
function stageInitrd(sysroot: Sysroot, file: string): string {
  const content = readFileSync(file);
  const checksum = createHash('sha256').update(content).digest('hex');
  const directory = join(sysroot.state.run, STAGED_INITRDS);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  replaceFile(join(directory, checksum), content);
  return checksum;
}
