import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bootloaderConformance, pluginConformance, sampleEntries } from '@ostrata/testkit';
import { replaceChoices } from '../../../plugins/boot-syslinux/src/config-file.ts';
import plugin from '../../../plugins/boot-syslinux/src/index.ts';
import { syslinux } from '../../../plugins/boot-syslinux/src/syslinux.ts';
import { bootFixture } from '../../support/boot-loader.ts';

describe('boot-syslinux as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});

describe('boot-syslinux', () => {
  const install = (root: string) => {
    mkdirSync(join(root, 'boot/syslinux'));
    symlinkSync('../loader/syslinux.cfg', join(root, 'boot/syslinux/syslinux.cfg'));
  };
  for (const { name, run } of bootloaderConformance(() => bootFixture(syslinux, install))) it(name, run);
});

describe('the configuration of SYSLINUX', () => {
  const FOREIGN = 'TIMEOUT 50\nDEFAULT other\nLABEL other\n\tKERNEL /vmlinuz-other\n\tAPPEND ro\n';

  it('keeps what others have in it, and their default', () => {
    const text = replaceChoices(FOREIGN, sampleEntries('a'), 'x');
    assert.ok(text.startsWith(FOREIGN), text);
    assert.match(text, /\nLABEL Sample "OS" a \(ostree:0\)\n\tKERNEL \/boot\/ostree\/os-a\/vmlinuz-6.1\n/);
    assert.ok(replaceChoices(text, [], 'x') === FOREIGN, 'ours go without a trace');
  });

  it('moves the default when it is ours, or nobody’s', () => {
    const once = replaceChoices('TIMEOUT 50\n', sampleEntries('a'), 'x');
    assert.match(once, /^DEFAULT Sample "OS" a/m);
    const twice = replaceChoices(once, sampleEntries('b', 'a'), 'x');
    assert.deepEqual(twice.match(/^DEFAULT .*$/gm), ['DEFAULT Sample "OS" b (ostree:0)']);
  });

  it('names the line of a choice without a kernel', () => {
    assert.throws(() => replaceChoices('LABEL x\n\tAPPEND y\n', [], '/boot/x.cfg'), {
      code: 'SYSLINUX_CONFIG',
      message: 'No KERNEL argument found after LABEL in line 1 of /boot/x.cfg.',
    });
  });
});
