import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseRepository } from '../support/base-repository.ts';
import { OSTRATA } from '../support/cli.ts';
import { writeManifest } from '../support/manifest.ts';
import { type TinyPackage, tinyRepository } from '../support/tiny-repository.ts';
import { tool } from '../support/tools.ts';

/** Paths that the larger base has, more or less; the smaller one has 13,000. */
const MANY = 100_000;
const SMALL_BASE = 13_000;

const manyFiles = (name: string, count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `/usr/share/${name}/${Math.floor(i / 250)}/file-${i}`,
      `${name} ${i}\n`.repeat(1 + (i % 100)),
    ]),
  );

const FIFTY = Array.from({ length: 50 }, (_, i): TinyPackage => {
  const name = `fifty-${i}`;
  return { name, files: { [`/usr/bin/${name}`]: `#!/bin/sh\necho ${name}\n`, ...manyFiles(name, 10) } };
});

/** What rows install: the packages by name, as they are in the repository `extra`. */
export const LAYERS: Readonly<Record<string, readonly TinyPackage[]>> = {
  'one small package': [{ name: 'one', files: { '/usr/bin/one': '#!/bin/sh\necho one\n', ...manyFiles('one', 2) } }],
  'one with scriptlets and a user': [
    {
      name: 'scripted',
      files: { '/usr/bin/scripted': '#!/bin/sh\necho scripted\n' },
      sections: [
        '%pre',
        'getent group scripted >/dev/null || groupadd -r scripted',
        'getent passwd scripted >/dev/null || useradd -r -g scripted -d / -s /sbin/nologin scripted',
        '%post',
        'mkdir -p /usr/lib/scripted; echo made > /usr/lib/scripted/made',
      ].join('\n'),
    },
  ],
  'one of 2 000 files': [{ name: 'many', files: manyFiles('many', 2000) }],
  'fifty packages': FIFTY,
};

const BULK: TinyPackage = { name: 'bulk', files: manyFiles('bulk', MANY - SMALL_BASE) };

/** How many paths the bases have. */
export const BASES = ['13 000 paths', '100 000 paths'] as const;
export type BaseName = (typeof BASES)[number];

/** What is made in a directory, once: packages, and an archive repository with the bases. */
export interface LayerFixtures {
  readonly repository: string;
  /** RPM files by the name of the package. */
  readonly files: ReadonlyMap<string, string>;
  /** The OSTree repository of bases, whose refs are `refOf`. */
  readonly bases: string;
}

export const refOf = (base: BaseName): string => (base === BASES[0] ? 'test/base' : 'test/large');

/** Composes a base into the repository, when it is not there. */
export function composeBase(work: string, fixtures: LayerFixtures, base: BaseName): void {
  const ref = refOf(base);
  if (existsSync(join(fixtures.bases, 'refs/heads', ref))) return;
  const { directory, packages } = baseRepository();
  const folder = join(work, 'compose');
  tool(['rm', '-rf', folder]);
  mkdirSync(folder);
  const large = base === BASES[1];
  const manifest = writeManifest(folder, directory, large ? [...packages, BULK.name] : packages, {
    ref,
    repos: large ? ['base', 'bulk'] : ['base'],
  });
  if (large) {
    const bulk = join(work, 'bulk');
    if (!existsSync(join(bulk, 'repodata/repomd.xml'))) tinyRepository(bulk, [BULK]);
    writeFileSync(join(folder, 'bulk.repo'), `[bulk]\nname=bulk\nbaseurl=file://${bulk}\ngpgcheck=0\n`);
  }
  const cache = join(folder, 'cache');
  tool([process.execPath, OSTRATA, 'compose', 'tree', '-q', '--repo', fixtures.bases, '--cachedir', cache, manifest]);
  tool(['rm', '-rf', folder]);
}

export function layerFixtures(work: string): LayerFixtures {
  const repository = join(work, 'extra');
  const all = Object.values(LAYERS).flat();
  if (!existsSync(join(repository, 'repodata/repomd.xml'))) tinyRepository(repository, all);
  const bases = join(work, 'bases');
  if (!existsSync(join(bases, 'config'))) tool(['ostree', `--repo=${bases}`, 'init', '--mode=bare']);
  return { repository, files: new Map(all.map(({ name }) => [name, join(repository, `${name}-1.0.rpm`)])), bases };
}
