import type { ImageSpec } from '@ostrata/contract';
import type { Treefile } from '../model/treefile.ts';
import { commitMetadata } from './metadata.ts';

/** The image that a treefile describes. `image` has what the request says already. */
export function treefileImage(image: ImageSpec, treefile: Treefile): ImageSpec {
  const optUsrLocal = treefile['opt-usrlocal'] ?? 'var';
  return {
    ref: treefile.ref ?? image.ref,
    documentation: treefile.documentation ?? true,
    languages: treefile['install-langs'] ?? null,
    ...omitted(treefile['remove-from-packages'] ?? []),
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
      ...(preservesAccounts(treefile) ? {} : { preserveAccounts: false }),
    },
    selinux: image.selinux && (treefile.selinux ?? true),
    database: treefile.rpmdb === 'host' ? 'host' : 'target',
    subject: image.subject,
    metadata: { ...image.metadata, ...commitMetadata(treefile) },
  };
}

/** Numbers of users from files replace those of the parent commit (rpm-ostree, rust/src/passwd.rs, passwd_compose_prep). */
function preservesAccounts(treefile: Treefile): boolean {
  return (treefile['preserve-passwd'] ?? true) && treefile['check-passwd']?.type !== 'file';
}

function omitted(rules: NonNullable<Treefile['remove-from-packages']>): Pick<ImageSpec, 'omit'> {
  const omit = rules.flatMap(([name, ...patterns]) => (name === undefined ? [] : [{ package: name, patterns }]));
  return omit.length === 0 ? {} : { omit };
}
