import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAYERED_NEEDS } from '../support/layered-base.ts';
import { LayeredSystem } from '../support/layered-system.ts';
import { missing } from '../support/tools.ts';

/** As vendors make them: everything below /opt, completed by %post, with a helper in /usr/local. */
const VENDOR = {
  name: 'vendor',
  files: { '/opt/vendor/bin/vendor': '#!/bin/sh\necho vendor\n', '/usr/local/bin/helper': 'helper\n' },
  attributes: ['/opt/vendor', '%attr(0755,root,root) /opt/vendor/bin/vendor', '/usr/local/bin/helper'],
  sections: '%post\n/opt/vendor/bin/vendor > /opt/vendor/made\nln -s /opt/vendor/bin/vendor /usr/bin/vendor',
};

/** Where what is installed into /opt and /usr/local is in a tree. */
const PLACES = {
  var: { opt: 'usr/lib/opt', local: 'usr/lib/usrlocal' },
  root: { opt: 'opt', local: 'usr/local' },
  stateoverlay: { opt: 'usr/lib/opt', local: 'usr/local' },
} as const;

describe('layers: packages in /opt and /usr/local (needs root, apt, rpmbuild, createrepo_c, ostree, bwrap)', function () {
  this.timeout(300_000);
  let system: LayeredSystem;
  before(function () {
    const lacking = missing(...LAYERED_NEEDS);
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    system = new LayeredSystem([VENDOR, { name: 'other', files: { '/usr/bin/other': 'x\n' } }]);
  });
  after(() => system?.[Symbol.dispose]());

  for (const policy of ['var', 'root', 'stateoverlay'] as const) {
    it(`${policy}: install, its script, another layer beside it, and uninstall`, () => {
      const config = join(system.directory, `${policy}.yaml`);
      writeFileSync(config, `plugins:\n  layout-ostree:\n    config:\n      optUsrLocal: ${policy}\n`);
      const { opt, local } = PLACES[policy];
      system.ok('install', 'vendor', '--config', config);
      assert.equal(system.read(`${opt}/vendor/made`), 'vendor\n');
      assert.equal(system.read(`${local}/bin/helper`), 'helper\n');
      assert.equal(system.rpm('-qf', '/opt/vendor/bin/vendor'), 'vendor-1.0-1.noarch');
      system.ok('install', 'other', '--config', config);
      assert.equal(system.read(`${opt}/vendor/made`), 'vendor\n');
      if (policy === 'var') {
        const links = system.read('usr/lib/tmpfiles.d/rpm-ostree-autovar.conf');
        assert.match(links, /^L \/(var\/)?opt\/vendor - - - - (\.\.\/)*\/?usr\/lib\/opt\/vendor$/m);
      }
      system.ok('uninstall', '--all', '--config', config);
      assert.equal(system.has(`${opt}/vendor`), false);
      assert.equal(system.has(`${local}/bin/helper`), false);
      system.ostree('fsck', '--quiet');
    });
  }
});
