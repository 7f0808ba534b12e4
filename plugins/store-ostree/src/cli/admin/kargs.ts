import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KernelArgs } from '../../codec/boot/kernel-args.ts';
import { replaceFile } from '../../repo/replace-file.ts';
import type { SysrootDeployment } from '../../sysroot/deployment.ts';
import { readStagedState, writeStaged } from '../../sysroot/staged.ts';
import { VerbError } from '../error.ts';
import { adminVerb } from './admin-verb.ts';
import { clean, write } from './write.ts';

/** A deployment with other kernel arguments. */
const withArguments = (deployment: SysrootDeployment, kargs: KernelArgs): SysrootDeployment => ({
  ...deployment,
  entry: deployment.entry.copy().set('options', kargs.toString()),
});

const argumentsOf = ({ entry }: SysrootDeployment): KernelArgs => KernelArgs.parse(entry.get('options') ?? '');

export const setKargs = adminVerb({
  usage: 'ARGS',
  options: [
    { name: 'import-proc-cmdline', kind: 'flag', summary: 'Import current /proc/cmdline' },
    { name: 'merge', kind: 'flag', summary: 'Merge with previous command line' },
    {
      name: 'replace',
      kind: 'list',
      summary: 'Set kernel argument, like root=/dev/sda1; this overrides any earlier argument with the same name',
      value: 'NAME=VALUE',
    },
    {
      name: 'append',
      kind: 'list',
      summary: 'Append kernel argument; useful with e.g. console= that can be used multiple times',
      value: 'NAME=VALUE',
    },
  ],
  writes: true,
  async run(call) {
    const { args, options, sysroot } = call;
    const [first] = sysroot.deployments;
    if (first === undefined) throw new VerbError('Unable to find a deployment in sysroot');
    let kargs = new KernelArgs();
    if (options.flag('import-proc-cmdline')) kargs = KernelArgs.ofRunningKernel(readFileSync('/proc/cmdline', 'utf8'));
    else if (options.flag('merge')) kargs = argumentsOf(first);
    for (const arg of options.list('replace')) kargs.set(arg);
    kargs.append(...options.list('append'), ...args);
    const list = [withArguments(first, kargs), ...sysroot.deployments.slice(1)];
    clean(call, await write(call, list));
  },
});

export const editInPlace = adminVerb({
  usage: 'ARGS',
  options: [
    {
      name: 'append-if-missing',
      kind: 'list',
      summary: 'Append kernel arguments if they do not exist',
      value: 'NAME=VALUE',
    },
  ],
  writes: true,
  run({ options, sysroot }) {
    if (sysroot.deployments.length === 0) throw new VerbError('Unable to find a deployment in sysroot');
    const { finalized, staged, versions } = sysroot;
    for (const deployment of finalized) {
      const { entry } = appended(deployment, options.list('append-if-missing'));
      replaceFile(join(sysroot.path, `boot/loader.${versions.boot}/entries`, entry.name!), entry.toString());
    }
    const waiting = readStagedState(sysroot.path, sysroot.state);
    if (staged === null || waiting === null) return;
    writeStaged(sysroot.state, { ...waiting, deployment: appended(staged, options.list('append-if-missing')) });
  },
});

function appended(deployment: SysrootDeployment, args: readonly string[]): SysrootDeployment {
  const kargs = argumentsOf(deployment);
  for (const arg of args) kargs.appendIfMissing(arg);
  return withArguments(deployment, kargs);
}
