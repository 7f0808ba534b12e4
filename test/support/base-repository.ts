import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCache } from './cache.ts';
import { ROOT } from './shared.ts';
import { missing, tool } from './tools.ts';

/** An RPM repository of a distribution that boots. */
export interface BaseRepository {
  readonly directory: string;
  /** What a root has to name so that it boots. */
  readonly packages: readonly string[];
}

/** Programs that {@link baseRepository} needs. */
export const BASE_REPOSITORY_NEEDS = ['apt-get', 'dpkg-deb', 'rpmbuild', 'createrepo_c', 'root'];

/** Makes the repository once (about two minutes) and keeps it in the test cache. */
export function baseRepository(): BaseRepository {
  const lacking = missing(...BASE_REPOSITORY_NEEDS);
  if (lacking.length > 0) throw new Error(`the base repository needs ${lacking.join(', ')}`);
  const maker = join(ROOT, '..', 'shared', 'tools', 'debian-as-rpm');
  const [directory, list] = existsSync(maker)
    ? [testCache('base'), 'base.list']
    : [testCache('bootable'), 'packages.list'];
  const complete = join(directory, 'repodata', 'repomd.xml');
  if (!existsSync(complete) || !existsSync(join(directory, list))) {
    const example = [
      process.execPath,
      join(ROOT, 'examples/debian-repository/make.ts'),
      directory,
      '--set',
      'bootable',
    ];
    tool(existsSync(maker) ? ['python3', maker, directory, '--set', 'base'] : example);
  }
  return { directory, packages: readFileSync(join(directory, list), 'utf8').split('\n').filter(Boolean) };
}
