import assert from 'node:assert/strict';
import type { Signature } from '@ostrata/core';
import { generateKey, type PrivateKey, readKey } from 'openpgp';
import { signCommit } from '../../../plugins/sign-gpg/src/sign-commit.ts';
import { GpgSigner } from '../../../plugins/sign-gpg/src/signer.ts';
import { GpgVerifier } from '../../../plugins/sign-gpg/src/verifier.ts';
import { missing, tool } from '../../support/tools.ts';
import { Repository } from './repository.ts';
import { KEY_TIME, type TestKey, testKey } from './support.ts';

const absent = missing('ostree', 'gpg', 'gpgconf');

describe(`sign-gpg beside the real ostree and gpg (needs ${absent.join(', ') || 'ostree, gpg'})`, () => {
  let repository: Repository;
  let zone: string | undefined;
  const verifier = new GpgVerifier();
  const signer = new GpgSigner();

  before(function () {
    if (absent.length > 0) this.skip();
    zone = process.env['TZ'];
    process.env['TZ'] = 'UTC';
  });
  after(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });
  beforeEach(() => {
    repository = new Repository();
  });
  afterEach(() => repository[Symbol.asyncDispose]());

  const verify = async (keyring: string): Promise<readonly Signature[]> =>
    verifier.verify(await repository.bytes(), await repository.signatures(), [keyring], repository.ctx);
  const binary = async (...armored: string[]) =>
    Buffer.concat(await Promise.all(armored.map(async (armoredKey) => (await readKey({ armoredKey })).write())));
  /** The lines about signatures, without indentation. */
  const shown = (): string[] =>
    repository
      .ostree('show', repository.commit)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^(Signature|Good|BAD|Expired|Key|Primary|Can't)/.test(line));

  for (const type of ['ecc', 'rsa'] as const) {
    it(`checks what ostree gpg-sign made with a key of type ${type}, and describes it as ostree show does`, async () => {
      const key = await testKey('one', { type });
      const home = repository.home('home', key.armoredSecret);
      repository.ostree('gpg-sign', `--gpg-homedir=${home}`, repository.commit, key.secret.getFingerprint());
      const keyring = repository.trust(await binary(key.armoredPublic));
      const [signature, ...more] = await verify(keyring);
      assert.deepEqual([signature?.verdict, more], ['good', []]);
      assert.equal(signature?.signer, 'one <one@example.com>');
      const id = key.secret.getKeyID().toHex();
      for (const name of [id, `0x${id.slice(-8).toUpperCase()}`, 'one@example.com'])
        assert.ok(verifier.isBy(signature, name));
      for (const name of ['two', 'deadbeef', '']) assert.ok(!verifier.isBy(signature, name));
      assert.deepEqual(verifier.describe(signature as Signature), shown());
    });

    it(`signs with a file of a key of type ${type} so that ostree accepts it`, async () => {
      const key = await testKey('one', { type });
      const file = repository.write('secret.asc', key.armoredSecret);
      await repository.setSignatures(
        await signer.sign(await repository.bytes(), [{ from: file, id: null }], repository.ctx),
      );
      repository.trust(await binary(key.armoredPublic));
      assert.match(shown().join('\n'), /Good signature from "one <one@example.com>"/);
      assert.match(repository.ostree('show', '--gpg-verify-remote=origin', repository.commit), /Good signature/);
    });
  }

  it('signs with a home directory by gpg, also by part of a user id', async () => {
    const [one, two] = [await testKey('one'), await testKey('two')];
    const home = repository.home('home', one.armoredSecret, two.armoredSecret);
    const ids = ['two@example.com', one.secret.getFingerprint()];
    const bytes = await repository.bytes();
    await repository.setSignatures(
      await signer.sign(
        bytes,
        ids.map((id) => ({ from: home, id })),
        repository.ctx,
      ),
    );
    const keyring = repository.trust(await binary(one.armoredPublic, two.armoredPublic));
    assert.deepEqual(
      (await verify(keyring)).map(({ verdict, signer }) => [verdict, signer]),
      [
        ['good', 'two <two@example.com>'],
        ['good', 'one <one@example.com>'],
      ],
    );
    assert.equal(shown().filter((line) => line.startsWith('Good')).length, 2);
  });

  it('says so when the home directory lacks the key', async () => {
    const home = repository.home('home', (await testKey('one')).armoredSecret);
    const signing = signer.sign(await repository.bytes(), [{ from: home, id: 'nobody' }], repository.ctx);
    await assert.rejects(signing, { code: 'GPG_KEY_UNKNOWN', message: /nobody/ });
  });

  it('reads the keybox of a home directory', async () => {
    const key = await testKey('one');
    const home = repository.home('home', key.armoredPublic);
    await signWith(key);
    assert.deepEqual((await verify(`${home}/pubring.kbx`))[0]?.verdict, 'good');
    const found = await verifier.verify(
      await repository.bytes(),
      await repository.signatures(),
      [{ trust: home }],
      repository.ctx,
    );
    assert.equal(found[0]?.verdict, 'good');
  });

  const signWith = async (key: TestKey, options: { at?: number; subkey?: boolean } = {}) => {
    const from = repository.write('secret.asc', key.armoredSecret);
    const ctx = { ...repository.ctx, now: () => options.at ?? Math.floor(Date.now() / 1000) };
    await repository.setSignatures(await signer.sign(await repository.bytes(), [{ from, id: null }], ctx));
  };
  const agrees = async (keyring: Uint8Array, verdict: Signature['verdict'], expired?: string) => {
    const [signature] = await verify(repository.trust(keyring));
    assert.equal(signature?.verdict, verdict);
    assert.equal(signature?.expired, expired);
    assert.deepEqual(verifier.describe(signature as Signature), shown());
  };

  it('agrees about an expired key', async () => {
    const key = await testKey('old', { keyExpirationTime: 1000 });
    await signWith(key, { at: KEY_TIME.getTime() / 1000 + 500 });
    await agrees(await binary(key.armoredPublic), 'expired', 'key');
  });

  it('agrees about a key that expires one day', async () => {
    const key = await testKey('some', { keyExpirationTime: 2 ** 30 });
    // The third of a month: GLib pads days.
    await signWith(key, { at: 1_601_700_000 });
    await agrees(await binary(key.armoredPublic), 'good');
  });

  it('agrees about a revoked key', async () => {
    const key = await testKey('gone');
    await signWith(key);
    await agrees(await binary(key.revoked), 'revoked');
  });

  it('agrees about an unknown key', async () => {
    await signWith(await testKey('one'));
    await agrees(await binary((await testKey('two')).armoredPublic), 'unknown-key');
  });

  it('agrees about a signature of other bytes', async () => {
    const key = await testKey('one');
    const from = repository.write('secret.asc', key.armoredSecret);
    await repository.setSignatures(await signer.sign(Buffer.from('other'), [{ from, id: null }], repository.ctx));
    const [signature] = await verify(repository.trust(await binary(key.armoredPublic)));
    assert.equal(signature?.verdict, 'bad');
    // gpgme forgets date and algorithm of a bad signature; we tell them.
    assert.equal(verifier.describe(signature as Signature)[1], shown()[1]);
  });

  it('agrees about a signing subkey, good, expired and revoked', async () => {
    const make = async (keyExpirationTime: number) => {
      const made = await generateKey({
        userIDs: [{ name: 'sub', email: 'sub@example.com' }],
        date: KEY_TIME,
        subkeys: [{ sign: true, keyExpirationTime }],
        format: 'object',
      });
      return made.privateKey;
    };
    const asKey = (secret: PrivateKey) => ({
      secret,
      armoredSecret: secret.armor(),
      armoredPublic: secret.toPublic().armor(),
      revoked: '',
    });
    const good = asKey(await make(0));
    await signWith(good);
    await agrees(await binary(good.armoredPublic), 'good');

    const revoked = await good.secret.subkeys[0]?.revoke(good.secret.keyPacket as never, {}, new Date());
    (good.secret.subkeys as unknown[])[0] = revoked;
    await agrees(good.secret.toPublic().write(), 'revoked');

    const short = asKey(await make(1000));
    await signWith(short, { at: KEY_TIME.getTime() / 1000 + 500 });
    await agrees(await binary(short.armoredPublic), 'expired', 'key');
  });

  it('does not take a subkey for the key of somebody who never bound it', async () => {
    const made = await generateKey({
      userIDs: [{ name: 'sub', email: 'sub@example.com' }],
      date: KEY_TIME,
      subkeys: [{ sign: true }],
      format: 'object',
    });
    const victim = await testKey('victim');
    await signWith({ ...victim, armoredSecret: made.privateKey.armor() });
    const stranger = made.privateKey.toPublic().subkeys[0] as { bindingSignatures: unknown[] };
    const trusted = victim.secret.toPublic();
    (trusted.subkeys as unknown[]).push(stranger);
    for (const signatures of [stranger.bindingSignatures, []]) {
      stranger.bindingSignatures = signatures;
      const [signature] = await verify(repository.trust(trusted.write()));
      assert.equal(signature?.verdict, 'bad');
      assert.ok(!shown().some((line) => line.startsWith('Good')));
    }
  });

  it('signs what ostree pulls, which pulls nothing that is not signed', async () => {
    const [key, other] = [await testKey('one'), await testKey('other')];
    const target = `--repo=${repository.directory}/target`;
    const ring = repository.write('ring.gpg', await binary(key.armoredPublic));
    tool(['ostree', 'init', target, '--mode=archive']);
    const remote = ['--set=gpg-verify=true', `--gpg-import=${ring}`, 'origin', `file://${repository.path}`];
    tool(['ostree', 'remote', 'add', target, ...remote]);
    const pull = () => tool(['ostree', 'pull', target, 'origin', 'main']);
    assert.throws(pull, /no signatures found/);
    await signWith(other);
    assert.throws(pull, /public key not found|none are in trusted keyring/);
    await signWith(key);
    pull();
    assert.equal(tool(['ostree', 'rev-parse', target, 'origin:main']).trim(), repository.commit);
  });

  it('signs what a compose publishes, once a key, also when the commit is made again', async () => {
    const [one, two] = [await testKey('one'), await testKey('two')];
    const files = [one, two].map((key, index) => repository.write(`secret${index}.asc`, key.armoredSecret));
    const keyring = repository.trust(await binary(one.armoredPublic, two.armoredPublic));
    const store = await repository.store();
    const commit = { id: repository.commit, meta: {} as never, plan: null };
    const sign = (...names: string[]) =>
      signCommit(
        signer,
        names.map((from) => ({ from, id: null })),
        { commit, store },
        repository.ctx,
      );
    await sign(files[0] as string);
    await sign(...files);
    await sign(files[1] as string);
    store.close();
    assert.deepEqual(
      (await verify(keyring)).map(({ verdict }) => verdict),
      ['good', 'good'],
    );
    assert.equal(shown().filter((line) => line.startsWith('Good')).length, 2);
  });
});
