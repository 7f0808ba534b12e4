import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { EnvironmentError, formatEnvironment, parseEnvironment } from './codec/environment.ts';
import { grubError } from './errors.ts';

/** The block of a system, from its root: beside GRUB's modules, wherever its configuration is. */
export function environmentPath(sysroot: string): string {
  const directory = ['boot/grub2', 'boot/grub'].find((name) => existsSync(join(sysroot, name))) ?? 'boot/grub2';
  return `${directory}/grubenv`;
}

/** Empty where there is no block. Throws GRUB_ENVIRONMENT. */
export function readEnvironment(sysroot: string): Map<string, string> {
  const path = join(sysroot, environmentPath(sysroot));
  if (!existsSync(path)) return new Map();
  return named(path, () => parseEnvironment(readFileSync(path)));
}

/**
 * Sets variables, and removes those that are null. GRUB writes the block where its bytes are on the disk: so a file that is there
 * is never replaced, and stays as long as it is.
 */
export function changeEnvironment(sysroot: string, changes: { readonly [name: string]: string | null }): void {
  const path = join(sysroot, environmentPath(sysroot));
  const values = readEnvironment(sysroot);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) values.delete(name);
    else values.set(name, value);
  }
  const block = named(path, () => formatEnvironment(values));
  if (existsSync(path)) overwrite(path, block);
  else create(path, block);
}

function overwrite(path: string, block: Buffer): void {
  const fd = openSync(path, 'r+');
  try {
    writeSync(fd, block, 0, block.length, 0);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function create(path: string, block: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, block, { flush: true });
  renameSync(`${path}.new`, path);
  fsyncDirectory(dirname(path));
}

export function fsyncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    throw grubError('GRUB_ENVIRONMENT', `The environment block ${path} cannot be used: ${error.message}.`, {
      hint: `Make it anew with \`grub-editenv ${path} create\`.`,
      data: { path },
      cause: error,
    });
  }
}
