import type { ImageSpec, Tree } from '@ostrata/contract';
import { file, readText, rewrite } from './modes.ts';

/** `/etc/machine-id`: each machine makes its own; empty is "not yet", absent is "first boot" (machine-id(5)). */
export function resetMachineId(tree: Tree, { layout }: ImageSpec): void {
  if (layout.machineId === 'absent') tree.remove('etc/machine-id');
  else tree.writeFile('etc/machine-id', '', file());
}

/** New users live below /var/home, as `/home` is a link (rpm-ostree, rust/src/composepost.rs, postprocess_useradd). */
export function redirectHomes(tree: Tree): void {
  const text = readText(tree, 'etc/default/useradd');
  if (text !== undefined) rewrite(tree, 'etc/default/useradd', text.replace(/^HOME=.*$/gm, 'HOME=/var/home'));
}
