import type { Repository } from '../repo/repository.ts';
import { type Labeler, policyOfDirectory, policyOfTree } from '../selinux/policy.ts';
import { VerbError } from './error.ts';
import { resolve } from './resolve.ts';
import type { OptionValues } from './verb.ts';

/** Takes the value of `--tree` apart. */
export function splitTree(tree: string): readonly [type: string, value: string] {
  const equals = tree.indexOf('=');
  if (equals < 0) throw new VerbError(`Missing type in tree specification '${tree}'`);
  return [tree.slice(0, equals), tree.slice(equals + 1)];
}

/** Labels by the policy that the options of a commit name; `first` is its first tree. */
export function commitLabeler(repo: Repository, options: OptionValues, first: string): Labeler | undefined {
  const epoch = options.count('selinux-labeling-epoch', 0);
  if (epoch !== 0 && epoch !== 1) throw new VerbError(`Unknown SELinux labeling epoch: ${epoch}`);
  const root = options.text('selinux-policy');
  const fromBase = options.flag('selinux-policy-from-base');
  if (root !== undefined && fromBase) {
    throw new VerbError('Cannot specify both --selinux-policy and --selinux-policy-from-base');
  }
  // A repository of this mode holds no labels.
  if (repo.mode === 'bare-user-only') return undefined;
  let policy: Labeler | undefined;
  if (root !== undefined) policy = policyOfDirectory(root);
  else if (fromBase) policy = basePolicy(repo, options.text('base'), first);
  if (!policy || epoch === 0) return policy;
  const label = policy;
  return (path, mode) => label(/^\/usr\/etc(?:\/|$)/.test(path) ? path.slice('/usr'.length) : path, mode);
}

function basePolicy(repo: Repository, base: string | undefined, first: string): Labeler | undefined {
  const [type, value] = base === undefined ? splitTree(first) : ['ref', base];
  if (type === 'dir') return policyOfDirectory(value);
  if (type === 'tar') throw new VerbError('Cannot use --selinux-policy-from-base with tar');
  return policyOfTree(repo, value, repo.readCommit(resolve(repo, value)));
}
