import type { Tree } from '@ostrata/contract';
import { directory, file } from '../modes.ts';

/** Name of the unit that libostree has since 2024.1 (src/boot/ostree-state-overlay@.service). */
const UNIT = 'usr/lib/systemd/system/ostree-state-overlay@.service';
const WANTS = 'usr/lib/systemd/system/local-fs.target.requires';
const PROGRAM = 'usr/libexec/ostrata/state-overlay';

/** Does what `ostree admin state-overlay` does, for images whose ostree is older. */
const SERVICE = `[Unit]
Description=State overlay on /%I
DefaultDependencies=no
ConditionKernelCommandLine=ostree
After=var.mount boot.mount
Before=local-fs.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/${PROGRAM} %i /%I
`;

/**
 * Keeps changes in the same place as libostree. In a deployment other than at the last start, changes of what the image has itself are
 * dropped, and what the machine added stays.
 */
const SCRIPT = `#!/bin/sh
# usage: state-overlay NAME MOUNTPOINT
set -eu
state=/var/ostree/state-overlays/$1
mkdir -p "$state"
chmod 0700 "$state"
mkdir -p "$state/upper" "$state/work"
booted=$(sed -n 's/^\\(.* \\)\\{0,1\\}ostree=\\([^ ]*\\).*/\\2/p' /proc/cmdline)
deployment=$(readlink -f "/sysroot$booted")
deployment=\${deployment##*/}
if [ "$deployment" != "$(cat "$state/deployment" 2>/dev/null)" ]; then
  cd "$state/upper"
  find . -mindepth 1 -depth | while IFS= read -r path; do
    below=$2/$path
    [ -e "$below" ] || [ -L "$below" ] || continue
    if [ -d "$path" ] && [ ! -L "$path" ] && [ -d "$below" ] && [ ! -L "$below" ]; then continue; fi
    rm -rf -- "$path"
  done
  cd /
  echo "$deployment" > "$state/deployment.new"
  mv "$state/deployment.new" "$state/deployment"
fi
exec mount -t overlay overlay -o "lowerdir=$2,upperdir=$state/upper,workdir=$state/work" "$2"
`;

/** Has the machine's changes of /opt and /usr/local laid over those of the image at each start. */
export function enableStateOverlays(tree: Tree): void {
  if (tree.lookup(UNIT) === undefined) {
    tree.writeFile(UNIT, SERVICE, { ...file(), parents: true });
    tree.writeFile(PROGRAM, SCRIPT, { ...file(0o755), parents: true });
  }
  if (tree.lookup(WANTS) === undefined) tree.mkdir(WANTS, { ...directory(), parents: true });
  for (const instance of ['usr-lib-opt', 'usr-local']) {
    const unit = `ostree-state-overlay@${instance}.service`;
    tree.remove(`${WANTS}/${unit}`);
    tree.symlink(`${WANTS}/${unit}`, `../${unit}`);
  }
}
