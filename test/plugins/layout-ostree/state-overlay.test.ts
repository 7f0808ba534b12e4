import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enableStateOverlays } from '../../../plugins/layout-ostree/src/opt/overlay-units.ts';
import { missing, tool } from '../../support/tools.ts';
import { assemblyOf, text } from './support/assembly.ts';

describe('the program of state overlays for images with an old ostree (needs bwrap, root, overlayfs)', () => {
  let directory: string;
  let upper: string;
  before(async function () {
    if (missing('bwrap', 'root').length > 0) this.skip();
    directory = mkdtempSync(join(tmpdir(), 'ostrata-overlay-'));
    upper = join(directory, 'var/ostree/state-overlays/opt/upper');
    for (const name of ['var', 'lower', 'sysroot/ostree/boot.1/os/abc', 'sysroot/deploy']) {
      mkdirSync(join(directory, name), { recursive: true });
    }
    const { tree } = await assemblyOf({});
    enableStateOverlays(tree);
    writeFileSync(join(directory, 'program'), text(tree, 'usr/libexec/ostrata/state-overlay'), { mode: 0o755 });
    writeFileSync(join(directory, 'cmdline'), 'root=x ostree=/ostree/boot.1/os/abc/0 quiet\n');
    try {
      boot('one.0', 'true');
    } catch {
      // A container without mounts or overlays.
      this.skip();
    }
  });
  after(() => {
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  /** Starts a deployment, mounts, and runs a shell command with /mnt as the overlaid directory. */
  const boot = (deployment: string, command: string): string => {
    const link = join(directory, 'sysroot/ostree/boot.1/os/abc/0');
    rmSync(link, { force: true });
    mkdirSync(join(directory, 'sysroot/deploy', deployment), { recursive: true });
    symlinkSync(`/sysroot/deploy/${deployment}`, link);
    const shown = ['usr', 'bin', 'sbin', 'lib', 'lib64'].filter((name) => existsSync(`/${name}`));
    return tool([
      'bwrap',
      ...shown.flatMap((name) => ['--ro-bind', `/${name}`, `/${name}`]),
      ...['--proc', '/proc', '--dev', '/dev', '--bind', join(directory, 'var'), '/var'],
      ...['--ro-bind', join(directory, 'cmdline'), '/proc/cmdline', '--bind', join(directory, 'sysroot'), '/sysroot'],
      ...['--bind', join(directory, 'lower'), '/mnt', '--ro-bind', join(directory, 'program'), '/program'],
      ...['--cap-add', 'ALL', '--', '/bin/sh', '-ec', `/program opt /mnt\n${command}`],
    ]);
  };

  it('keeps what the machine added, and drops its changes of what the image has with another deployment', () => {
    writeFileSync(join(directory, 'lower/lib'), 'lib1');
    mkdirSync(join(directory, 'lower/app'));
    writeFileSync(join(directory, 'lower/app/old'), 'old');
    boot('one.0', 'printf mine > /mnt/state; printf bad > /mnt/lib; printf mine > /mnt/app/new; rm /mnt/app/old');
    assert.equal(boot('one.0', 'cat /mnt/state /mnt/lib; ls /mnt/app'), 'minebadnew\n');
    writeFileSync(join(directory, 'lower/lib'), 'lib2');
    assert.equal(boot('two.0', 'cat /mnt/state /mnt/lib; ls /mnt/app'), 'minelib2new\nold\n');
    assert.deepEqual([existsSync(join(upper, 'lib')), existsSync(join(upper, 'state'))], [false, true]);
  });
});
