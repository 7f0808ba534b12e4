import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERIFIER } from '@ostrata/core';
import { signaturesIn } from '@ostrata/signatures';
import { testEnvironment, testHost, testIntent, testRequest, World } from '@ostrata/testkit';
import signEd25519 from '../../plugins/sign-ed25519/src/index.ts';
import signGpg from '../../plugins/sign-gpg/src/index.ts';
import { pemKeys, rawKeys } from '../plugins/sign-ed25519/support.ts';
import { testKey } from '../plugins/sign-gpg/support.ts';

const keys = { ed25519: rawKeys(), spki: pemKeys() };

async function scene() {
  const environment = testEnvironment();
  const write = (name: string, content: string) => {
    writeFileSync(join(environment.cacheDir, name), content);
    return join(environment.cacheDir, name);
  };
  const gpg = await testKey('releases');
  const world = new World();
  world.sources.set('main', { packages: [{ name: 'app', files: { 'usr/bin/app': 'app\n' } }] });
  const config = {
    'sign-gpg': { keys: [{ file: write('gpg', gpg.armoredSecret), key: 'releases@example.com' }] },
    'sign-ed25519': {
      ed25519: { keys: [write('ed25519', keys.ed25519.secret)] },
      spki: { keys: [write('spki', keys.spki.secret)] },
    },
  };
  const publics = { gpg: gpg.armoredPublic, ed25519: keys.ed25519.public, spki: keys.spki.public };
  const host = (changes: object = {}) =>
    testHost({ world, environment, plugins: [signGpg, signEd25519], config: { ...config, ...changes } });
  const request = testRequest({ intent: testIntent('app'), store: { work: '/work', target: '/repo' } });
  return { environment, world, host, request, publics, write };
}

describe('journey: a compose that signs', () => {
  it('signs what it publishes with every configured key, and once when it is done again', async () => {
    const { environment, world, host, request, publics } = await scene();
    using _environment = environment;
    const signing = await host();
    const first = await signing.run(request);
    const again = await signing.run({ ...request, commit: { ...request.commit, parent: null, force: true } });
    assert.equal(again.commit?.id, first.commit?.id);

    const id = first.commit?.id ?? '';
    const store = world.stores.find('/repo');
    const [metadata, bytes] = [await store.detachedMetadata(id), await store.commitBytes(id)];
    const session = signing.context();
    for (const [mechanism, key] of Object.entries(publics)) {
      const verifier = await session.ctx.get(VERIFIER, mechanism);
      const signatures = signaturesIn(metadata, verifier.metadataKey);
      const found = await verifier.verify(bytes, signatures, [{ keys: Buffer.from(key), name: 'key' }], session.ctx);
      assert.deepEqual(
        found.map(({ verdict }) => verdict),
        ['good'],
        mechanism,
      );
    }
    await session.close();
    assert.deepEqual(await world.stores.find('/work').detachedMetadata(id), {});
  });

  it('signs with the key that another plugin asks for, by gpg or with what the configuration has of it', async () => {
    const { environment, world, host, request } = await scene();
    using _environment = environment;
    const asking = (key: string) => ({ ...request, extras: { 'sign-gpg': { key } } });
    const configured = await (await host({ 'sign-ed25519': {} })).run(asking('releases@example.com'));
    const metadata = await world.stores.find('/repo').detachedMetadata(configured.commit?.id ?? '');
    assert.equal(signaturesIn(metadata, 'ostree.gpgsigs').length, 1);
    const unknown = (await host({ 'sign-gpg': {}, 'sign-ed25519': {} })).run({
      ...asking('nobody@example.com'),
      commit: { ...request.commit, parent: null, force: true },
    });
    // The host of tests has no gpg.
    await assert.rejects(unknown, { message: 'The program gpg is not installed.' });
  });

  it('publishes nothing that it cannot sign', async () => {
    const { environment, world, host, request, write } = await scene();
    using _environment = environment;
    const file = write('locked', (await testKey('locked', { passphrase: 'secret' })).armoredSecret);
    const signing = await host({ 'sign-gpg': { keys: [{ file }] } });
    await assert.rejects(signing.run(request), { code: 'GPG_KEY_PROTECTED', message: new RegExp(file) });
    assert.equal(await world.stores.find('/repo').resolve('test/stable'), null);
  });

  it('signs nothing where no key is configured', async () => {
    const { environment, world, host, request } = await scene();
    using _environment = environment;
    const { commit } = await (await host({ 'sign-gpg': {}, 'sign-ed25519': {} })).run(request);
    assert.deepEqual(await world.stores.find('/repo').detachedMetadata(commit?.id ?? ''), {});
  });
});
