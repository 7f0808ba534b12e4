import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Terminal } from '@ostrata/contract';
import { localContext } from '../../../../plugins/store-ostree/src/cli/local-context.ts';
import { runOstree } from '../../../../plugins/store-ostree/src/cli/main.ts';
import { ostree, run } from '../support.ts';

export const KERNEL = 'usr/lib/modules/6.1.0/vmlinuz';
export const INITRAMFS = 'usr/lib/modules/6.1.0/initramfs.img';

/** The least that boots: a kernel, an initramfs, a name, and some files in /etc. */
export const TREE: Readonly<Record<string, string>> = {
  [KERNEL]: 'a kernel',
  [INITRAMFS]: 'an initramfs',
  'usr/lib/os-release': 'NAME=Test\nPRETTY_NAME="Test OS 1"\nID=test\n',
  'usr/etc/os-release': 'NAME=Test\nPRETTY_NAME="Test OS 1"\nID=test\n',
  'usr/etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
  'usr/etc/app/app.conf': 'default=1\n',
  'usr/etc/app/other.conf': 'other=1\n',
  'usr/etc/gone.conf': 'x\n',
  'usr/bin/tool': '#!/bin/sh\n',
  'var/.keep': '',
};

/** A repository with commits of trees made from `TREE`, each with changes; null takes a file out. */
export class Images {
  readonly repo: string;
  readonly #work: string;
  #count = 0;

  constructor(directory: string) {
    this.repo = join(directory, 'images');
    this.#work = join(directory, 'tree');
    run('ostree', `--repo=${this.repo}`, 'init', '--mode=archive');
  }

  commit(ref: string, changes: Readonly<Record<string, string | null>> = {}, ...options: string[]): string {
    this.#count += 1;
    rmSync(this.#work, { recursive: true, force: true });
    for (const [path, content] of Object.entries({ ...TREE, ...changes })) {
      if (content === null) continue;
      mkdirSync(dirname(join(this.#work, path)), { recursive: true });
      writeFileSync(join(this.#work, path), content);
    }
    rmSync(join(this.#work, 'var'), { recursive: true, force: true });
    mkdirSync(join(this.#work, 'var'));
    const time = `--timestamp=@${1_700_000_000 + this.#count}`;
    return ostree(this.repo, 'commit', `--branch=${ref}`, `--tree=dir=${this.#work}`, '-s', 'image', time, ...options);
  }
}

export interface AdminOutput {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs our `ostree` on a sysroot, without a host. */
export async function ours(
  sysroot: string,
  ...words: (string | { readonly [name: string]: string })[]
): Promise<AdminOutput> {
  const argv = words.filter((word) => typeof word === 'string');
  // The last one may be variables of the environment.
  const environment = words.filter((word) => typeof word !== 'string').at(-1) ?? {};
  let [out, err] = ['', ''];
  const terminal: Terminal = {
    program: 'ostree',
    environment: {
      OSTREE_SYSROOT: sysroot,
      OSTREE_SYSROOT_DEBUG: 'mutable-deployments',
      OSTREE_SYSROOT_OPTS: 'bootloader-naming-1',
      ...environment,
    },
    input: 0,
    interactive: false,
    out(data) {
      out += typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
    },
    err(text) {
      err += text;
    },
    // A host without any plugin.
    withContext: (work) => work(localContext()),
  };
  const status = await runOstree(argv, terminal);
  return { status, out, err };
}

/** Everything of a sysroot that says what boots, by path: contents of files, targets of links. Objects are left out. */
export function snapshot(sysroot: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (path: string) => {
    for (const name of readdirSync(join(sysroot, path)).sort()) {
      const child = path === '' ? name : `${path}/${name}`;
      if (/^ostree\/repo\/(?!refs\/heads)/.test(child) && child !== 'ostree/repo/refs') continue;
      if (/^ostree\/deploy\/[^/]+\/deploy\/[^/]+\/usr$/.test(child) || child === 'ostree/lock') continue;
      // Filled at another time since 2024.
      if (/^ostree\/deploy\/[^/]+\/var\/(?!\.ostree-selabeled$)/.test(child)) continue;
      const stat = lstatSync(join(sysroot, child));
      if (stat.isSymbolicLink()) found[child] = `-> ${readlinkSync(join(sysroot, child))}`;
      else if (stat.isDirectory()) {
        if (!child.startsWith('ostree/repo/refs/')) found[`${child}/`] = (stat.mode & 0o7777).toString(8);
        visit(child);
      } else found[child] = `${(stat.mode & 0o7777).toString(8)} ${readFileSync(join(sysroot, child), 'utf8')}`;
    }
  };
  visit('');
  return found;
}

/** A second sysroot in the same state. */
export function copySysroot(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}
