import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tool } from '../support/tools.ts';

const MODULES = 'usr/lib/modules/6.1.0';
export const KERNEL = `${MODULES}/vmlinuz`;

/** A small image with one of everything that a deployment treats in a way of its own. */
const FILES: Readonly<Record<string, string>> = {
  [KERNEL]: 'a kernel',
  [`${MODULES}/initramfs.img`]: 'an initramfs',
  [`${MODULES}/.vmlinuz.hmac`]: 'a checksum of the kernel',
  [`${MODULES}/dtb/board.dtb`]: 'a device tree',
  'usr/lib/os-release': 'NAME=Test\nPRETTY_NAME="Test OS 1"\nID=test\n',
  'usr/etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
  'usr/etc/app/app.conf': 'default=1\n',
  'usr/etc/gone.conf': 'x\n',
  'usr/bin/tool': '#!/bin/sh\n',
  'usr/lib/tmpfiles.d/test.conf': 'd /var/log\n',
  'var/lib/state': 'state\n',
};
const LINKS: Readonly<Record<string, string>> = {
  bin: 'usr/bin',
  lib: 'usr/lib',
  lib64: 'usr/lib64',
  ostree: 'sysroot/ostree',
  'usr/etc/localtime': '../usr/share/zoneinfo/UTC',
};
const MOUNT_POINTS = ['sysroot', 'boot', 'run', 'proc', 'dev', 'tmp', 'mnt'];

export const REF = 'stable';

/** A repository of images, each the one above with some files changed. */
export class Images {
  readonly repo: string;
  readonly #work: string;
  #count = 0;

  constructor(directory: string) {
    this.repo = join(directory, 'images');
    this.#work = join(directory, 'tree');
    tool(['ostree', `--repo=${this.repo}`, 'init', '--mode=archive']);
  }

  commit(changes: Readonly<Record<string, string>> = {}): string {
    this.#count += 1;
    rmSync(this.#work, { recursive: true, force: true });
    for (const name of MOUNT_POINTS) mkdirSync(join(this.#work, name), { recursive: true });
    for (const [path, content] of Object.entries({ ...FILES, ...changes })) {
      mkdirSync(dirname(join(this.#work, path)), { recursive: true });
      writeFileSync(join(this.#work, path), content);
    }
    for (const [path, target] of Object.entries(LINKS)) symlinkSync(target, join(this.#work, path));
    chmodSync(join(this.#work, 'usr/bin/tool'), 0o4755);
    const time = `--timestamp=@${1_700_000_000 + this.#count}`;
    const words = ['commit', `--branch=${REF}`, `--tree=dir=${this.#work}`, '-s', 'image', time];
    return tool(['ostree', `--repo=${this.repo}`, ...words]).trim();
  }
}
