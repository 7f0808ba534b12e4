/**
 * The primitive pipeline as a program: peer-layer.ts SYSROOT REF RPM... The tree of hard links, rpm's transaction on it, a commit that
 * knows the links, and a deployment.
 */
import { join } from 'node:path';
import { shell, tool } from '../support/tools.ts';

const [sysroot, ref, ...packages] = process.argv.slice(2) as [string, string, ...string[]];
const repo = join(sysroot, 'ostree/repo');
const tree = join(sysroot, 'ostree/layered');
tool(['rm', '-rf', tree]);
tool(['ostree', `--repo=${repo}`, 'checkout', '-H', ref, tree]);
shell(
  `cd "$TREE"
mv usr/etc etc
# What rpm and scripts change in place must not change the repository: these are the links that they write to.
for path in usr/share/rpm etc; do cp -a "$path" "$path.own"; rm -rf "$path"; mv "$path.own" "$path"; done
rpm --root "$TREE" --dbpath /usr/share/rpm -i --nosignature "$@"
rm -rf var/*
mv etc usr/etc`,
  { TREE: tree },
  packages,
);
tool(['ostree', `--repo=${repo}`, 'commit', '-b', 'layered', '--link-checkout-speedup', `--tree=dir=${tree}`]);
tool(['ostree', 'admin', `--sysroot=${sysroot}`, 'deploy', '--os=os', 'layered']);
tool(['rm', '-rf', tree]);
