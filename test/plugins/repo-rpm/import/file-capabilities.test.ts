import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeFileCapabilities } from '../../../../plugins/repo-rpm/src/import/file-capabilities.ts';
import { missing, tool } from '../../../support/tools.ts';

const TEXTS = [
  'cap_net_raw=ep',
  'cap_net_raw+ep',
  'cap_net_raw=p',
  'cap_net_admin,cap_net_raw=p',
  'cap_setuid=ep cap_setgid=ei',
  'cap_sys_admin,cap_bpf=eip',
  'cap_chown=eip cap_chown-i',
  'CAP_KILL=i',
  'cap_net_admin,cap_net_raw+eip',
  'cap_checkpoint_restore=ep',
];

describe('file capabilities', () => {
  it('refuses what is no text of capabilities', () => {
    for (const text of [
      '',
      'cap_net_raw',
      'cap_nonsense=p',
      'cap_net_raw=x',
      '+ep',
      'cap_kill=ep cap_chown=p',
      '99=p',
    ]) {
      assert.throws(() => encodeFileCapabilities(text), { code: 'RPM_CAPABILITIES_INVALID' }, text);
    }
  });

  it('encodes revision 2', () => {
    assert.equal(encodeFileCapabilities('cap_net_raw=ep').toString('hex'), '0100000200200000000000000000000000000000');
    assert.equal(encodeFileCapabilities('=p').toString('hex'), '00000002ffffffff00000000ff01000000000000');
  });

  describe('beside setcap (needs setcap, getfattr, root)', () => {
    let directory: string;
    before(function () {
      const lacking = missing('setcap', 'getfattr', 'root');
      if (lacking.length > 0) this.skip();
      directory = mkdtempSync(join(tmpdir(), 'ostrata-caps-'));
    });
    after(() => directory && rmSync(directory, { recursive: true }));

    for (const text of TEXTS) {
      it(`gives the same attribute for ${text}`, () => {
        const file = join(directory, 'file');
        writeFileSync(file, '');
        tool(['setcap', text, file]);
        const dump = tool(['getfattr', '--absolute-names', '-n', 'security.capability', '-e', 'hex', file]);
        const expected = /security\.capability=0x([0-9a-f]+)/.exec(dump)?.[1];
        assert.equal(encodeFileCapabilities(text).toString('hex'), expected);
      });
    }
  });
});
