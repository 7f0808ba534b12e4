import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCache } from './cache.ts';
import { ROOT } from './shared.ts';
import { tool } from './tools.ts';

/** Programs that {@link smallRepository} needs. */
export const SMALL_REPOSITORY_NEEDS = ['apt-get', 'dpkg-deb', 'rpmbuild', 'createrepo_c'];

/** An RPM repository of about 90 real packages without a kernel, made once (half a minute) and kept in the test cache. */
export function smallRepository(): { readonly directory: string; readonly packages: readonly string[] } {
  const directory = testCache('small');
  if (!existsSync(join(directory, 'packages.list'))) {
    tool([process.execPath, join(ROOT, 'examples/debian-repository/make.ts'), directory, '--set', 'small']);
  }
  return { directory, packages: readFileSync(join(directory, 'packages.list'), 'utf8').split('\n').filter(Boolean) };
}
