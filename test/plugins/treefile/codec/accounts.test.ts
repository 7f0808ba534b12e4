import assert from 'node:assert/strict';
import { AccountsError, parseAccounts } from '../../../../plugins/treefile/src/codec/accounts.ts';

describe('treefile parseAccounts', () => {
  it('reads users and groups, and leaves out what is none', () => {
    const passwd =
      '# head\nroot:x:0:0:Super User:/root:/bin/bash\n\n+nis::::::\nadm:x:3:4:adm:/var/adm:/sbin/nologin\n';
    assert.deepEqual(
      parseAccounts(passwd, 'passwd').map(({ name, id, group }) => [name, id, group]),
      [
        ['root', 0, 0],
        ['adm', 3, 4],
      ],
    );
    assert.deepEqual(
      parseAccounts('adm:x:4:root,bin\nwheel:x:10:', 'group').map(({ name, id, group }) => [name, id, group]),
      [
        ['adm', 4, null],
        ['wheel', 10, null],
      ],
    );
  });

  for (const line of [
    'root:x:0:0:Super User:/root',
    'root:x:zero:0::/:/',
    'root:x:-1:0::/:/',
    ':x:0:0::/:/',
    'x:x:4294967296:0::/:/',
  ]) {
    it(`refuses ${line}`, () => {
      assert.throws(
        () => parseAccounts(`ok:x:1:1::/:/\n${line}`, 'passwd'),
        (error) => error instanceof AccountsError && error.line === 2,
      );
    });
  }
});
