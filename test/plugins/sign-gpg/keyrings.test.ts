import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { testContext } from '@ostrata/testkit';
import { readKey } from 'openpgp';
import { GpgKeyrings } from '../../../plugins/sign-gpg/src/keyrings.ts';
import { sharedData } from '../../support/shared.ts';
import { missing } from '../../support/tools.ts';
import { Repository } from './repository.ts';
import { testKey } from './support.ts';

const keyrings = new GpgKeyrings();
const contents = (text: string | Uint8Array) => ({ keys: Buffer.from(text as string), name: 'test' });

describe('keyrings of OpenPGP keys', () => {
  it('takes keys in, knows which are new, and keeps those that were there', async () => {
    await using context = testContext();
    const [one, two] = [await testKey('one'), await testKey('two')];
    const first = await keyrings.add(null, [contents(one.armoredPublic)], null, context.ctx);
    assert.equal(first.added, 1);
    const both = [contents(one.armoredPublic), contents(two.armoredPublic)];
    const second = await keyrings.add(contents(first.keyring), both, null, context.ctx);
    assert.equal(second.added, 1);
    const users = (await keyrings.list([contents(second.keyring)], context.ctx)).map(({ users }) => users[0]?.id);
    assert.deepEqual(users, ['one <one@example.com>', 'two <two@example.com>']);
  });

  it('takes only public parts of secret keys', async () => {
    await using context = testContext();
    const { armoredSecret } = await testKey('one');
    const { keyring } = await keyrings.add(null, [contents(armoredSecret)], null, context.ctx);
    assert.equal((await readKey({ binaryKey: keyring })).isPrivate(), false);
  });

  it('takes a revocation over into the key that is there', async () => {
    await using context = testContext();
    const key = await testKey('one');
    const before = contents((await readKey({ armoredKey: key.armoredPublic })).write());
    const { keyring, added } = await keyrings.add(before, [contents(key.revoked)], null, context.ctx);
    assert.equal(added, 0);
    assert.deepEqual(
      (await keyrings.list([contents(keyring)], context.ctx)).map(({ revoked }) => revoked),
      [true],
    );
  });

  it('takes the keys that ids mean, and refuses an id that means none', async () => {
    await using context = testContext();
    const keys = [await testKey('one'), await testKey('two'), await testKey('three')];
    const from = keys.map(({ armoredPublic }) => contents(armoredPublic));
    const id = keys[2]?.secret.getKeyID().toHex().toUpperCase() ?? '';
    const { keyring } = await keyrings.add(null, from, ['one@example', `0x${id}`], context.ctx);
    assert.equal((await keyrings.list([contents(keyring)], context.ctx)).length, 2);
    await assert.rejects(keyrings.add(null, from, ['four'], context.ctx), { code: 'GPG_KEY_UNKNOWN' });
  });
});

const absent = missing('ostree', 'gpg', 'gpgconf');

describe(`keyrings beside ostree (needs ${absent.join(', ') || 'ostree, gpg'} and ../shared)`, () => {
  const rings = [
    ['ostree', 'gpghome', 'trusted', 'pubring.gpg'],
    ['ostree', 'gpg-verify-data', 'pubring.gpg'],
    ['flatpak-keyrings', 'test-keyring', 'pubring.gpg'],
    ['eos-updater-gpghome', 'pubring.gpg'],
    ['cockpit-ostree', 'pubring.gpg'],
  ];
  let zone: string | undefined;
  before(function () {
    if (absent.length > 0 || sharedData('ostree') === undefined) this.skip();
    zone = process.env['TZ'];
    process.env['TZ'] = 'UTC';
  });
  after(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  for (const parts of rings) {
    it(`lists ${parts.join('/')} as ostree remote gpg-list-keys does`, async () => {
      await using repository = new Repository();
      const ring = readFileSync(sharedData('ostree', ...parts) as string);
      const path = repository.trust(ring);
      const lines = (await keyrings.list([path], repository.ctx)).flatMap((key) => keyrings.describe(key));
      assert.deepEqual(lines, repository.ostree('remote', 'gpg-list-keys', 'origin').trimEnd().split('\n'));
    });
  }

  it('lists what has expired, will expire, and was revoked in the same words', async () => {
    await using repository = new Repository();
    const keys = [
      (await testKey('old', { keyExpirationTime: 1000 })).armoredPublic,
      (await testKey('some', { keyExpirationTime: 2 ** 30 })).armoredPublic,
      (await testKey('gone')).revoked,
    ];
    const { keyring } = await keyrings.add(null, keys.map(contents), null, repository.ctx);
    const path = repository.trust(keyring);
    const lines = (await keyrings.list([path], repository.ctx)).flatMap((key) => keyrings.describe(key));
    assert.deepEqual(lines, repository.ostree('remote', 'gpg-list-keys', 'origin').trimEnd().split('\n'));
  });

  it('makes keyrings that ostree reads, and reads those that ostree makes', async () => {
    await using repository = new Repository();
    const key = await testKey('one');
    const { keyring } = await keyrings.add(null, [contents(key.armoredPublic)], null, repository.ctx);
    repository.trust(keyring);
    const file = repository.write('two.asc', (await testKey('two')).armoredPublic);
    assert.match(repository.ostree('remote', 'gpg-import', `--keyring=${file}`, 'origin'), /Imported 1 GPG key to/);
    const list = await keyrings.list([`${repository.path}/origin.trustedkeys.gpg`], repository.ctx);
    assert.deepEqual(
      list.map(({ users }) => users[0]?.id),
      ['one <one@example.com>', 'two <two@example.com>'],
    );
  });
});
