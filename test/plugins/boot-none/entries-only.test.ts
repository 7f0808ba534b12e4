import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pluginConformance } from '@ostrata/testkit';
import { entriesOnly } from '../../../plugins/boot-none/src/entries-only.ts';
import plugin from '../../../plugins/boot-none/src/index.ts';
import { bootFixture } from '../../support/boot-loader.ts';

const config = (root: string, text: string) => {
  mkdirSync(join(root, 'ostree/repo'), { recursive: true });
  writeFileSync(join(root, 'ostree/repo/config'), text);
};

describe('boot-none as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});

describe('boot-none', () => {
  it('is for systems that say so, and no others', async () => {
    await using fixture = await bootFixture(entriesOnly, (root) => config(root, '[core]\nmode=bare\n'));
    const { bootloader, sysroot, other, context } = fixture;
    assert.equal(await bootloader.probe(sysroot, context.ctx), 0);
    assert.equal(await bootloader.probe(other, context.ctx), 0);
    for (const [text, certainty] of [
      ['[core]\nmode=bare\n[sysroot]\nreadonly=true\nbootloader=none\n', 100],
      ['[sysroot]\nbootloader=auto\n[x]\nbootloader=none\n', 0],
      ['[sysroot]\nbootloader=grub2\n', 0],
    ] as const) {
      config(sysroot, text);
      assert.equal(await bootloader.probe(sysroot, context.ctx), certainty, text);
    }
  });

  it('starts what the entries say, the highest version first', async () => {
    await using fixture = await bootFixture(entriesOnly, (root) => {
      mkdirSync(join(root, 'boot/loader.1/entries'), { recursive: true });
      symlinkSync('loader.1', join(root, 'boot/loader'));
      for (const version of [1, 10, 2]) {
        const text = `title x\nversion ${version}\noptions root=r ostree=${version}\n`;
        writeFileSync(join(root, `boot/loader.1/entries/ostree-${version}.conf`), text);
      }
      writeFileSync(join(root, 'boot/loader.1/entries/other.conf'), 'version 99\noptions foreign\n');
    });
    assert.deepEqual(await fixture.bootloader.current(fixture.sysroot), [
      'root=r ostree=10',
      'root=r ostree=2',
      'root=r ostree=1',
    ]);
    assert.deepEqual(await fixture.bootloader.current(fixture.other), []);
  });
});
