import assert from 'node:assert/strict';
import { sharedData } from '../../../../support/shared.ts';
import { LocalCompose } from '../../support/compose.ts';
import { FakeSandbox } from '../../support/fake-sandbox.ts';

/** Packages of others with scripts in Lua, and what the scripts say. */
const PACKAGES: readonly (readonly [file: string, said: readonly string[]])[] = [
  [
    'rpms/rpm-software-management+rpm/mwe-rpm-lua-problem-1.0.0-1.noarch.rpm',
    ['Hello World from preinstall lua scriptlet!'],
  ],
  ['rpms/rpm-software-management+librepo/filesystem-2.4.44-1.fc16.i686.rpm', []],
  ['rpms-built-from-rpm-specs/w19.zstdio/luafork-1.0-1.noarch.rpm', ['child']],
  ['rpms-built-from-rpm-specs/w19.zstdio/reloc-1.0-1.noarch.rpm', ['1: /opt/bin', '2: /opt/etc', '3: /opt/lib']],
];

describe('scripts in Lua of real packages (needs ../shared/data)', () => {
  for (const [path, said] of PACKAGES) {
    const file = sharedData(...path.split('/'));
    it(path.slice(path.lastIndexOf('/') + 1), async function () {
      if (file === undefined) return this.skip();
      const sandbox = new FakeSandbox();
      await using compose = new LocalCompose({ sandbox: sandbox.plugin });
      await compose.run([file]);
      const lines = compose.events.flatMap((event) => (event.type === 'message' ? [event.text] : []));
      assert.deepEqual(lines.filter((line) => !line.includes('left out')).slice(0, said.length), said);
    });
  }
});
