import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCache } from './cache.ts';
import { ROOT } from './shared.ts';
import { hasTool, tool } from './tools.ts';

const MAKER = join(ROOT, '..', 'shared', 'tools', 'debian-as-rpmmd');

/** Why {@link debianRepository} is impossible on this machine; null when it is possible. */
export function debianRepositoryLacks(): string | null {
  if (!existsSync(MAKER)) return '../shared';
  if (!hasTool('apt-get') || !hasTool('lz4')) return 'apt-get and lz4';
  return indexFile() === undefined ? 'the package index of apt (apt-get update)' : null;
}

/** The package index of Debian's main archive that apt keeps. */
function indexFile(): string | undefined {
  const target = ['apt-get', 'indextargets', '--format', '$(COMPONENT) $(SUITE) $(FILENAME)', 'Identifier: Packages'];
  const lines = tool(target).trim().split('\n');
  const files = lines.flatMap((line) => /^main \S+ (\S+\/\S*_debian_dists_[a-z]+_main_\S+)$/.exec(line)?.[1] ?? []);
  return files.find((file) => existsSync(file));
}

/** Makes an rpm-md repository (repomd and primary) of Debian's package index once and keeps it in the test cache. Returns its folder. */
export function debianRepository(): string {
  const index = indexFile();
  if (index === undefined) throw new Error('apt keeps no package index here');
  const { size, mtimeMs } = statSync(index);
  const identity = `${index} ${size} ${mtimeMs}\n`;
  const folder = testCache('debian-rpmmd');
  const made = join(folder, 'made-from');
  if (existsSync(made) && readFileSync(made, 'utf8') === identity) return folder;
  const unpacked = join(folder, 'Packages');
  tool(['lz4', '-dfq', index, unpacked]);
  tool(['python3', MAKER, unpacked, folder]);
  rmSync(unpacked);
  writeFileSync(made, identity);
  return folder;
}
