import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the programs that are wrapped can be found in the sandbox. */
export const REAL_PROGRAMS = '/run/ostrata/real';

/** A program of the image that a script meets only through a wrapper. */
export interface Wrapper {
  readonly name: string;
  /** Relative path in the root. */
  readonly path: string;
  readonly script: string;
}

/**
 * systemctl: what only changes unit files and links works, on the files; what talks to a service manager is ignored, as there is
 * none. (rpm-ostree, src/libpriv/systemctl-wrapper.sh, lets `preset` and `--root` through.)
 */
const SYSTEMCTL = `#!/bin/sh
for argument in "$@"; do
  case $argument in
    preset | preset-all | enable | disable | reenable | mask | unmask | link | revert | add-wants | add-requires | \\
    set-default | get-default | is-enabled | list-unit-files | cat | --root | --root=* | --version | --help)
      exec ${REAL_PROGRAMS}/systemctl "$@" ;;
  esac
done
echo "systemctl: ignored in an image:" "$@"
`;

/** Home directories lie below /var or /home, which an image does not have; useradd would fail after having added the user. */
const USERADD = `#!/bin/sh
create=
for argument in "$@"; do
  shift
  case $argument in
    -m | --create-home) create=$argument ;;
    -rm | -mr) create=-m; set -- "$@" -r ;;
    *) set -- "$@" "$argument" ;;
  esac
done
[ -z "$create" ] || echo "useradd: $create is ignored in an image; directories in /var are made by tmpfiles.d"
exec ${REAL_PROGRAMS}/useradd -M "$@"
`;

/** Kernel and initramfs are put in place once, when the whole image is there. */
const KERNEL_INSTALL = `#!/bin/sh
echo "kernel-install: ignored in an image:" "$@"
`;

export const WRAPPERS: readonly Wrapper[] = [
  { name: 'systemctl', path: 'usr/bin/systemctl', script: SYSTEMCTL },
  { name: 'useradd', path: 'usr/sbin/useradd', script: USERADD },
  { name: 'kernel-install', path: 'usr/bin/kernel-install', script: KERNEL_INSTALL },
];

/** Name of an empty file beside the wrappers. */
export const EMPTY_FILE = 'empty';

/** Writes what the sandbox binds from outside of the root: the wrappers and an empty file. */
export function writeSupport(directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, EMPTY_FILE), '');
  for (const { name, script } of WRAPPERS) {
    const file = join(directory, name);
    writeFileSync(file, script);
    chmodSync(file, 0o755);
  }
}
