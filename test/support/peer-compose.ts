import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { shell, tool } from './tools.ts';

/** Programs that {@link installWithDnf} and {@link commitWithOstree} need. */
export const PEER_NEEDS = ['dnf', 'ostree', 'chroot', 'root'];

/** Installs packages into an empty root with dnf, from one repository and nothing else. Returns the root. */
export function installWithDnf(repository: string, packages: readonly string[], work: string): string {
  const root = join(work, 'root');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  tool([
    'dnf',
    '-y',
    '-q',
    `--installroot=${root}`,
    '--releasever=12',
    `--repofrompath=peer,${repository}`,
    '--repo=peer',
    '--nogpgcheck',
    `--setopt=cachedir=${join(work, 'dnf-cache')}`,
    '--setopt=install_weak_deps=False',
    'install',
    ...packages,
  ]);
  return root;
}

/** The packages that dnf would install, as `name-[epoch:]version-release.arch`. */
export function dnfSelection(repository: string, packages: readonly string[], work: string): string[] {
  return installedPackages(installWithDnf(repository, packages, work));
}

/** What the package database of a root names, as `name-[epoch:]version-release.arch`, sorted. */
export function installedPackages(root: string): string[] {
  const format = '%{NAME}-%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}.%{ARCH}\\n';
  return tool(['rpm', `--root=${root}`, '-qa', '--qf', format])
    .split('\n')
    .filter(Boolean)
    .sort();
}

/**
 * Makes an installed root an OSTree tree by hand, as the documentation of libostree asks, with an initramfs by dracut, and commits it
 * with `ostree`. Returns the checksum.
 */
export function commitWithOstree(
  root: string,
  repo: string,
  ref: string,
  options: { overlay?: string; mode?: string } = {},
): string {
  if (options.overlay !== undefined) cpSync(options.overlay, root, { recursive: true });
  shell(
    `cd "$ROOT"
kver=$(ls usr/lib/modules)
chroot . depmod -a "$kver"
for fs in proc sys dev; do mount --bind /$fs $fs; done
trap 'for fs in dev sys proc; do umount "$ROOT/$fs"; done' EXIT
chroot . dracut -q --no-hostonly --reproducible --add ostree -f "/usr/lib/modules/$kver/initramfs.img" "$kver" >/dev/null 2>&1
trap - EXIT
for fs in dev sys proc; do umount $fs; done
mkdir -p usr/share/rpm
# Debian's rpm keeps the database of root in its home directory.
for db in var/lib/rpm root/.rpmdb; do if [ -d $db ]; then cp -a $db/. usr/share/rpm/; fi; done
rm -rf var dev proc sys run tmp home root opt srv mnt media usr/local boot
mkdir -p var dev proc sys run boot sysroot
ln -s sysroot/ostree ostree; ln -s sysroot/tmp tmp; ln -s var/home home; ln -s var/roothome root; ln -s var/opt opt
ln -s var/srv srv; ln -s var/mnt mnt; ln -s run/media media; ln -s ../var/usrlocal usr/local
cat > usr/lib/tmpfiles.d/ostree-var.conf <<'TMPFILES'
d /var/home 0755 root root -
d /var/roothome 0700 root root -
d /var/opt 0755 root root -
d /var/srv 0755 root root -
d /var/mnt 0755 root root -
d /var/usrlocal 0755 root root -
d /var/lib 0755 root root -
d /var/log 0755 root root -
d /var/cache 0755 root root -
d /var/tmp 1777 root root -
d /run/media 0755 root root -
TMPFILES
: > etc/machine-id
rm -rf usr/etc; mv etc usr/etc`,
    { ROOT: root },
  );
  if (!existsSync(join(repo, 'config'))) tool(['ostree', `--repo=${repo}`, 'init', `--mode=${options.mode ?? 'bare'}`]);
  return tool([
    'ostree',
    `--repo=${repo}`,
    'commit',
    '-b',
    ref,
    `--tree=dir=${root}`,
    '--bootable',
    '-s',
    'peer',
  ]).trim();
}
