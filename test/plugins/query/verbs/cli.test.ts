import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ostrata } from '../../../support/cli.ts';
import { type TestRepository, writeRepository } from '../../repo-rpm/source/support/repository.ts';

describe('query verbs on the command line', function () {
  this.timeout(30_000);
  let folder: string;
  let repository: TestRepository;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ostrata-query-'));
    repository = writeRepository(join(folder, 'repo'), [
      { name: 'a', requires: ['b'], files: ['/usr/share/a/data'] },
      { name: 'b', version: '2' },
    ]);
    mkdirSync(join(folder, 'repos.d'));
    writeFileSync(
      join(folder, 'repos.d', 'x.repo'),
      `[on]\nname=Release $releasever\nbaseurl=file://${repository.directory}\n[off]\nname=Off\nenabled=0\nbaseurl=https://example.org/$missing\n`,
    );
    writeFileSync(
      join(folder, 'ostrata.yaml'),
      JSON.stringify({
        cache: join(folder, 'cache'),
        state: join(folder, 'state'),
        plugins: { query: { config: { reposdir: [join(folder, 'repos.d')], releasever: '9' } } },
      }),
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...args: string[]) => ostrata([...args, '--config', join(folder, 'ostrata.yaml')]);

  it('take repositories from configured .repo files', () => {
    assert.equal(run('repoquery', '-q', '--requires', 'a').stdout, 'b\n');
    assert.equal(run('repoquery', '-q', '/usr/share/a/data').stdout, 'a-0:1-1.noarch\n');
    const { data, stdout } = ((result) => ({ data: JSON.parse(result.stdout), ...result }))(
      run('repo', 'list', '--all', '--json'),
    );
    assert.deepEqual(
      data.map(({ id, name, enabled }: { id: string; name: string; enabled: boolean }) => [id, name, enabled]),
      [
        ['off', 'Off', false],
        ['on', 'Release 9', true],
      ],
    );
    assert.match(stdout, /which has no value/);
  });

  it('answer from the cache with --cacheonly', () => {
    assert.match(run('refresh-md').stdout, /^on: 2 packages/);
    rmSync(repository.directory, { recursive: true });
    assert.equal(run('repoquery', '-q', '-C', '--nvr').stdout, 'a-1-1\nb-2-1\n');
  });

  it('end with an error where something is wrong, and only there', () => {
    assert.deepEqual(((result) => [result.code, result.stdout])(run('repoquery', '-q', 'nothing')), [0, '']);
    const unknown = run('repoquery', '--repo', 'onn');
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /There is no repository "onn"/);
    assert.equal(run('repoquery', '--frobnicate').code, 2);
    const off = run('repoquery', '--repo', 'off');
    assert.equal(off.code, 1);
    assert.match(off.stderr, /x\.repo:7: baseurl of off has the variable \$missing/);
  });

  it('name the file where metadata are broken', () => {
    const path = join(repository.directory, repository.paths.primary);
    writeFileSync(path, readFileSync(path).subarray(0, 40));
    const result = run('repoquery', '-q', 'a');
    assert.equal(result.code, 1);
    assert.equal(result.stdout, '');
    assert.match(result.stderr, /primary\.xml/);
    writeFileSync(join(folder, 'repos.d', 'y.repo'), 'nonsense\n');
    const broken = run('repo', 'list');
    assert.equal(broken.code, 1);
    assert.match(broken.stderr, /y\.repo:1/);
  });

  it('have help and completion', () => {
    const help = run('repoquery', '--help');
    assert.match(help.stdout, /--whatprovides/);
    assert.match(help.stdout, /EXAMPLES/);
    assert.match(run('completion', 'bash').stdout, /repoquery/);
  });
});
