import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const MERGED = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

/** Moves an unpacked Debian package into the layout of an image: everything in /usr, the kernel beside its modules. */
export function mergeUsr(root: string, name: string): void {
  for (const directory of MERGED) {
    const from = join(root, directory);
    if (isDirectory(from)) moveInto(from, join(root, 'usr', directory));
  }
  const boot = join(root, 'boot');
  const modules = join(root, 'usr/lib/modules');
  if (existsSync(boot) && existsSync(modules)) {
    for (const kernel of readdirSync(modules)) {
      for (const file of readdirSync(boot).filter((entry) => entry.endsWith(`-${kernel}`))) {
        renameSync(join(boot, file), join(modules, kernel, file.slice(0, -kernel.length - 1)));
      }
    }
  }
  if (name === 'base-files') {
    for (const directory of ['bin', 'sbin', 'lib', 'lib64']) {
      mkdirSync(join(root, 'usr', directory), { recursive: true });
      symlinkSync(`usr/${directory}`, join(root, directory));
    }
  }
  if (name === 'systemd') {
    const target = join(root, 'usr/lib/systemd/system/default.target');
    rmSync(target, { force: true });
    symlinkSync('multi-user.target', target);
  }
}

function moveInto(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from)) {
    const [source, target] = [join(from, entry), join(to, entry)];
    if (isDirectory(source) && isDirectory(target)) moveInto(source, target);
    else renameSync(source, target);
  }
  rmSync(from, { recursive: true });
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
