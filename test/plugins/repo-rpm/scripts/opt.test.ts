import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import type { ImageSpec } from '@ostrata/core';
import { Tag } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { missing, tool } from '../../../support/tools.ts';
import { IMAGE, LocalCompose } from '../support/compose.ts';
import { DIRECTORY, writePackage } from '../support/rpm-builder.ts';

const BUSYBOX = '/usr/bin/busybox';
const POLICIES = ['var', 'root', 'stateoverlay'] as const;
type Policy = (typeof POLICIES)[number];

/** Where the files of /opt and /usr/local are in an image. */
const PLACES: { readonly [policy in Policy]: { opt: string; local: string } } = {
  var: { opt: '/usr/lib/opt', local: '/usr/lib/usrlocal' },
  root: { opt: '/opt', local: '/usr/local' },
  stateoverlay: { opt: '/usr/lib/opt', local: '/usr/local' },
};

describe('packages that install into /opt and /usr/local (needs bwrap, ostree, a static busybox)', function () {
  this.timeout(60_000);
  let compose: LocalCompose;
  before(function () {
    const isStatic = existsSync(BUSYBOX) && !readFileSync(BUSYBOX).includes('/lib64/ld-linux');
    if (missing('bwrap', 'ostree').length > 0 || !isStatic) this.skip();
  });
  beforeEach(() => {
    compose = new LocalCompose();
  });
  afterEach(() => compose?.[Symbol.asyncDispose]());

  const shell = (): string =>
    writePackage(compose.environment.cacheDir, {
      name: 'busybox',
      files: [
        { path: '/usr/bin/busybox', mode: 0o100755, content: readFileSync(BUSYBOX) },
        ...['sh', 'true', 'cat', 'chmod', 'ln'].map((name) => ({ path: `/usr/bin/${name}`, link: 'busybox' })),
      ],
    });
  /** As vendors make them: everything below /opt, found and completed by %post. */
  const vendor = (name: string): string =>
    writePackage(compose.environment.cacheDir, {
      name,
      files: [
        { path: `/opt/${name}`, mode: DIRECTORY },
        { path: `/opt/${name}/bin/${name}`, mode: 0o100755, content: `#!/bin/sh\necho ${name}\n` },
        { path: `/usr/local/bin/${name}-helper`, mode: 0o100755, content: 'helper' },
      ],
      tags: [
        {
          tag: Tag.POSTIN,
          value: `/opt/${name}/bin/${name} > /opt/${name}/made && cat /usr/local/bin/${name}-helper >> /opt/${name}/made && ln -s /opt/${name}/bin/${name} /usr/bin/${name}`,
        },
      ],
    });
  const imageOf = (optUsrLocal: Policy): ImageSpec => ({ ...IMAGE, layout: { ...IMAGE.layout, optUsrLocal } });
  const show = (commit: string, path: string) => tool(['ostree', `--repo=${compose.repository}`, 'cat', commit, path]);

  for (const policy of POLICIES) {
    it(`${policy}: composed and layered, with what their scripts made`, async () => {
      const { opt, local } = PLACES[policy];
      const base = await compose.run([shell(), vendor('first')], { image: imageOf(policy) });
      const { id } = await compose.run([vendor('second')], { base: base.id, image: IMAGE });
      for (const name of ['first', 'second']) {
        assert.equal(show(id, `${opt}/${name}/made`), `${name}\nhelper`);
        assert.equal(show(id, `${local}/bin/${name}-helper`), 'helper');
      }
      const links = { var: '/opt -> var/opt', root: 'd00755', stateoverlay: '/opt -> usr/lib/opt' };
      assert.ok(tool(['ostree', `--repo=${compose.repository}`, 'ls', '-d', id, '/opt']).includes(links[policy]));
      const identity = { format: 'rpm', name: 'first', epoch: 0, version: '1', release: '1', arch: 'noarch' };
      const less = await compose.run([], { base: base.id, remove: [identity], image: IMAGE });
      const left = tool(['ostree', `--repo=${compose.repository}`, 'ls', '-R', less.id]);
      assert.doesNotMatch(left, /^-.*(bin\/first|first-helper)$/m);
      if (policy !== 'var') return;
      const lines = show(id, '/usr/lib/tmpfiles.d/rpm-ostree-autovar.conf').split('\n');
      for (const name of ['first', 'second']) {
        assert.ok(lines.includes(`L /opt/${name} - - - - ../../usr/lib/opt/${name}`));
        assert.ok(
          lines.includes(`L /usr/local/bin/${name}-helper - - - - ../../../usr/lib/usrlocal/bin/${name}-helper`),
        );
      }
    });
  }

  it('the layers of a machine can have another policy than its base', async () => {
    const base = await compose.run([shell(), vendor('first')], { image: imageOf('var') });
    const extras = { 'layout-ostree': { optUsrLocal: 'stateoverlay' } };
    const { id } = await compose.run([vendor('second')], { base: base.id, image: IMAGE, extras });
    for (const name of ['first', 'second']) assert.equal(show(id, `/usr/local/bin/${name}-helper`), 'helper');
    assert.match(tool(['ostree', `--repo=${compose.repository}`, 'ls', '-d', id, '/opt']), /-> usr\/lib\/opt/);
    assert.doesNotMatch(show(id, '/usr/lib/tmpfiles.d/rpm-ostree-autovar.conf'), /^L \/opt/m);
  });
});
