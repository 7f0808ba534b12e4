import { join } from 'node:path';
import { diffEtc } from '../../sysroot/etc-diff.ts';
import { VerbError } from '../error.ts';
import { adminVerb, staterootOf } from './admin-verb.ts';

export const configDiff = adminVerb({
  usage: '',
  options: [
    {
      name: 'os',
      kind: 'text',
      summary: 'Use a different operating system root than the current one',
      value: 'STATEROOT',
    },
  ],
  writes: false,
  run(call) {
    const stateroot = staterootOf(call);
    const { sysroot, terminal } = call;
    const deployment = sysroot.mergeDeployment(stateroot);
    if (deployment === null) throw new VerbError(`No deployments for OS '${stateroot}' yet`);
    const root = sysroot.directory(deployment);
    const { modified, removed, added } = diffEtc(join(root, 'usr/etc'), join(root, 'etc'));
    for (const [letter, paths] of [
      ['M', modified],
      ['D', removed],
      ['A', added],
    ] as const) {
      for (const path of paths) terminal.out(`${letter}    ${path}\n`);
    }
  },
});
