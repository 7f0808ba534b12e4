import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASE_REPOSITORY_NEEDS, baseRepository } from './base-repository.ts';
import { testCache } from './cache.ts';
import { ostrata } from './cli.ts';
import { writeManifest } from './manifest.ts';
import { TINY_REPOSITORY_NEEDS, type TinyPackage, tinyRepository } from './tiny-repository.ts';
import { tool } from './tools.ts';

/** Programs that {@link layeredBase} and systems made of it need. */
export const LAYERED_NEEDS = [
  ...new Set([...BASE_REPOSITORY_NEEDS, ...TINY_REPOSITORY_NEEDS, 'ostree', 'bwrap', 'rpm']),
];

/** Small packages of the images, by version, for overrides and for requests that an image comes to fulfil. */
const IMAGES: readonly { readonly version: string; readonly packages: readonly TinyPackage[] }[] = [
  {
    version: '1',
    packages: [
      {
        name: 'notes',
        files: { '/usr/bin/notes': 'notes 1\n', '/etc/notes.conf': 'lines=1\n', '/usr/share/notes/one': '1' },
      },
      { name: 'spell', preamble: ['Requires: notes'], files: { '/usr/bin/spell': 'spell 1\n' } },
      { name: 'toy', files: { '/usr/bin/toy': 'toy 1\n', '/usr/share/toy/data': 'data\n' } },
    ],
  },
  {
    version: '2',
    packages: [
      { name: 'notes', version: '1.5', files: { '/usr/bin/notes': 'notes 1.5\n', '/etc/notes.conf': 'lines=2\n' } },
      { name: 'spell', preamble: ['Requires: notes'], files: { '/usr/bin/spell': 'spell 1\n' } },
      { name: 'single', files: { '/usr/bin/single': 'single\n', '/usr/share/single/data': 'data\n' } },
    ],
  },
];

/** The branch that the images are on; each version is a commit of its own. */
export const BRANCH = 'test/stable';

export interface LayeredBase {
  /** Bare repository with the branches `BRANCH-VERSION`. */
  readonly repo: string;
  readonly versions: readonly string[];
}

/** Images of a distribution that boots, of 13,000 paths, made once (a minute) and kept in the test cache. */
export function layeredBase(): LayeredBase {
  const { directory, packages } = baseRepository();
  const key = createHash('sha256')
    .update(JSON.stringify([IMAGES, packages, 1]))
    .digest('hex')
    .slice(0, 16);
  const place = testCache('layered');
  const made = join(place, key);
  if (!existsSync(made)) {
    const work = join(place, `${key}.${process.pid}`);
    mkdirSync(work);
    try {
      const repo = join(work, 'repo');
      tool(['ostree', `--repo=${repo}`, 'init', '--mode=bare']);
      for (const image of IMAGES) {
        compose(work, directory, packages, image);
        // Commits know the branch that they are for.
        tool(['ostree', `--repo=${repo}`, 'pull-local', join(work, 'composed'), BRANCH]);
        const commit = tool(['ostree', `--repo=${repo}`, 'rev-parse', BRANCH]).trim();
        tool(['ostree', `--repo=${repo}`, 'refs', `--create=${BRANCH}-${image.version}`, commit]);
        tool(['ostree', `--repo=${repo}`, 'refs', '--delete', BRANCH]);
      }
      for (const name of ['composed', 'cache', 'compose']) rmSync(join(work, name), { recursive: true });
      if (!existsSync(made)) renameSync(work, made);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return { repo: join(made, 'repo'), versions: IMAGES.map(({ version }) => version) };
}

/** The first image with further packages in it, as a compose makes it: branch `BRANCH` of a repository, whose place is returned. */
export function composeWith(work: string, further: readonly TinyPackage[]): string {
  const { directory, packages } = baseRepository();
  const [{ version, packages: small }] = IMAGES as [(typeof IMAGES)[number]];
  compose(work, directory, packages, { version, packages: [...small, ...further] });
  return join(work, 'composed');
}

function compose(
  work: string,
  directory: string,
  packages: readonly string[],
  { version, packages: small }: (typeof IMAGES)[number],
): void {
  const folder = join(work, 'compose');
  mkdirSync(folder, { recursive: true });
  const own = join(work, `small-${version}`);
  tinyRepository(own, small);
  writeFileSync(join(folder, 'small.repo'), `[small]\nname=small\nbaseurl=file://${own}\ngpgcheck=0\n`);
  const names = [...packages, ...small.map(({ name }) => name)];
  const manifest = writeManifest(folder, directory, names, {
    ref: BRANCH,
    repos: ['base', 'small'],
    'mutate-os-release': version,
    'automatic-version-prefix': version,
  });
  const places = ['--repo', join(work, 'composed'), '--cachedir', join(work, 'cache')];
  const result = ostrata(['compose', 'tree', '-q', '--no-parent', ...places, manifest], {
    env: { SOURCE_DATE_EPOCH: String(1_700_000_000 + Number(version) * 1000) },
  });
  if (result.code !== 0) throw new Error(`the base of layers cannot be composed: ${result.stderr}`);
}
