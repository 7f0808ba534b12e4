import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BRANCH, composeWith, LAYERED_NEEDS } from '../support/layered-base.ts';
import { LayeredSystem } from '../support/layered-system.ts';
import { missing, tool } from '../support/tools.ts';

const PACKAGES = [
  { name: 'app', preamble: ['Requires: library'], files: { '/usr/bin/app': 'app\n', '/etc/app.conf': 'app=1\n' } },
  { name: 'library', files: { '/usr/lib/library/core': 'core\n', '/opt/library/data': 'data\n' } },
  {
    name: 'keeper',
    files: { '/usr/lib/keeper/secret': 'secret\n' },
    sections:
      '%pre\ngroupadd -r -g 850 keeper\nuseradd -r -u 850 -g keeper -d / -s /sbin/nologin keeper\n%post\necho made > /usr/lib/keeper/made',
    attributes: ['%attr(0640,root,keeper) /usr/lib/keeper/secret'],
  },
];

/** Numbers of accounts that packages do not name depend on the order of packages, so theirs are named. What differs besides: lists of accounts are in the order in which they were made, databases in that of packages, and a compose keeps its treefile. */
const DIFFERENT =
  /^\/usr\/(etc\/(passwd|group|shadow|gshadow)|lib\/sysimage\/rpm-ostree-base-db\/rpmdb\.sqlite|share\/rpm\/rpmdb\.sqlite|share\/rpm-ostree\/treefile\.json)$/;

describe('layers: beside a compose with the same packages (needs root, apt, rpmbuild, createrepo_c, ostree, bwrap)', function () {
  this.timeout(600_000);
  let system: LayeredSystem;
  let layered: string;
  let composed: string;
  const ostree = (...argv: string[]) => tool(['ostree', `--repo=${composed}`, ...argv]);
  before(function () {
    const lacking = missing(...LAYERED_NEEDS);
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    system = new LayeredSystem(PACKAGES);
    layered = system.ok('install', 'app', 'keeper').checksum;
    const work = join(system.directory, 'compose');
    mkdirSync(work);
    composed = composeWith(work, PACKAGES);
    ostree('pull-local', system.repo, layered);
  });
  after(() => system?.[Symbol.dispose]());

  it('the trees have the same paths with the same contents', () => {
    const changed = ostree('diff', BRANCH, layered).trim().split('\n');
    assert.deepEqual(
      changed.filter((line) => !(line.startsWith('M ') && DIFFERENT.test(line.slice(5)))),
      [],
    );
  });

  it('and the same modes and owners', () => {
    const list = (commit: string) =>
      ostree('ls', '-R', commit)
        .split('\n')
        .map((line) => line.replace(/^(\S+ \S+ \S+) +\d+ (.*)$/, '$1 $2'));
    assert.deepEqual(list(layered), list(BRANCH));
  });

  it('rpm says the same of their packages', () => {
    const query = (commit: string) => {
      const directory = join(system.directory, `database-${commit.slice(-6).replace('/', '-')}`);
      ostree('checkout', '-U', '--subpath=/usr/share/rpm', commit, directory);
      tool(['rpm', '--dbpath', directory, '--verifydb']);
      const format = '%{NEVRA} %{INSTALLCOLOR} [%{FILENAMES} %{FILESTATES} %{FILEUSERNAME} %{FILEDIGESTS},]\\n';
      return tool(['rpm', '--dbpath', directory, '-qa', '--qf', format]).split('\n').sort();
    };
    const found = query(layered);
    assert.ok(found.length > 180);
    const expected = query(BRANCH);
    assert.deepEqual(
      found.filter((line, index) => line !== expected[index]),
      [],
    );
  });
});
