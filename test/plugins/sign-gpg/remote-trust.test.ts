import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testEnvironment } from '@ostrata/testkit';
import { trustOf } from '../../../plugins/sign-gpg/src/remote-trust.ts';

describe('whom a remote trusts, for OpenPGP', () => {
  const environment = testEnvironment();
  after(() => environment[Symbol.dispose]());
  const repository = environment.tempDir;
  const keyring = join(repository, 'own.trustedkeys.gpg');
  const system = { trust: '/usr/share/ostree/trusted.gpg.d' };
  before(() => writeFileSync(keyring, ''));

  const cases = {
    'the system, without a keyring of its own': [{ remote: 'other', options: {} }, [system]],
    'its own keyring, and the system no longer': [{ remote: 'own', options: {} }, [keyring]],
    'paths in gpgkeypath beside either': [
      { remote: 'other', options: { gpgkeypath: '/a;/b;/c;' } },
      [system, '/a', '/b', '/c'],
    ],
    'paths beside its own keyring': [{ remote: 'own', options: { gpgkeypath: '/a' } }, [keyring, '/a']],
    'every keyring, for all remotes': [{ remote: null, options: {} }, [{ trust: repository }, system]],
    'another directory in place of the system': [{ remote: 'other', options: {}, system: '/t' }, [{ trust: '/t' }]],
    'nobody but itself': [{ remote: 'other', options: {}, system: null }, []],
    'the system alone': [{ repository: null, remote: null, options: {} }, [system]],
  } as const;
  for (const [name, [remote, expected]] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(trustOf({ repository, ...remote }), expected));
  }

  it('one kind of separator, and no path that is empty by mistake', () => {
    const paths = (gpgkeypath: string) => trustOf({ repository, remote: 'own', options: { gpgkeypath } }).slice(1);
    assert.deepEqual(paths('/a,/b,'), ['/a', '/b']);
    assert.deepEqual(paths(',/b'), ['', '/b']);
    assert.throws(() => paths('/a,/b;/c'), { code: 'GPG_KEY_PATHS', message: /more than one separator/ });
  });
});
