import type { ImageSpec } from '@ostrata/core';
import type { Treefile } from '../model/treefile.ts';
import { commitMetadata } from './metadata.ts';

/** The image that a treefile describes. `image` has what the request says already. */
export function treefileImage(image: ImageSpec, treefile: Treefile): ImageSpec {
  const optUsrLocal = treefile['opt-usrlocal'] ?? 'var';
  return {
    ref: treefile.ref ?? image.ref,
    documentation: treefile.documentation ?? true,
    languages: treefile['install-langs'] ?? null,
    kernel: {
      location: treefile['boot-location'] ?? 'new',
      initramfs: !(treefile['no-initramfs'] ?? false),
      initramfsArgs: treefile['initramfs-args'] ?? [],
    },
    layout: {
      tmp: treefile['tmp-is-dir'] ? 'directory' : 'symlink',
      optUsrLocal: optUsrLocal === 'state-overlay' ? 'stateoverlay' : optUsrLocal,
      machineId: (treefile['machineid-compat'] ?? true) ? 'empty' : 'absent',
      readonlyExecutables: treefile['readonly-executables'] ?? false,
      etcGroupMembers: treefile['etc-group-members'] ?? [],
      ignoreDevices: treefile['ignore-devices'] ?? true,
    },
    selinux: treefile.selinux ?? true,
    database: treefile.rpmdb === 'host' ? 'host' : 'target',
    subject: image.subject,
    metadata: { ...image.metadata, ...commitMetadata(treefile) },
  };
}
