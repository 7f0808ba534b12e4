import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nevraOf, type PackageTable, type Relation } from '@ostrata/core';
import { RpmMdSource } from '../../../../plugins/repo-rpm/src/source/rpm-md-source.ts';
import { type TestRun, testRun } from '../../fetch-http/support/context.ts';
import { COMPS } from './support/repository.ts';

const FIXTURES = join(import.meta.dirname, '..', 'codec', 'fixtures');

function has(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const show = ({ name, compare, evr }: Relation): string => (compare === undefined ? name : `${name} ${compare} ${evr}`);
/** rpm's own answers to `-qp`, without what createrepo_c leaves out, and without epochs of 0. */
const ask = (file: string, ...query: string[]): string[] => {
  const lines = execFileSync('rpm', ['-qp', '--nosignature', ...query, file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .replaceAll(/([=<>] )0:/g, '$1')
    .split('\n');
  return [
    ...new Set(lines.filter((line) => line !== '' && !line.startsWith('rpmlib(') && line !== '(contains no files)')),
  ].sort();
};

/** The first value of each tag, as rpm says it; nothing for what a package does not have. */
const tags = (file: string, names: readonly string[]): string[] =>
  execFileSync('rpm', ['-qp', '--nosignature', '--qf', names.map((name) => `%{${name}}`).join('\x01'), file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .split('\x01')
    .map((value) => (value === '(none)' ? '' : value));

describe('repo-rpm source: repositories of createrepo_c (needs createrepo_c and rpm)', () => {
  const tools = has('createrepo_c') && has('rpm');
  let run: TestRun;
  let root: string;

  beforeEach(function () {
    if (!tools) this.skip();
    run = testRun();
    root = join(run.directory, 'repo');
    mkdirSync(root);
    for (const name of readdirSync(FIXTURES)) {
      if (/^(basic-v4|file-attrs|hardlinks|rich-deps|scriptlets|signed-v4)\.rpm$/.test(name))
        copyFileSync(join(FIXTURES, name), join(root, name));
    }
    writeFileSync(join(run.directory, 'comps.xml'), COMPS);
  });
  afterEach(() => run?.close());

  function createrepo(...options: string[]): void {
    const groups = ['--groupfile', join(run.directory, 'comps.xml')];
    execFileSync('createrepo_c', ['--quiet', ...groups, ...options, root], { stdio: ['ignore', 'ignore', 'pipe'] });
  }
  async function open(): Promise<PackageTable> {
    const source = new RpmMdSource();
    const ref = { id: 'local', kind: 'rpm-md', priority: 99, options: { baseurl: [root] } };
    return source.open(await source.refresh(ref, { cacheOnly: false }, run.ctx), run.ctx);
  }

  it('says of every package what rpm says of its file', async () => {
    createrepo();
    const table = await open();
    assert.equal(table.count, readdirSync(root).filter((name) => name.endsWith('.rpm')).length);
    await table.loadFiles(run.ctx);
    for (let index = 0; index < table.count; index++) {
      const planned = table.planned(index, 'requested');
      const file = join(root, planned.location);
      assert.deepEqual(
        [nevraOf(planned)],
        ask(file, '--qf', '%{NAME}-%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}.%{ARCH}\n'),
      );
      for (const kind of [
        'provides',
        'conflicts',
        'obsoletes',
        'recommends',
        'suggests',
        'supplements',
        'enhances',
      ] as const) {
        assert.deepEqual(
          [...new Set(table.relations(index, kind).map(show))].sort(),
          ask(file, `--${kind}`),
          `${kind} of ${file}`,
        );
      }
      // createrepo_c leaves out requires that the package itself provides.
      const requires = new Set(ask(file, '--requires'));
      for (const relation of table.relations(index, 'requires'))
        assert.ok(requires.has(show(relation)), `${show(relation)} of ${file}`);
      assert.deepEqual([...table.files(index)].sort(), ask(file, '--list'), file);
      const details = table.details!(index);
      assert.deepEqual(
        [
          details.description,
          details.url,
          details.license,
          details.packager,
          details.sourcePackage,
          String(details.buildTime),
          table.vendor(index),
          String(planned.installedSize),
        ],
        tags(file, ['DESCRIPTION', 'URL', 'LICENSE', 'PACKAGER', 'SOURCERPM', 'BUILDTIME', 'VENDOR', 'LONGSIZE']),
        file,
      );
    }
  });

  it('has the changelogs and the advisories', async () => {
    createrepo('--changelog-limit=3');
    writeFileSync(
      join(run.directory, 'updateinfo.xml'),
      '<updates><update type="bugfix"><id>OS-1</id><pkglist><collection><package name="a" version="1" release="2" arch="noarch"/></collection></pkglist></update></updates>',
    );
    execFileSync('modifyrepo_c', [join(run.directory, 'updateinfo.xml'), join(root, 'repodata')], { stdio: 'ignore' });
    const table = await open();
    const logs = await table.changelogs!(run.ctx);
    let seen = 0;
    for (let index = 0; index < table.count; index++) {
      const file = join(root, table.planned(index, 'base').location);
      const times = tags(file, ['CHANGELOGTIME:arraysize']);
      const ours = logs(index);
      assert.equal(ours.length, Math.min(3, Number(times[0]) || 0), file);
      if (ours.length === 0) continue;
      const latest = ['CHANGELOGTIME', 'CHANGELOGNAME', 'CHANGELOGTEXT'];
      assert.deepEqual([String(ours[0]!.time), ours[0]!.author, ours[0]!.text], tags(file, latest), file);
      seen++;
    }
    assert.ok(seen > 0);
    assert.deepEqual(
      (await table.advisories!(run.ctx)).map(({ id, packages }) => [id, packages[0]?.name]),
      [['OS-1', 'a']],
    );
  });

  for (const compression of ['gz', 'xz', 'bz2']) {
    it(`reads metadata that are packed with ${compression}`, async () => {
      createrepo(`--general-compress-type=${compression}`, `--compress-type=${compression}`, '--checksum=sha512');
      const table = await open();
      await table.loadFiles(run.ctx);
      assert.equal(table.count, 6);
      assert.deepEqual(
        table.groups.map(({ id }) => id),
        ['base'],
      );
      assert.equal(table.planned(0, 'base').checksum.algorithm, 'sha512');
      assert.ok(
        Array.from({ length: table.count }, (_, index) => table.files(index).length).some((length) => length > 0),
      );
    });
  }
});
