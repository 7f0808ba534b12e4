import { resolve } from 'node:path';
import { policyOfDirectory } from '../../selinux/policy.ts';
import { relabelTree } from '../../sysroot/labels.ts';
import { usageError, VerbError } from '../error.ts';
import { adminVerb } from './admin-verb.ts';

/** Labels what has no SELinux label yet, of the first deployment or of a directory, by the policy of that deployment. */
export const ensureLabeled = adminVerb({
  usage: '[SUBPATH PREFIX]',
  writes: false,
  run(call) {
    const { args, sysroot, terminal } = call;
    const [first] = sysroot.deployments;
    if (first === undefined) throw new VerbError('Unable to find a deployment in sysroot');
    const root = sysroot.directory(first);
    const [path = root, prefix = ''] = args;
    if (args.length === 1) throw usageError(call, 'SUBPATH needs a PREFIX');
    const policy = policyOfDirectory(root);
    if (policy === undefined) {
      terminal.out(`No SELinux policy found in deployment '${root}'\n`);
      return;
    }
    terminal.out(`Relabeling using policy '${policy.policyName}'\n`);
    relabelTree(policy, resolve(path), `/${prefix.replace(/^\/+/, '')}`, {
      keep: true,
      onLabel: (file, name, label) => terminal.out(`Set label of '${file}' (as '${name}') to '${label}'\n`),
    });
  },
});
