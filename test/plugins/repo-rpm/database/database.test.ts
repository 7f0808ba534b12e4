import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Commit, OBJECT_STORES, PACKAGE_FORMAT, type PackageTable, type Tree } from '@ostrata/core';
import { FileFlag, Tag } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { INDEX_TABLES } from '../../../../plugins/repo-rpm/src/database/schema.ts';
import { missing, shell, tool } from '../../../support/tools.ts';
import { IMAGE, LocalCompose, type PlanOptions, TIMESTAMP } from '../support/compose.ts';
import { FakeSandbox } from '../support/fake-sandbox.ts';
import { type BuiltPackage, writePackage } from '../support/rpm-builder.ts';

const DATABASE = 'usr/share/rpm/rpmdb.sqlite';

describe('package database', () => {
  let compose: LocalCompose;
  beforeEach(() => {
    compose = new LocalCompose({ sandbox: new FakeSandbox().plugin });
  });
  afterEach(() => compose[Symbol.asyncDispose]());

  const write = (packages: readonly BuiltPackage[]) =>
    packages.map((pkg) => writePackage(compose.environment.cacheDir, pkg));
  const install = (packages: readonly BuiltPackage[], options?: PlanOptions): Promise<Commit> =>
    compose.run(write(packages), options);
  const inTree = async <T>(commit: string, work: (tree: Tree) => T | Promise<T>): Promise<T> => {
    const host = await compose.host();
    return host.query(async (ctx) => {
      const store = await (await ctx.get(OBJECT_STORES)).open(compose.repository);
      try {
        return await work(await store.openTree(commit));
      } finally {
        store.close();
      }
    });
  };
  const installed = async (commit: string): Promise<PackageTable> => {
    const host = await compose.host();
    return host.query(async (ctx) => (await ctx.get(PACKAGE_FORMAT, 'rpm')).installed(await treeOf(commit)));
  };
  const treeOf = (commit: string) => inTree(commit, (tree) => tree);
  const names = async (commit: string) => {
    const table = await installed(commit);
    return Array.from({ length: table.count }, (_, i) => `${table.name(i)}-${table.version(i)}`);
  };
  /** Puts a commit's database where programs can open it. */
  const extract = async (commit: string): Promise<string> => {
    const directory = join(compose.directory, 'extracted');
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    writeFileSync(join(directory, 'rpmdb.sqlite'), await inTree(commit, (tree) => tree.readFile(DATABASE)));
    return directory;
  };

  const TOOL: BuiltPackage = {
    name: 'tool',
    files: [{ path: '/usr/bin/tool', mode: 0o100755, content: 'x' }, { path: '/etc/tool.conf' }],
    tags: [
      { tag: Tag.REQUIRENAME, value: ['libc', '/bin/sh', 'rpmlib(X)'] },
      { tag: Tag.REQUIREFLAGS, value: [12, 512, 1 << 24] },
      { tag: Tag.REQUIREVERSION, value: ['2:1-1', '', '1'] },
    ],
  };

  it('is at rpm-ostree’s place, with its links, macro and copy', async () => {
    const { id } = await install([{ name: 'rpm', files: [{ path: '/usr/lib/sysimage/rpm', mode: 0o040755 }] }, TOOL]);
    await inTree(id, (tree) => {
      const link = tree.lookup('usr/lib/sysimage/rpm');
      assert.equal(link?.type === 'symlink' && link.target, '../../share/rpm');
      const macro = Buffer.from(tree.readFile('usr/lib/rpm/macros.d/macros.rpm-ostree')).toString();
      assert.equal(macro, '%_dbpath /usr/share/rpm\n');
      assert.deepEqual(tree.list('usr/share/rpm'), ['rpmdb.sqlite']);
      assert.deepEqual(tree.readFile('usr/lib/sysimage/rpm-ostree-base-db/rpmdb.sqlite'), tree.readFile(DATABASE));
    });
  });

  it('has the same bytes for the same packages', async () => {
    const first = await install([TOOL, { name: 'other' }]);
    const bytes = await inTree(first.id, (tree) => Buffer.from(tree.readFile(DATABASE)));
    const again = new LocalCompose({ sandbox: new FakeSandbox().plugin });
    await using _ = again;
    const files = [TOOL, { name: 'other' }].map((pkg) => writePackage(again.environment.cacheDir, pkg));
    // The commit names where the packages came from; the tree does not.
    const second = await again.run(files);
    const host = await again.host();
    const other = await host.query(async (ctx) => {
      const store = await (await ctx.get(OBJECT_STORES)).open(again.repository);
      const content = Buffer.from((await store.openTree(second.id)).readFile(DATABASE));
      store.close();
      return content;
    });
    assert.ok(bytes.equals(other));
  });

  it('lists packages in the commit as rpm-ostree does', async () => {
    const { meta } = await install([
      TOOL,
      { name: 'a', epoch: 2, arch: 'x86_64' },
      { ...TOOL, name: 'tool2', files: [] },
    ]);
    assert.deepEqual(meta.metadata['rpmostree.rpmdb.pkglist'], {
      type: 'a(sssss)',
      value: [
        ['a', '2', '1', '1', 'x86_64'],
        ['tool', '0', '1', '1', 'noarch'],
        ['tool2', '0', '1', '1', 'noarch'],
      ],
    });
    assert.deepEqual(meta.metadata['rpmostree.rpmmd-repos'], {
      type: 'aa{sv}',
      value: [
        [
          ['id', { type: 's', value: 'files' }],
          ['timestamp', { type: 't', value: 1234 }],
        ],
      ],
    });
  });

  it('is read back as a table for solvers', async () => {
    const table = await installed((await install([TOOL])).id);
    assert.equal(table.source, '@installed');
    assert.equal(table.count, 1);
    assert.deepEqual(table.relations(0, 'requires'), [
      { name: 'libc', compare: '>=', evr: '2:1-1' },
      { name: '/bin/sh', pre: true },
    ]);
    assert.deepEqual(table.files(0), ['/usr/bin/tool', '/etc/tool.conf']);
    const { sourcePackage, buildTime, packager } = table.details!(0);
    assert.deepEqual([sourcePackage, buildTime, packager], ['tool-1-1.src.rpm', 1_600_000_000, '']);
    const { name, epoch, version, release, arch } = table.planned(0, 'base');
    assert.deepEqual([name, epoch, version, release, arch], ['tool', 0, '1', '1', 'noarch']);
  });

  it('grows and shrinks when a base is layered over', async () => {
    const base = await install([
      TOOL,
      {
        name: 'gone',
        files: [
          { path: '/usr/share/gone/x' },
          { path: '/usr/share/shared' },
          { path: '/var/lib/gone', mode: 0o040755 },
        ],
      },
      { name: 'stays', files: [{ path: '/usr/share/shared' }] },
    ]);
    const gone = { format: 'rpm', name: 'gone', epoch: 0, version: '1', release: '1', arch: 'noarch' };
    const layered = await install([{ name: 'new', version: '3', files: [{ path: '/usr/share/new' }] }], {
      base: base.id,
      remove: [gone],
    });
    assert.deepEqual(await names(layered.id), ['tool-1', 'stays-1', 'new-3']);
    await inTree(layered.id, (tree) => {
      assert.equal(tree.lookup('usr/share/gone/x'), undefined);
      assert.equal(tree.lookup('usr/lib/rpm-ostree/tmpfiles.d/gone.conf'), undefined);
      assert.ok(tree.lookup('usr/share/shared'));
      assert.ok(tree.lookup('usr/share/new'));
      const baseCopy = Buffer.from(tree.readFile('usr/lib/sysimage/rpm-ostree-base-db/rpmdb.sqlite'));
      assert.ok(!baseCopy.equals(tree.readFile(DATABASE)));
    });
  });

  it('lets a kernel go with what was made for it', async () => {
    const kernel: BuiltPackage = { name: 'kernel', files: [{ path: '/lib/modules/6.1/vmlinuz' }] };
    const made: BuiltPackage = {
      name: 'made',
      files: [
        { path: '/usr/lib/modules/6.1/initramfs.img' },
        { path: '/boot/initramfs-6.1.img-x' },
        { path: '/boot/other' },
      ],
    };
    const base = await install([kernel, made]);
    const gone = { format: 'rpm', name: 'kernel', epoch: 0, version: '1', release: '1', arch: 'noarch' };
    const { id } = await install([], { base: base.id, remove: [gone] });
    await inTree(id, (tree) => {
      assert.equal(tree.lookup('usr/lib/modules/6.1'), undefined);
      assert.deepEqual(tree.list('usr/lib/ostree-boot'), ['other']);
    });
  });

  it('of a format that is not read yet is refused', async () => {
    const { id } = await install([{ name: 'x', files: [{ path: '/usr/share/x' }] }]);
    const tree = await treeOf(id);
    const host = await compose.host();
    await host.query(async (ctx) => {
      const store = await (await ctx.get(OBJECT_STORES)).open(compose.repository);
      const format = await ctx.get(PACKAGE_FORMAT, 'rpm');
      const other = await store.openTree(id);
      other.remove(DATABASE);
      assert.equal((await format.installed(other)).count, 0);
      other.writeFile('usr/share/rpm/Packages.db', 'ndb');
      await assert.rejects(format.installed(other), { code: 'RPM_DATABASE_UNSUPPORTED' });
      other.writeFile(DATABASE, 'no database');
      await assert.rejects(format.installed(other), { code: 'RPM_DATABASE_INVALID' });
      store.close();
    });
    assert.ok(tree);
  });

  describe('read by rpm itself (needs rpm)', () => {
    before(function () {
      if (missing('rpm').length > 0) this.skip();
    });
    const rpm = (directory: string, ...args: string[]) =>
      tool(['rpm', `--dbpath=${directory}`, ...args])
        .trim()
        .split('\n');

    it('answers queries', async () => {
      const directory = await extract((await install([TOOL, { name: 'other', epoch: 1 }])).id);
      assert.deepEqual(rpm(directory, '-qa').sort(), ['other-1-1.noarch', 'tool-1-1.noarch']);
      assert.deepEqual(rpm(directory, '-ql', 'tool'), ['/usr/bin/tool', '/etc/tool.conf']);
      assert.deepEqual(rpm(directory, '-q', '--whatprovides', 'tool'), ['tool-1-1.noarch']);
      assert.deepEqual(rpm(directory, '-q', '--whatrequires', 'libc'), ['tool-1-1.noarch']);
      assert.deepEqual(rpm(directory, '-qa', '--qf', '%{INSTALLTIME} %{INSTALLTID} %{INSTALLCOLOR}\n', 'tool'), [
        `${TIMESTAMP} ${TIMESTAMP} 3`,
      ]);
      assert.deepEqual(rpm(directory, '-q', '--whatprovides', '/etc/tool.conf'), ['tool-1-1.noarch']);
    });

    it('calls what was left out not installed', async () => {
      const files = [{ path: '/usr/share/doc/README', flags: FileFlag.DOC }, { path: '/usr/share/kept' }];
      const image = { ...IMAGE, documentation: false };
      const directory = await extract((await install([{ name: 'p', files }], { image })).id);
      const states = rpm(directory, '-q', '--qf', '[%{FILESTATES:fstate} %{FILENAMES}\n]', 'p');
      assert.deepEqual(states, ['not installed /usr/share/doc/README', 'normal /usr/share/kept']);
    });
  });

  describe('beside the database that rpm writes (needs rpm, rpmbuild, root)', () => {
    before(function () {
      if (missing('rpm', 'rpmbuild', 'root').length > 0) this.skip();
    });

    const SPEC = `
Name: NAME
Version: 1.5
Release: 2
Epoch: 3
Summary: made by a test
License: none
BuildArch: noarch
AutoReqProv: no
Provides: virtual(thing) = 4
Requires: base >= 1, (left if (right or other)), (a with b)
Requires(pre): early
Requires(post): late
Requires(postun): last
Recommends: (r and s >= 2)
Suggests: t
Supplements: (u unless v else w)
Enhances: x
Conflicts: (c and d)
Obsoletes: old < 1
%description
A test.
%install
mkdir -p %{buildroot}/usr/share/NAME %{buildroot}/etc
echo content > %{buildroot}/usr/share/NAME/file
echo conf > %{buildroot}/etc/NAME.conf
ln %{buildroot}/usr/share/NAME/file %{buildroot}/usr/share/NAME/again
ln -s file %{buildroot}/usr/share/NAME/link
%files
/usr/share/NAME
%config(noreplace) /etc/NAME.conf
%ghost /usr/share/ghost
%posttrans -p <lua>
-- rpm-ostree-skip
%triggerin -- nothing, nothing2
true
%filetriggerin -- /usr/share/one, /usr/share/two
true
%transfiletriggerin -P 5 -- /usr/share/three
cat
%transfiletriggerin -- /usr/share/four
cat
`;

    const build = (name: string): string => {
      const spec = join(compose.environment.cacheDir, `${name}.spec`);
      writeFileSync(spec, SPEC.replaceAll('NAME', name));
      const directory = join(compose.environment.cacheDir, 'built');
      tool(['rpmbuild', '-bb', '--quiet', `--define=_topdir ${directory}`, `--define=_rpmdir ${directory}`, spec]);
      return shell('find "$1" -name "$2-*.rpm"', {}, [directory, name]).trim();
    };

    it('has the same headers and the same keys in every index', async () => {
      const files = [build('first'), build('second')];
      const ours = join(await extract((await compose.run(files)).id), 'rpmdb.sqlite');
      const root = join(compose.directory, 'peer');
      mkdirSync(root);
      const options = ['--nodeps', '--justdb', '--noscripts', '--notriggers', '--nosignature', '--force-debian'];
      const debian = shell('rpm --help').includes('--force-debian') ? options : options.slice(0, -1);
      tool(['rpm', '--root', root, '--dbpath', '/db', '--define', '_transaction_color 3', ...debian, '-i', ...files]);
      const theirs = join(root, 'db/rpmdb.sqlite');
      for (const { name } of INDEX_TABLES.filter(({ name: table }) => table !== 'Installtid')) {
        assert.deepEqual(rowsOf(ours, name), rowsOf(theirs, name), name);
      }
      assert.deepEqual(headersOf(ours), headersOf(theirs));
      assert.deepEqual(schemaOf(ours), schemaOf(theirs));
    });
  });
});

function query(file: string, sql: string): readonly Record<string, unknown>[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare(sql).all() as Record<string, unknown>[];
  } finally {
    database.close();
  }
}

/** Rows with the package's checksum in place of its number, which depends on the order of installation. */
function rowsOf(file: string, table: string): string[] {
  const sql = `SELECT t.key, t.idx, lower(hex(s.key)) AS package FROM '${table}' t JOIN Sigmd5 s ON s.hnum = t.hnum`;
  return query(file, sql)
    .map(
      ({ key, idx, package: pkg }) =>
        `${key instanceof Uint8Array ? Buffer.from(key).toString('hex') : key} ${idx} ${pkg}`,
    )
    .sort();
}

/** Headers without the time of installation. */
function headersOf(file: string): string[] {
  return query(file, 'SELECT blob FROM Packages')
    .map(({ blob }) => {
      const bytes = Buffer.from(blob as Uint8Array);
      const count = bytes.readUInt32BE(0);
      for (let i = 0; i < count; i++) {
        const at = 8 + i * 16;
        const times: readonly number[] = [Tag.INSTALLTIME, Tag.INSTALLTID];
        if (times.includes(bytes.readUInt32BE(at))) bytes.writeUInt32BE(0, 8 + count * 16 + bytes.readUInt32BE(at + 8));
      }
      return bytes.toString('hex');
    })
    .sort();
}

function schemaOf(file: string): string[] {
  return query(file, "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'")
    .map(({ name, sql }) => `${name}: ${sql}`)
    .sort();
}
