import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BaseRepository } from './base-repository.ts';

/** Writes a treefile and a .repo file for a repository into a folder; returns the treefile's path. */
export function writeManifest(
  folder: string,
  repository: string,
  packages: readonly string[],
  fields: { readonly [key: string]: unknown } = {},
): string {
  writeFileSync(join(folder, 'base.repo'), `[base]\nname=base\nbaseurl=file://${repository}\ngpgcheck=0\n`);
  const manifest = join(folder, 'manifest.json');
  const treefile = {
    ref: 'test/base',
    repos: ['base'],
    packages,
    edition: '2024',
    selinux: false,
    recommends: false,
    ...fields,
  };
  writeFileSync(manifest, JSON.stringify(treefile, null, 2));
  return manifest;
}

/** A treefile of everything that boots, with the unit that reports the boot; the folder has a copy of test/boot/proof as `proof`. */
export function bootManifest(folder: string, base: BaseRepository): string {
  return writeManifest(folder, base.directory, base.packages, {
    'add-files': [
      ['proof/usr/lib/systemd/system/boot-proof.service', '/usr/lib/systemd/system/boot-proof.service'],
      ['proof/usr/lib/boot-proof', '/usr/lib/boot-proof'],
    ],
    postprocess: [
      '#!/bin/sh\nset -eu\nln -s ../boot-proof.service /usr/lib/systemd/system/multi-user.target.wants/boot-proof.service\n',
    ],
  });
}
