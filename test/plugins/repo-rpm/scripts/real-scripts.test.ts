import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '@ostrata/core';
import { Tag } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { missing, tool } from '../../../support/tools.ts';
import { LocalCompose } from '../support/compose.ts';
import { type BuiltPackage, buildPackage } from '../support/rpm-builder.ts';

const BUSYBOX = '/usr/bin/busybox';

function isStatic(): boolean {
  return !readFileSync(BUSYBOX).includes('/lib64/ld-linux');
}

describe('package scripts in the sandbox (needs bwrap, ostree, a static busybox)', () => {
  let compose: LocalCompose;
  before(function () {
    if (missing('bwrap', 'ostree', 'busybox').length > 0 || !isStatic()) this.skip();
  });
  beforeEach(() => {
    compose = new LocalCompose();
  });
  afterEach(() => compose?.[Symbol.asyncDispose]());

  /** A tree in which /bin/sh runs. */
  const shell = (): string => {
    const file = join(compose.environment.cacheDir, 'busybox.rpm');
    const applets = ['sh', 'true', 'cat', 'mkdir', 'touch', 'adduser', 'chmod', 'id'];
    const links = applets.map((name) => ({ path: `/usr/bin/${name}`, link: 'busybox' }));
    const program = { path: '/usr/bin/busybox', mode: 0o100755, content: readFileSync(BUSYBOX) };
    writeFileSync(file, buildPackage({ name: 'busybox', files: [program, ...links] }));
    return file;
  };
  const pkg = (name: string, tags: BuiltPackage['tags']): string => {
    const file = join(compose.environment.cacheDir, `${name}.rpm`);
    writeFileSync(file, buildPackage({ name, files: [{ path: `/usr/share/${name}` }], tags: tags ?? [] }));
    return file;
  };

  it('run, and what they write in /usr and /etc is in the commit', async () => {
    const { id } = await compose.run([
      shell(),
      pkg('a', [
        { tag: Tag.PREIN, value: 'echo note > /var/lib/rpm-state/note; echo "pre $1" > /usr/share/pre' },
        {
          tag: Tag.POSTIN,
          value: 'cat /var/lib/rpm-state/note /usr/share/pre > /etc/post; touch /var/forbidden && exit 7; true',
        },
      ]),
    ]);
    const show = (path: string) => tool(['ostree', `--repo=${compose.repository}`, 'cat', id, path]);
    assert.equal(show('/usr/share/pre'), 'pre 1\n');
    assert.equal(show('/usr/etc/post'), 'note\npre 1\n');
  });

  it('that fail say so, and leave the repository sound', async () => {
    const failing = pkg('b', [{ tag: Tag.POSTIN, value: 'echo about to fail\nexit 9' }]);
    await assert.rejects(compose.run([shell(), failing]), (error: unknown) => {
      assert.ok(error instanceof HostError);
      assert.equal(error.code, 'RPM_SCRIPT_FAILED');
      assert.equal(error.message, 'The script %post of the package b ended with exit code 9: about to fail');
      return true;
    });
    tool(['ostree', 'fsck', `--repo=${compose.repository}`]);
    assert.equal(tool(['ostree', 'refs', `--repo=${compose.repository}`]).includes('test\n'), false);
  });
});
