import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseRepository } from '../support/base-repository.ts';
import { writeManifest } from '../support/manifest.ts';
import { ROOT } from '../support/shared.ts';
import { tool } from '../support/tools.ts';
import { measure } from './measure.ts';
import { program } from './programs.ts';
import { type Row, rowOf, type Sample } from './rows.ts';

/** The package that changes between the second and the third compose. */
const UPDATED = 'less';

/**
 * `ostrata compose tree` beside `dnf --installroot`, dracut and `ostree commit` on the same packages, both into a new repository of mode
 * bare: cold, and again after one package of the repository was rebuilt.
 */
export async function run(runs: number): Promise<Row[]> {
  const base = baseRepository();
  const work = mkdtempSync(join(tmpdir(), 'ostrata-bench-'));
  try {
    const updated = join(work, 'updated');
    tool(['cp', '-al', base.directory, updated]);
    tool([process.execPath, join(ROOT, 'examples/debian-repository/make.ts'), updated, '--bump', UPDATED]);
    const samples: Record<'coldOurs' | 'coldPeer' | 'warmOurs' | 'warmPeer', Sample[]> = {
      coldOurs: [],
      coldPeer: [],
      warmOurs: [],
      warmPeer: [],
    };
    for (let i = 0; i < runs; i++) {
      const report = join(work, 'time');
      const ours = join(work, 'ours');
      const peer = join(work, 'peer');
      for (const folder of [ours, peer]) {
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder, { recursive: true });
        tool(['ostree', `--repo=${join(folder, 'repo')}`, 'init', '--mode=bare']);
      }
      const compose = (repository: string) => {
        const manifest = writeManifest(ours, repository, base.packages);
        return measure(
          [
            ...program('ostrata'),
            'compose',
            'tree',
            '-q',
            '--repo',
            join(ours, 'repo'),
            '--cachedir',
            join(ours, 'cache'),
            manifest,
          ],
          report,
        );
      };
      const byPeers = (repository: string) =>
        measure(
          [
            process.execPath,
            join(ROOT, 'test/bench/peer-compose.ts'),
            repository,
            peer,
            join(peer, 'repo'),
            ...base.packages,
          ],
          report,
        );
      samples.coldOurs.push(compose(base.directory));
      samples.coldPeer.push(byPeers(base.directory));
      samples.warmOurs.push(compose(updated));
      samples.warmPeer.push(byPeers(updated));
    }
    return [
      rowOf('compose, cold', samples.coldOurs, samples.coldPeer),
      rowOf('compose, one package changed', samples.warmOurs, samples.warmPeer),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
