import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeManifest } from '../support/manifest.ts';
import { ROOT } from '../support/shared.ts';
import { TINY_REPOSITORY_NEEDS, tinyRepository } from '../support/tiny-repository.ts';
import { missing, tool } from '../support/tools.ts';

const PUBLISHED = join(ROOT, 'build/node_modules/@ostrata');

describe('the packages as they are published (needs rpmbuild, createrepo_c)', () => {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-published-'));

  before(function () {
    const lacking = missing(...TINY_REPOSITORY_NEEDS);
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    tool([process.execPath, join(ROOT, 'scripts/build.ts')]);
  });
  after(() => {
    rmSync(work, { recursive: true, force: true });
    rmSync(join(ROOT, 'build'), { recursive: true, force: true });
  });

  it('compose an image without any TypeScript source', () => {
    assert.equal(tool(['find', PUBLISHED, '-name', '*.ts', '-not', '-name', '*.d.ts']), '');
    // Larger than what is imported without worker threads.
    const big = 'x'.repeat(3_000_000);
    tinyRepository(join(work, 'packages'), [{ name: 'app', files: { '/usr/share/app/data': big } }]);
    const manifest = writeManifest(work, join(work, 'packages'), ['app']);
    const command = [join(PUBLISHED, 'cli/bin/ostrata.js'), 'compose', 'tree', '--json', '--repo', join(work, 'repo')];
    const result = spawnSync(process.execPath, [...command, '--cachedir', join(work, 'cache'), manifest], {
      encoding: 'utf8',
    });
    assert.equal(result.status, 0, result.stderr + result.stdout);
    assert.match(JSON.parse(result.stdout).commit, /^[0-9a-f]{64}$/);
  });
});
