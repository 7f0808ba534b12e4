import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliResult, ostrata } from '../support/cli.ts';
import { writeManifest } from '../support/manifest.ts';
import { dnfSelection, PEER_NEEDS } from '../support/peer-compose.ts';
import { SMALL_REPOSITORY_NEEDS, smallRepository } from '../support/small-repository.ts';
import { missing, tool } from '../support/tools.ts';

const NEEDS = [...SMALL_REPOSITORY_NEEDS, 'ostree', 'bwrap', 'rpm'];

describe('compose tree on real packages (needs apt, rpmbuild, createrepo_c, ostree, bwrap)', () => {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-compose-'));
  const repo = join(work, 'repo');
  const cache = join(work, 'cache');
  let small: ReturnType<typeof smallRepository>;
  let manifest: string;
  let first: { commit: string; digest: string; packages: { name: string; evr: string; arch: string }[] };

  const compose = (args: readonly string[] = [], file = manifest): CliResult =>
    ostrata(['compose', 'tree', '--repo', repo, '--cachedir', cache, ...args, file], {
      env: { SOURCE_DATE_EPOCH: '1700000000' },
    });
  const json = (result: CliResult) => {
    assert.equal(result.code, 0, result.stderr + result.stdout);
    return JSON.parse(result.stdout);
  };
  const ostree = (...args: string[]) => tool(['ostree', `--repo=${repo}`, ...args]);

  before(function () {
    const lacking = missing(...NEEDS);
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    small = smallRepository();
    mkdirSync(work, { recursive: true });
    manifest = writeManifest(work, small.directory, small.packages);
    first = json(compose(['--json']));
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  it('makes a commit that the real ostree checks, lists and checks out', function () {
    this.timeout(60_000);
    ostree('fsck', '--quiet');
    assert.equal(ostree('rev-parse', 'test/base').trim(), first.commit);
    assert.match(ostree('ls', 'test/base', '/usr/bin/bash'), /^-00755 0 0/);
    assert.match(ostree('ls', 'test/base', '/bin'), /-> usr\/bin/);
    assert.equal(
      ostree('ls', '--nul-filenames-only', 'test/base', '/var').split('\0').filter(Boolean).length,
      1,
      '/var is empty',
    );
    const out = join(work, 'checkout');
    ostree('checkout', '-U', 'test/base', out);
    assert.ok(existsSync(join(out, 'usr/etc/passwd')));
    const listed = tool(['rpm', '--dbpath', join(out, 'usr/share/rpm'), '-qa', '--qf', '%{NAME}\\n'])
      .split('\n')
      .filter(Boolean);
    assert.deepEqual(listed.sort(), first.packages.map(({ name }) => name).sort());
    const owner = tool(['rpm', '--dbpath', join(out, 'usr/share/rpm'), '-qf', '/usr/bin/gawk', '--qf', '%{NAME}']);
    assert.equal(owner, 'gawk');
  });

  it('chooses the packages that dnf chooses (needs dnf, root)', function () {
    if (missing(...PEER_NEEDS).length > 0) this.skip();
    const ours = first.packages.map(({ name, evr, arch }) => `${name}-${evr}.${arch}`).sort();
    assert.deepEqual(ours, dnfSelection(small.directory, small.packages, join(work, 'dnf')));
  });

  it('says unchanged and makes no commit when nothing changed', () => {
    const stamp = join(work, 'stamp');
    writeFileSync(stamp, '');
    utimesSync(stamp, 1, 1);
    const second = json(compose(['--json', '--touch-if-changed', stamp]));
    assert.deepEqual([second.status, second.commit], ['unchanged', null]);
    assert.equal(ostree('rev-parse', 'test/base').trim(), first.commit);
    assert.equal(statSync(stamp).mtimeMs, 1000);
    assert.match(compose().stdout, /^Unchanged: /);
  });

  it('makes the same commit of the same Plan, from other caches into another repository', () => {
    const plan = join(work, 'plan.json');
    json(compose(['--json', '--dry-run', '--force-nocache', '--no-parent', '--write-plan-to', plan]));
    const other = join(work, 'other');
    const elsewhere = ['--repo', join(other, 'repo'), '--cachedir', join(other, 'cache')];
    const applied = json(ostrata(['apply', '--json', ...elsewhere, plan]));
    assert.equal(applied.commit, first.commit);
    assert.deepEqual(readdirSync(other).sort(), ['cache', 'repo']);
    assert.ok(existsSync(join(other, 'cache', 'work-repo')));
  });

  it('writes what it was asked for: commit id, compose JSON, lockfile, metadata, stamp', () => {
    const at = (name: string) => join(work, name);
    const flags = [
      '--write-commitid-to',
      at('id'),
      '--write-composejson-to',
      at('compose.json'),
      '--ex-write-lockfile-to',
      at('lock.json'),
    ];
    const made = json(
      compose([
        '--json',
        '--force-nocache',
        '--add-metadata-string',
        'my.key=my value',
        '--touch-if-changed',
        at('changed'),
        ...flags,
      ]),
    );
    assert.equal(readFileSync(at('id'), 'utf8'), made.commit);
    assert.equal(ostree('rev-parse', 'test/base').trim(), first.commit, 'the ref stays with --write-commitid-to');
    assert.equal(JSON.parse(readFileSync(at('compose.json'), 'utf8'))['ostree-commit'], made.commit);
    assert.match(ostree('show', '--print-metadata-key=my.key', made.commit), /my value/);
    assert.ok(existsSync(at('changed')));
    const lock = JSON.parse(readFileSync(at('lock.json'), 'utf8'));
    assert.deepEqual(Object.keys(lock.packages).sort(), first.packages.map(({ name }) => name).sort());
    assert.equal(
      json(compose(['--json', '--dry-run', '--lockfile', at('lock.json'), '--lockfile-strict'])).packages.length,
      first.packages.length,
    );
  });

  it('takes version, input hash and metadata of elsewhere', () => {
    const folder = join(work, 'versioned');
    mkdirSync(folder);
    const versioned = writeManifest(folder, small.directory, small.packages, { 'automatic-version-prefix': '7' });
    const [file, plan] = [join(folder, 'metadata.json'), join(folder, 'plan.json')];
    writeFileSync(file, '{"my.list": ["a"], "my.key": "of the file"}');
    const flags = ['--json', '--dry-run', '--no-parent', '--previous-version', '7.4', '--disable-selinux'];
    const metadata = ['--add-metadata-from-json', file, '--add-metadata-string', 'my.key=mine'];
    const { version, digest } = json(compose([...flags, ...metadata, '--write-plan-to', plan], versioned));
    assert.equal(version, '7.5');
    const written = JSON.parse(readFileSync(plan, 'utf8'));
    assert.deepEqual(written.commit.metadata, {
      'my.key': { type: 's', value: 'mine' },
      'my.list': { type: 'av', value: [{ type: 's', value: 'a' }] },
    });
    assert.equal(written.inputs.image.selinux, false);
    assert.equal(json(compose([...flags, '--previous-inputhash', digest], versioned)).status, 'unchanged');
    writeFileSync(file, '[]');
    assert.match(compose([...flags, '--add-metadata-from-json', file], versioned).stdout, /no JSON object/);
  });

  it('stops where it was told: print-only, dry-run, download-only', () => {
    assert.equal(json(compose(['--print-only'])).ref, 'test/base');
    const dry = compose(['--dry-run', '--force-nocache']);
    assert.match(dry.stdout, /bash +5\.\S+ +x86_64 +base/);
    const fresh = join(work, 'fresh');
    const rpms = ostrata([
      'compose',
      'tree',
      '--repo',
      repo,
      '--cachedir',
      fresh,
      '--force-nocache',
      '--download-only-rpms',
      manifest,
    ]);
    assert.equal(rpms.code, 0, rpms.stderr);
    assert.match(rpms.stdout, /packages are downloaded/);
  });

  it('imports one package again when one package changed', () => {
    const updated = join(work, 'updated');
    tool(['cp', '-al', small.directory, updated]);
    tool([
      process.execPath,
      join(import.meta.dirname, '../../examples/debian-repository/make.ts'),
      updated,
      '--bump',
      'less',
    ]);
    const folder = join(work, 'second');
    mkdirSync(folder);
    const changed = compose(['--progress-fd', '2', '-q'], writeManifest(folder, updated, small.packages));
    assert.equal(changed.code, 0, changed.stderr);
    const imports = changed.stderr.split('\n').filter((line) => /"task-begin"/.test(line) && /[Ii]mport/.test(line));
    assert.match(imports.join('\n'), /"total":1\b|1 package/);
    assert.match(ostree('ls', 'test/base', '/usr/share/less/updated'), /updated/);
    ostree('fsck', '--quiet');
  });
});
