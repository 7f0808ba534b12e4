import assert from 'node:assert/strict';
import type { HostError, ImageSpec, Tree } from '@ostrata/core';
import { FileFlag, Tag } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { IMAGE, plannedPackage } from '../support/compose.ts';
import { ImportFixture } from '../support/import-fixture.ts';
import { type BuiltFile, DIRECTORY } from '../support/rpm-builder.ts';

const text = (tree: Tree, path: string) => Buffer.from(tree.readFile(path)).toString();
const layout = (changes: Partial<ImageSpec['layout']>): ImageSpec => ({
  ...IMAGE,
  layout: { ...IMAGE.layout, ...changes },
});

describe('import of packages', () => {
  let fixture: ImportFixture;
  before(async () => {
    fixture = await ImportFixture.open();
  });
  after(() => fixture[Symbol.asyncDispose]());

  const files = (list: readonly BuiltFile[], image?: ImageSpec) => fixture.tree({ name: 'p', files: list }, image);
  const refuses = (list: readonly BuiltFile[], code: string, image?: ImageSpec) =>
    assert.rejects(fixture.import({ name: 'p', files: list }, image), (error: Error & { code?: string }) => {
      assert.equal(error.code, code);
      assert.match(error.message, /p-1-1\.noarch\.rpm: /);
      return true;
    });

  describe('where files go', () => {
    it('keeps owners as root, modes and targets', async () => {
      const tree = await files([
        { path: '/usr/bin/run', mode: 0o100755, content: 'program' },
        { path: '/usr/bin/link', link: 'run' },
        { path: '/usr/share/x', mode: 0o040711 },
      ]);
      assert.equal(text(tree, 'usr/bin/run'), 'program');
      const run = tree.lookup('usr/bin/run');
      assert.deepEqual([run?.mode, run?.uid, run?.gid], [0o100755, 0, 0]);
      const link = tree.lookup('usr/bin/link');
      assert.equal(link?.type === 'symlink' && link.target, 'run');
      assert.equal(tree.lookup('usr/share/x')?.mode, 0o040711);
      assert.equal(tree.lookup('usr/bin')?.mode, 0o040755);
    });

    it('moves /etc, /boot, /opt and what a merged /usr moves', async () => {
      const tree = await files([
        { path: '/etc/conf', content: 'c' },
        { path: '/boot/vmlinuz', content: 'k' },
        { path: '/opt/tool/bin/t', content: 't' },
        { path: '/bin/sh', content: 's' },
        { path: '/lib64', link: 'usr/lib64' },
      ]);
      assert.equal(text(tree, 'usr/etc/conf'), 'c');
      assert.equal(text(tree, 'usr/lib/ostree-boot/vmlinuz'), 'k');
      assert.equal(text(tree, 'usr/lib/opt/tool/bin/t'), 't');
      assert.equal(text(tree, 'usr/bin/sh'), 's');
      assert.equal(tree.lookup('lib64')?.type, 'symlink');
      assert.equal(text(tree, 'usr/lib/rpm-ostree/tmpfiles.d/p.conf'), 'L /opt/tool - - - - ../../usr/lib/opt/tool\n');
    });

    it('makes lines for systemd-tmpfiles of /var and /run', async () => {
      const tree = await files([
        { path: '/var/lib/p', mode: 0o040750, user: 'daemon', group: 'mail' },
        { path: '/var/lib/p/current', link: '../x y' },
        { path: '/var/lib/p/file', content: 'is not brought by a line' },
        { path: '/var/run/p', mode: DIRECTORY },
        { path: '/var/lib/my dir%', mode: DIRECTORY },
        { path: '/var/lib/rpm/x', mode: DIRECTORY },
        { path: '/run/p2', mode: DIRECTORY, flags: FileFlag.GHOST },
      ]);
      assert.equal(
        text(tree, 'usr/lib/rpm-ostree/tmpfiles.d/p.conf'),
        [
          'd /var/lib/p 0750 daemon mail - -',
          'L /var/lib/p/current - - - - ../x y',
          'd /run/p 0755 root root - -',
          "d '/var/lib/my dir%%' 0755 root root - -",
          '',
        ].join('\n'),
      );
      assert.equal(tree.lookup('var'), undefined);
    });

    it('leaves out what a commit has no place for', async () => {
      const tree = await files([
        { path: '/home', mode: DIRECTORY },
        { path: '/srv/www/x', content: 'x' },
        { path: '/usr/etc/selinux/targeted/semanage.LOCK', content: '' },
        { path: '/usr/x', content: 'y' },
      ]);
      assert.deepEqual(
        [...tree.walk()].map(([path]) => path),
        ['usr', 'usr/x'],
      );
    });

    it('makes directories writable for their owner', async () => {
      assert.equal((await files([{ path: '/usr/d', mode: 0o040555 }])).lookup('usr/d')?.mode, 0o040755);
    });

    it('lets a link that leads to its own place in a merged /usr go', async () => {
      const tree = await files([
        { path: '/bin/sh', link: '/usr/bin/sh' },
        { path: '/usr/bin/sh', content: 'the shell' },
      ]);
      assert.equal(text(tree, 'usr/bin/sh'), 'the shell');
    });

    it('unpacks files with several names once', async () => {
      const tree = await files([
        { path: '/usr/a', content: 'same', inode: 7 },
        { path: '/usr/doc', content: 'same', inode: 7, flags: FileFlag.DOC },
        { path: '/usr/b', content: 'same', inode: 7 },
      ]);
      const [a, b] = [tree.lookup('usr/a'), tree.lookup('usr/b')];
      assert.ok(a?.type === 'file' && b?.type === 'file');
      assert.equal(a.id, b.id);
      assert.equal(text(tree, 'usr/a'), 'same');
    });

    it('makes no path of ghosts', async () => {
      const tree = await files([{ path: '/usr/g', content: '', flags: FileFlag.GHOST }, { path: '/usr/x' }]);
      assert.equal(tree.lookup('usr/g'), undefined);
    });

    it('writes file capabilities, and keeps set-id bits of others for their owner', async () => {
      const tree = await files([
        { path: '/usr/ping', mode: 0o100755, content: 'p', caps: 'cap_net_raw=ep' },
        { path: '/usr/su', mode: 0o104755, content: 's' },
        { path: '/usr/other', mode: 0o106755, content: 'o', user: 'daemon', group: 'root' },
      ]);
      const [name, value] = tree.lookup('usr/ping')?.xattrs[0] ?? [];
      assert.equal(name, 'security.capability');
      assert.equal(Buffer.from(value ?? []).toString('hex'), '0100000200200000000000000000000000000000');
      assert.equal(tree.lookup('usr/su')?.mode, 0o104755);
      assert.equal(tree.lookup('usr/other')?.mode, 0o102755);
    });
  });

  describe('options of the image', () => {
    const documented: BuiltFile[] = [
      { path: '/usr/share/doc/p/README', content: 'r', flags: FileFlag.DOC },
      { path: '/usr/share/licenses/p', content: 'l', flags: FileFlag.DOC | FileFlag.LICENSE },
      { path: '/usr/share/locale/de.mo', content: 'd', language: 'de' },
      { path: '/usr/share/locale/fr.mo', content: 'f', language: 'fr|fr_CA' },
      { path: '/usr/bin/p', mode: 0o100775, content: 'x' },
    ];

    it('leaves documentation out, licences not', async () => {
      const tree = await files(documented, { ...IMAGE, documentation: false });
      assert.equal(tree.lookup('usr/share/doc/p/README'), undefined);
      assert.ok(tree.lookup('usr/share/licenses/p'));
    });

    it('keeps the wanted languages', async () => {
      const tree = await files(documented, { ...IMAGE, languages: ['de_AT'] });
      assert.ok(tree.lookup('usr/share/locale/de.mo'));
      assert.equal(tree.lookup('usr/share/locale/fr.mo'), undefined);
      const all = await files(documented, { ...IMAGE, languages: ['de', 'all'] });
      assert.ok(all.lookup('usr/share/locale/fr.mo'));
    });

    it('makes programs read-only', async () => {
      const tree = await files(documented, layout({ readonlyExecutables: true }));
      assert.equal(tree.lookup('usr/bin/p')?.mode, 0o100555);
      assert.equal(tree.lookup('usr/share/licenses/p')?.mode, 0o100644);
    });

    it('skips device nodes or refuses them', async () => {
      const device: BuiltFile[] = [{ path: '/usr/null', mode: 0o020666 }, { path: '/usr/x' }];
      assert.equal((await files(device)).lookup('usr/null'), undefined);
      await refuses(device, 'RPM_DEVICE_NODE', layout({ ignoreDevices: false }));
    });
  });

  describe('what is found again', () => {
    it('finds the same file imported in the same way only', async () => {
      const file = fixture.write({ name: 'again', files: [{ path: '/usr/again', content: '1' }] });
      const planned = plannedPackage(file);
      const find = (pkg = planned, image = IMAGE) => fixture.format.find(pkg, image, fixture.store);
      assert.equal(await find(), null);
      const { commit } = await fixture.import(file);
      assert.equal(await find(), commit);
      assert.equal(await find({ ...planned, checksum: { algorithm: 'sha256', value: 'other' } }), null);
      assert.equal(await find({ ...planned, version: '2' }), null);
      for (const image of [
        { ...IMAGE, documentation: false },
        { ...IMAGE, languages: ['de'] },
        layout({ readonlyExecutables: true }),
      ]) {
        assert.equal(await find(planned, image), null);
        const other = await fixture.import(file, image);
        assert.equal(await find(planned, image), other.commit);
      }
      assert.equal(await find(), null);
    });

    it('makes the same commit of the same package, with the keys of rpm-ostree', async () => {
      const pkg = { name: 'same', epoch: 3, files: [{ path: '/usr/same', content: '1' }] };
      const first = await fixture.import(pkg);
      const second = await fixture.import(pkg);
      assert.equal(first.commit, second.commit);
      const refs = await fixture.store.refs('rpmostree/pkg/same/');
      assert.deepEqual([...refs], [['rpmostree/pkg/same/3_3A1-1.noarch', first.commit]]);
      const { metadata, timestamp, subject } = await fixture.store.readCommit(first.commit);
      assert.equal(timestamp, 1_600_000_000);
      assert.equal(subject, '');
      assert.deepEqual(metadata['rpmostree.nevra'], {
        type: '(sstsss)',
        value: ['same-3:1-1.noarch', 'same', 3, '1', '1', 'noarch'],
      });
      assert.equal(metadata['rpmostree.unpack_version']?.value, 1);
      assert.match(String(metadata['rpmostree.repodata_checksum']?.value), /^sha256:[0-9a-f]{64}$/);
    });

    it('tells which paths a package has', async () => {
      const imported = await fixture.import({ name: 'paths', files: [{ path: '/etc/paths/a' }, { path: '/bin/b' }] });
      assert.deepEqual(await fixture.format.files(imported, fixture.store), [
        'usr',
        'usr/bin',
        'usr/bin/b',
        'usr/etc',
        'usr/etc/paths',
        'usr/etc/paths/a',
      ]);
    });
  });

  describe('hostile packages', () => {
    it('refuses paths that leave the root', () => refuses([{ path: '/usr/../../x' }], 'RPM_PATH_INVALID'));
    it('refuses relative paths', () => refuses([{ path: 'usr/x' }], 'RPM_PATH_INVALID'));
    it('refuses empty parts', () => refuses([{ path: '/usr//x' }], 'RPM_PATH_INVALID'));

    it('refuses paths through a symbolic link of the package itself', async () => {
      await refuses([{ path: '/usr/d', link: '/etc' }, { path: '/usr/d/passwd' }], 'RPM_PATH_CONFLICT');
      await refuses([{ path: '/usr/d/passwd' }, { path: '/usr/d', link: '../../..' }], 'RPM_PATH_CONFLICT');
    });

    it('refuses a small header that implies a huge tree', async () => {
      const deep = Array.from({ length: 2000 }, () => 'd').join('/');
      const list = Array.from({ length: 60 }, (_, i) => ({ path: `/usr/${i}/${deep}` }));
      await refuses(list, 'RPM_HEADER_TOO_LARGE');
    });

    it('refuses paths below a file', () => refuses([{ path: '/usr/f' }, { path: '/usr/f/x' }], 'RPM_PATH_CONFLICT'));

    it('refuses two things at one place', () =>
      refuses(
        [
          { path: '/usr/bin/x', content: 'a' },
          { path: '/bin/x', link: 'y' },
        ],
        'RPM_PATH_CONFLICT',
      ));

    it('refuses names that would begin a line of tmpfiles.d', async () => {
      await refuses([{ path: '/var/lib/x\nL /etc/passwd - - - - y', mode: DIRECTORY }], 'RPM_PATH_INVALID');
      await refuses([{ path: '/var/lib/x', link: 'y\nd /evil' }], 'RPM_PATH_INVALID');
      await refuses([{ path: '/var/lib/x', mode: DIRECTORY, user: 'a b' }], 'RPM_PATH_INVALID');
    });

    it('refuses a payload with files that the header does not list', () =>
      assert.rejects(
        fixture.import({
          name: 'p',
          files: [{ path: '/usr/x' }],
          archive: [
            { name: './usr/x', mode: 0o100644 },
            { name: '../../evil', mode: 0o100644 },
          ],
        }),
        { code: 'RPM_PAYLOAD_MISMATCH' },
      ));

    it('refuses capabilities that are none', () =>
      refuses([{ path: '/usr/x', mode: 0o100755, caps: 'cap_everything=ep' }], 'RPM_CAPABILITIES_INVALID'));

    it('refuses another package than was planned, and source packages', async () => {
      const file = fixture.write({ name: 'real', files: [{ path: '/usr/x' }] });
      const planned = { ...plannedPackage(file), name: 'wanted' };
      await assert.rejects(fixture.format.import([{ package: planned, file }], IMAGE, fixture.store, fixture.ctx), {
        code: 'RPM_IDENTITY_MISMATCH',
      });
      assert.equal(await fixture.store.resolve('rpmostree/pkg/wanted/1-1.noarch'), null);
    });

    it('leaves nothing reachable of a package that was refused', async () => {
      await assert.rejects(
        fixture.import({
          name: 'half',
          files: [
            { path: '/usr/a', content: 'ok' },
            { path: '/usr/b', content: 'bad' },
          ],
          archive: [
            { name: './usr/a', mode: 0o100644, content: Buffer.from('ok') },
            { name: './usr/b', mode: 0o100644, content: Buffer.from('another size') },
          ],
        }),
        { code: 'RPM_PAYLOAD_MISMATCH' },
      );
      assert.equal((await fixture.store.refs('rpmostree/pkg/half')).size, 0);
    });

    it('stops when the run is cancelled', async () => {
      const file = fixture.write({ name: 'cancelled', files: [{ path: '/usr/x' }] });
      const ctx = {
        ...fixture.ctx,
        environment: fixture.ctx.environment,
        signal: AbortSignal.abort(new Error('stop')),
      };
      await assert.rejects(
        fixture.format.import([{ package: plannedPackage(file), file }], IMAGE, fixture.store, ctx),
        /stop/,
      );
    });
  });

  describe('in worker threads', () => {
    const large = (name: string, path: string): string =>
      fixture.write({ name, files: [{ path, content: Buffer.alloc(2 * 1024 * 1024, name) }] });
    const importAll = (packages: readonly string[], heard: string[] = []) =>
      fixture.format.import(
        packages.map((file) => ({ package: plannedPackage(file), file })),
        IMAGE,
        fixture.store,
        fixture.ctx,
        (imported) => heard.push(imported.package.name),
      );

    it('gives the same commits, in the order that was asked for', async () => {
      const packages = [large('one', '/usr/one'), large('two', '/usr/two'), fixture.write({ name: 'small' })];
      const heard: string[] = [];
      const imported = await importAll(packages, heard);
      assert.deepEqual(
        imported.map(({ package: { name } }) => name),
        ['one', 'two', 'small'],
      );
      assert.deepEqual(heard.sort(), ['one', 'small', 'two']);
      assert.equal(imported[2]?.commit, (await fixture.import(packages[2]!)).commit);
    });

    it('tells what is wrong with a package', () =>
      assert.rejects(importAll([large('good', '/usr/good'), large('bad', '/usr/../bad')]), (error: HostError) => {
        assert.equal(error.code, 'RPM_PATH_INVALID');
        assert.equal(error.name, 'HostError');
        assert.match(error.message, /bad-1-1\.noarch\.rpm: /);
        assert.ok(error.hint);
        return true;
      }));

    it('stops when the run is cancelled', async () => {
      const controller = new AbortController();
      const ctx = { ...fixture.ctx, environment: fixture.ctx.environment, signal: controller.signal };
      const files = [large('c1', '/usr/c1'), large('c2', '/usr/c2')];
      const running = fixture.format.import(
        files.map((file) => ({ package: plannedPackage(file), file })),
        IMAGE,
        fixture.store,
        ctx,
      );
      controller.abort(new Error('enough'));
      await assert.rejects(running, /enough/);
    });
  });

  it('needs no payload to know what a script tag says', async () => {
    const { commit } = await fixture.import({ name: 'meta', tags: [{ tag: Tag.POSTIN, value: 'true' }] });
    assert.ok((await fixture.store.readCommit(commit)).metadata['rpmostree.metadata']);
  });
});
