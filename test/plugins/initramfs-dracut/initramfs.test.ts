import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isHostError } from '@ostrata/core';
import { bootableMetadata } from '../../../plugins/initramfs-dracut/src/metadata.ts';
import { prepareKernel } from '../../../plugins/initramfs-dracut/src/prepare.ts';
import { BOOTABLE, DIRECTORY, type TestWorld, testWorld, VERSION } from './support/world.ts';

const CONFIG = { compression: 'fast', cache: true } as const;
const IMAGE = `${DIRECTORY}/initramfs.img`;

const prepare = ({ assembly, ctx }: TestWorld) => prepareKernel(assembly, CONFIG, ctx);
const dracutRuns = ({ runs }: TestWorld) => runs.filter(([name]) => name === 'dracut');

describe('initramfs-dracut kernel', () => {
  it('does nothing in a tree without a kernel', async () => {
    using world = await testWorld({ 'usr/bin/sh': 'x' });
    await prepare(world);
    assert.deepEqual(world.runs, []);
  });

  for (const place of ['boot', 'usr/lib/ostree-boot']) {
    it(`brings a kernel from ${place} beside its modules`, async () => {
      const { [`${DIRECTORY}/vmlinuz`]: _, ...rest } = BOOTABLE;
      const foreign = { [`${place}/initramfs-${VERSION}.img`]: 'theirs', [`${place}/grub.efi`]: 'kept' };
      using world = await testWorld(
        { ...rest, [`${place}/vmlinuz-${VERSION}`]: 'kernel', ...foreign },
        { location: 'modules' },
      );
      await prepare(world);
      assert.equal(Buffer.from(world.tree.readFile(`${DIRECTORY}/vmlinuz`)).toString(), 'kernel');
      assert.deepEqual(world.tree.list(place), ['grub.efi']);
    });
  }

  it('refuses two kernels', async () => {
    using world = await testWorld({ ...BOOTABLE, 'usr/lib/modules/6.2/vmlinuz': 'other' });
    await assert.rejects(prepare(world), (error) => isHostError(error) && error.code === 'KERNEL_SEVERAL');
  });

  it('copies kernel and initramfs to usr/lib/ostree-boot, named with the boot checksum', async () => {
    using world = await testWorld({ ...BOOTABLE, 'usr/lib/ostree-boot/vmlinuz-1-old': 'old' });
    await prepare(world);
    const [kernel, image] = [`${DIRECTORY}/vmlinuz`, IMAGE].map((path) => world.tree.readFile(path)) as [
      Buffer,
      Buffer,
    ];
    const sum = createHash('sha256').update(kernel).update(image).digest('hex');
    assert.deepEqual(world.tree.list('usr/lib/ostree-boot'), [
      `initramfs-${VERSION}.img-${sum}`,
      `vmlinuz-${VERSION}-${sum}`,
    ]);
  });

  it('takes the build path out of the kernel checksum file', async () => {
    const hmac = `${DIRECTORY}/.vmlinuz.hmac`;
    using world = await testWorld({ ...BOOTABLE, [hmac]: `abc  /boot/vmlinuz-${VERSION}\n` });
    await prepare(world);
    assert.equal(Buffer.from(world.tree.readFile(hmac)).toString(), `abc  vmlinuz-${VERSION}\n`);
  });

  it('says on the commit that it boots', async () => {
    using world = await testWorld(BOOTABLE, { initramfsArgs: ['--omit', 'nfs'] });
    const meta = {
      ref: null,
      parent: null,
      subject: '',
      body: '',
      timestamp: 0,
      metadata: { version: { type: 's', value: '1' } },
    };
    assert.deepEqual(bootableMetadata(meta, world.tree, world.assembly.plan.inputs.image)?.metadata, {
      version: { type: 's', value: '1' },
      'ostree.bootable': { type: 'b', value: true },
      'ostree.linux': { type: 's', value: VERSION },
      'rpmostree.initramfs-args': { type: 'as', value: ['--omit', 'nfs'] },
    });
    using empty = await testWorld({ 'usr/bin/sh': 'x' });
    assert.equal(bootableMetadata(meta, empty.tree, empty.assembly.plan.inputs.image), undefined);
  });
});

describe('initramfs-dracut images', () => {
  let cacheDir: string;
  beforeEach(() => {
    cacheDir = mkdtempSync(join(tmpdir(), 'ostrata-cache-'));
  });
  afterEach(() => rmSync(cacheDir, { recursive: true }));

  it('runs dracut as rpm-ostree does', async () => {
    using world = await testWorld();
    await prepare(world);
    assert.deepEqual(world.runs[0], ['depmod', '-a', VERSION]);
    assert.equal(
      world.runs[1]?.join(' '),
      `dracut --reproducible --add ostree --compress zstd -3 -q -T0 --no-hostonly --tmpdir /tmp -f /run/ostrata/initramfs/initramfs.img --kver ${VERSION}`,
    );
    assert.equal(world.commands[1]?.env?.['DRACUT_NO_MKNOD'], '1');
    assert.equal((world.tree.lookup(IMAGE)?.mode ?? 0) & 0o7777, 0o600);
    assert.equal(Buffer.from(world.tree.readFile(`${DIRECTORY}/modules.dep`)).toString(), 'kernel/a.ko:\n');
    assert.deepEqual(
      readdirSync(world.ctx.environment.tempDir).filter((name) => name.startsWith('initramfs-')),
      [],
    );
  });

  it('gives the arguments of the image, and none of its own beside them', async () => {
    using world = await testWorld(BOOTABLE, { initramfsArgs: ['--omit=nfs', '--xz'] });
    await prepare(world);
    const line = world.runs[1]?.join(' ') ?? '';
    assert.match(line, /--omit=nfs --xz/);
    assert.doesNotMatch(line, /hostonly|zstd/);
  });

  for (const [why, files] of [
    ['the configuration chooses', { 'etc/dracut.conf.d/a.conf': 'compress="xz"\n' }],
    ['the kernel cannot unpack zstd', { [`${DIRECTORY}/config`]: '# CONFIG_RD_ZSTD is not set\n' }],
  ] as const) {
    it(`leaves compression to dracut where ${why}`, async () => {
      using world = await testWorld({ ...BOOTABLE, ...files });
      await prepare(world);
      assert.ok(!world.runs[1]?.includes('--compress'));
    });
  }

  it('appends an archive of device nodes, aligned and after four zeros', async () => {
    using world = await testWorld();
    await prepare(world);
    const image = Buffer.from(world.tree.readFile(IMAGE));
    const at = image.indexOf('070701');
    assert.equal(at % 4, 0);
    assert.deepEqual([...image.subarray(at - 4, at)], [0, 0, 0, 0]);
    assert.ok(image.includes('dev/urandom', at));
    assert.ok(image.includes('TRAILER!!!', at));
  });

  it('makes none where the image wants none', async () => {
    using world = await testWorld(BOOTABLE, { initramfs: false });
    await prepare(world);
    assert.deepEqual(dracutRuns(world), []);
    assert.equal(world.tree.lookup(IMAGE), undefined);
    assert.equal(world.tree.list('usr/lib/ostree-boot').length, 1);
  });

  it('uses the image again while nothing that reaches it changes', async () => {
    using first = await testWorld(BOOTABLE, {}, cacheDir);
    await prepare(first);
    using second = await testWorld(
      { ...BOOTABLE, 'usr/share/doc/readme': 'new', 'usr/bin/unrelated': 'new', 'usr/lib/sysimage/rpm/db': 'new' },
      {},
      cacheDir,
    );
    await prepare(second);
    assert.deepEqual(second.runs, []);
    assert.deepEqual(Buffer.from(second.tree.readFile(IMAGE)), Buffer.from(first.tree.readFile(IMAGE)));
    assert.ok(second.tree.lookup(`${DIRECTORY}/modules.dep`));
  });

  for (const [what, files, kernel] of [
    ['a file that is in it', { 'usr/bin/init': 'changed' }, {}],
    ['a file that it had not found', { 'usr/lib/initrd-release': 'now there' }, {}],
    ['a link to a file that is in it', { 'usr/bin/init': '-> init2', 'usr/bin/init2': 'other' }, {}],
    ['the kernel', { [`${DIRECTORY}/vmlinuz`]: 'changed' }, {}],
    ['a module', { [`${DIRECTORY}/kernel/a.ko`]: 'changed' }, {}],
    ['dracut', { 'usr/lib/dracut/modules.d/99x/module-setup.sh': 'x' }, {}],
    ['its configuration', { 'etc/dracut.conf': 'omit_drivers+=" x "\n' }, {}],
    ['its compressor', { 'usr/bin/zstd': 'changed' }, {}],
    ['a library that appears', { 'usr/lib/libnew.so': 'new' }, {}],
    ['the arguments', {}, { initramfsArgs: ['--no-hostonly', '--omit=nfs'] }],
  ] as const) {
    it(`is made anew after a change of ${what}`, async () => {
      using first = await testWorld(BOOTABLE, {}, cacheDir);
      await prepare(first);
      using second = await testWorld({ ...BOOTABLE, ...(files as object) }, kernel, cacheDir);
      await prepare(second);
      assert.equal(dracutRuns(second).length, 1);
    });
  }

  it('uses both images again when the tree changes back and forth', async () => {
    for (const [content, expected] of [
      ['one', 1],
      ['two', 1],
      ['one', 0],
      ['two', 0],
    ] as const) {
      using world = await testWorld({ ...BOOTABLE, 'usr/bin/init': content }, {}, cacheDir);
      await prepare(world);
      assert.equal(dracutRuns(world).length, expected);
    }
  });

  it('follows a link to its target', async () => {
    const linked = { ...BOOTABLE, 'usr/bin/init': '-> ../lib/init/real', 'usr/lib/init/real': 'one' };
    using first = await testWorld(linked, {}, cacheDir);
    await prepare(first);
    using second = await testWorld({ ...linked, 'usr/lib/init/real': 'two' }, {}, cacheDir);
    await prepare(second);
    assert.equal(dracutRuns(second).length, 1);
  });

  it('does not use what a bad disk made of an image', async () => {
    using first = await testWorld(BOOTABLE, {}, cacheDir);
    await prepare(first);
    const directory = join(cacheDir, 'initramfs');
    const name = readdirSync(directory).find((file) => file.endsWith('.img')) as string;
    const bytes = readFileSync(join(directory, name));
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    writeFileSync(join(directory, name), bytes);
    using second = await testWorld(BOOTABLE, {}, cacheDir);
    await prepare(second);
    assert.equal(dracutRuns(second).length, 1);
  });

  it('says what dracut said last', async () => {
    using world = await testWorld();
    world.result = { code: 1, signal: null, tail: ['first', "dracut: module 'ostree' cannot be found"] };
    world.tree.remove('usr/sbin/depmod');
    await assert.rejects(prepare(world), (error) => {
      assert.ok(isHostError(error));
      assert.equal(error.code, 'INITRAMFS_FAILED');
      assert.match(error.message, /code 1.*'ostree' cannot be found/);
      assert.ok(error.hint);
      return true;
    });
  });

  it('says when dracut wrote nothing, and when there is none', async () => {
    using silent = await testWorld();
    silent.writes = false;
    await assert.rejects(prepare(silent), (error) => isHostError(error) && error.code === 'INITRAMFS_FAILED');
    const { 'usr/bin/dracut': _, ...without } = BOOTABLE;
    using absent = await testWorld(without);
    await assert.rejects(prepare(absent), (error) => isHostError(error) && error.code === 'INITRAMFS_NO_DRACUT');
  });

  it('says when depmod fails', async () => {
    using world = await testWorld();
    world.result = { code: 2, signal: null, tail: ['depmod: bad module'] };
    await assert.rejects(prepare(world), (error) => isHostError(error) && error.code === 'KERNEL_DEPMOD');
  });
});
