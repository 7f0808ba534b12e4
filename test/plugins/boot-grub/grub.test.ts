import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootloaderConformance, pluginConformance, sampleEntries, testContext } from '@ostrata/testkit';
import { grub } from '../../../plugins/boot-grub/src/grub.ts';
import plugin from '../../../plugins/boot-grub/src/index.ts';
import { EFI_TEXT, menuText } from '../../../plugins/boot-grub/src/menu-text.ts';
import { bootFixture } from '../../support/boot-loader.ts';
import { missing, tool } from '../../support/tools.ts';

const CONFIG = { timeout: 5, counting: 0 };

describe('boot-grub as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});

describe('boot-grub with a link into /boot/loader', () => {
  const install = (root: string) => {
    mkdirSync(join(root, 'boot/grub2'));
    symlinkSync('../loader/grub.cfg', join(root, 'boot/grub2/grub.cfg'));
  };
  for (const { name, run } of bootloaderConformance(() => bootFixture(grub(CONFIG), install))) it(name, run);
});

describe('boot-grub on an EFI system partition', () => {
  const install = (root: string) => {
    mkdirSync(join(root, 'boot/efi/EFI/vendor'), { recursive: true });
    mkdirSync(join(root, 'boot/efi/EFI/BOOT'));
    writeFileSync(join(root, 'boot/efi/EFI/BOOT/grub.cfg'), 'nothing of ours\n');
    writeFileSync(join(root, 'boot/efi/EFI/vendor/grub.cfg'), '');
  };
  for (const { name, run } of bootloaderConformance(() => bootFixture(grub(CONFIG), install))) it(name, run);
});

describe('boot-grub', () => {
  it('leaves a configuration that reads entries by itself alone', async () => {
    await using fixture = await bootFixture(grub(CONFIG), (root) => {
      mkdirSync(join(root, 'boot/grub2'));
      writeFileSync(join(root, 'boot/grub2/grub.cfg'), 'insmod blscfg\nblscfg\n');
    });
    const directory = join(fixture.sysroot, 'boot/loader.1');
    mkdirSync(directory);
    const menu = { sysroot: fixture.sysroot, directory, entries: sampleEntries('a') };
    await fixture.bootloader.write(menu, testContext().ctx);
    assert.equal(readFileSync(join(fixture.sysroot, 'boot/grub2/grub.cfg'), 'utf8'), 'insmod blscfg\nblscfg\n');
  });

  it('leaves configurations of bootupd alone, which read entries', async () => {
    await using fixture = await bootFixture(grub(CONFIG), (root) => {
      mkdirSync(join(root, 'boot/grub2'));
      writeFileSync(join(root, 'boot/grub2/grub.cfg'), 'search --fs-uuid x\nsource $prefix/bootuuid.cfg\n');
    });
    const { sysroot, bootloader, context } = fixture;
    const directory = join(sysroot, 'boot/loader.1');
    mkdirSync(directory);
    const menu = { sysroot, directory, entries: sampleEntries('a') };
    for (const state of ['{"installed":{},"static-configs":null}', 'no JSON']) {
      writeFileSync(join(sysroot, 'boot/bootupd-state.json'), state);
      await assert.rejects(bootloader.write(menu, context.ctx), { code: 'GRUB_CONFIG_FOREIGN' }, state);
    }
    writeFileSync(join(sysroot, 'boot/bootupd-state.json'), '{"static-configs":{"timestamp":"2024-01-01T00:00:00Z"}}');
    await bootloader.write(menu, context.ctx);
    assert.deepEqual(readdirSync(directory), []);
  });

  it('writes the menu that a configuration of somebody else reads', async () => {
    await using fixture = await bootFixture(grub(CONFIG), (root) => {
      mkdirSync(join(root, 'boot/grub'));
      writeFileSync(join(root, 'boot/grub/grub.cfg'), 'set timeout=1\nsource /boot/loader/grub.cfg\n');
    });
    const directory = join(fixture.sysroot, 'boot/loader.1');
    mkdirSync(directory);
    const menu = { sysroot: fixture.sysroot, directory, entries: sampleEntries('a') };
    await fixture.bootloader.write(menu, fixture.context.ctx);
    assert.match(readFileSync(join(directory, 'grub.cfg'), 'utf8'), /^ {2}linux \/boot\/ostree\/os-a\/vmlinuz/m);
  });

  it('refuses a configuration of somebody else, which would go on starting what it starts', async () => {
    await using fixture = await bootFixture(grub(CONFIG), (root) => {
      mkdirSync(join(root, 'boot/grub'));
      writeFileSync(join(root, 'boot/grub/grub.cfg'), 'menuentry x { linux /vmlinuz }\n');
    });
    const menu = { sysroot: fixture.sysroot, directory: join(fixture.sysroot, 'boot'), entries: sampleEntries('a') };
    await assert.rejects(fixture.bootloader.write(menu, testContext().ctx), {
      code: 'GRUB_CONFIG_FOREIGN',
      data: { path: join(fixture.sysroot, 'boot/grub/grub.cfg') },
    });
  });
});

describe("boot-grub's language (needs grub-script-check)", () => {
  before(function () {
    if (missing('grub-script-check').length > 0) this.skip();
  });

  it('is GRUB’s, whatever titles and arguments have in them', () => {
    const directory = mkdtempSync(join(tmpdir(), 'ostrata-grub-'));
    const [entry] = sampleEntries('a');
    const odd = [`it's`, '"two"', '$prefix {x}', '`; echo', 'a\\b', '#c', '<|>&'];
    const entries = odd.map((text) => ({ ...entry!, title: text, options: `opt=${text.replaceAll(' ', '')}` }));
    try {
      writeFileSync(join(directory, 'grub.cfg'), menuText([...sampleEntries('b'), ...entries], CONFIG));
      tool(['grub-script-check', join(directory, 'grub.cfg')]);
      writeFileSync(join(directory, 'grub.cfg'), menuText(sampleEntries('b', 'a'), { timeout: 5, counting: 3 }));
      tool(['grub-script-check', join(directory, 'grub.cfg')]);
      writeFileSync(join(directory, 'grub.cfg'), EFI_TEXT);
      tool(['grub-script-check', join(directory, 'grub.cfg')]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
