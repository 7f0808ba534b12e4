import assert from 'node:assert/strict';
import type { Context, KeySource, Verifier } from '@ostrata/core';
import type { SecretKey, Signer } from '@ostrata/signatures';
import { type Case, casesOf, refuses, stopsWhenAborted } from './case.ts';

/** A secret key and where its public half is. */
export interface KeyPair {
  readonly secret: SecretKey;
  readonly public: KeySource;
}

export interface VerifierFixture extends AsyncDisposable {
  readonly verifier: Verifier;
  /** Of the same mechanism. */
  readonly signer: Signer;
  readonly key: KeyPair;
  /** A key that has nothing to do with the first. */
  readonly other: KeyPair;
  /** A key that has expired by now, and a time in seconds at which it had not; null where keys do not expire. */
  readonly expired: (KeyPair & { readonly at: number }) | null;
  /** Revokes `key`, whatever else it trusts. */
  readonly revoked: KeySource;
  /** A path at which nothing is. */
  readonly missing: string;
  /** Something that is not keys. */
  readonly damaged: KeySource;
  readonly ctx: Context;
  /** Aborts `ctx.signal`. */
  abort(): void;
}

const DATA = Buffer.from('some bytes that matter');
const OTHER_DATA = Buffer.from('some bytes that differ');

/** What verifiers must do, and the signers of the same mechanism. */
export function verifierConformance(make: () => Promise<VerifierFixture>): Case[] {
  const signed = async ({ signer, ctx }: VerifierFixture, ...pairs: readonly KeyPair[]) => {
    const secrets = pairs.map(({ secret }) => secret);
    const signatures = await signer.sign(DATA, secrets, ctx);
    assert.equal(signatures.length, pairs.length, 'not a signature a key');
    return signatures;
  };

  return casesOf(make, {
    'finds a signature good, and names its key': async (fixture) => {
      const { verifier, key, ctx } = fixture;
      const [found, ...more] = await verifier.verify(DATA, await signed(fixture, key), [key.public], ctx);
      assert.deepEqual(more, []);
      assert.equal(found?.verdict, 'good');
      assert.match(found?.key ?? '', /\S/);
    },

    'keeps signatures under one key of the metadata': async ({ verifier, signer }) => {
      assert.match(verifier.metadataKey, /\S/);
      assert.equal(signer.metadataKey, verifier.metadataKey);
    },

    'finds a signature of other bytes bad': async (fixture) => {
      const { verifier, key, ctx } = fixture;
      const [found] = await verifier.verify(OTHER_DATA, await signed(fixture, key), [key.public], ctx);
      assert.equal(found?.verdict, 'bad');
    },

    'does not accept a key that was not named': async (fixture) => {
      const { verifier, key, other, ctx } = fixture;
      const [found] = await verifier.verify(DATA, await signed(fixture, key), [other.public], ctx);
      assert.ok(found?.verdict === 'unknown-key' || found?.verdict === 'bad', found?.verdict);
    },

    'judges each signature for itself, in order': async (fixture) => {
      const { verifier, key, other, ctx } = fixture;
      const [one, two] = await signed(fixture, key, other);
      const list = [Buffer.from('no signature'), one as Uint8Array, Buffer.alloc(0), two as Uint8Array];
      const found = await verifier.verify(DATA, list, [other.public, key.public], ctx);
      assert.deepEqual(
        found.map(({ verdict }) => verdict),
        ['bad', 'good', 'bad', 'good'],
      );
      assert.notEqual(found[1]?.key, found[3]?.key);
    },

    'takes no signature for none': async ({ verifier, key, ctx }) => {
      assert.deepEqual(await verifier.verify(DATA, [], [key.public], ctx), []);
    },

    'knows by its name who made a signature': async (fixture) => {
      const { verifier, key, other, ctx } = fixture;
      const found = await verifier.verify(DATA, await signed(fixture, key, other), [key.public, other.public], ctx);
      const names = found.map((signature) => signature.key);
      assert.deepEqual(
        found.map((signature) => names.map((name) => verifier.isBy(signature, name))),
        [
          [true, false],
          [false, true],
        ],
      );
      assert.equal(verifier.isBy({ key: '', verdict: 'bad', signer: null }, ''), false);
    },

    'is not taken in by a revoked key': async (fixture) => {
      const { verifier, key, revoked, ctx } = fixture;
      const [found] = await verifier.verify(DATA, await signed(fixture, key), [key.public, revoked], ctx);
      assert.equal(found?.verdict, 'revoked');
    },

    'lets nobody else suffer for a revoked key': async (fixture) => {
      const { verifier, key, other, revoked, ctx } = fixture;
      const sources = [key.public, revoked, other.public];
      const found = await verifier.verify(DATA, await signed(fixture, key, other), sources, ctx);
      assert.deepEqual(
        found.map(({ verdict }) => verdict),
        ['revoked', 'good'],
      );
    },

    'asks of now whether a key has expired, and not of when it signed': async (fixture) => {
      const { verifier, signer, key, expired, ctx } = fixture;
      if (expired === null) return;
      const then = { ...ctx, now: () => expired.at };
      const signatures = await signer.sign(DATA, [expired.secret], then);
      const verdicts = async (now: Context) =>
        (await verifier.verify(DATA, signatures, [expired.public, key.public], now)).map(({ verdict }) => verdict);
      assert.deepEqual(await verdicts(then), ['good']);
      assert.deepEqual(await verdicts(ctx), ['expired']);
      const [bad] = await verifier.verify(OTHER_DATA, signatures, [expired.public], ctx);
      assert.equal(bad?.verdict, 'bad', 'what is bad is called expired');
    },

    'finds every change of a signature': async (fixture) => {
      const { verifier, key, ctx } = fixture;
      const [signature = Buffer.alloc(0)] = await signed(fixture, key);
      const changed = Array.from({ length: signature.length }, (_, at) => {
        const copy = Buffer.from(signature);
        copy[at] = (copy[at] ?? 0) ^ 0x55;
        return copy;
      });
      const found = await Promise.all(changed.map((bytes) => verifier.verify(DATA, [bytes], [key.public], ctx)));
      const passed = found.flatMap((list, at) => (list.some(({ verdict }) => verdict === 'good') ? [at] : []));
      assert.deepEqual(passed, [], 'bytes that may be changed');
    },

    'survives signatures that are cut short or have trailing bytes': async (fixture) => {
      const { verifier, key, ctx } = fixture;
      const [signature = Buffer.alloc(0)] = await signed(fixture, key);
      const cut = Array.from({ length: signature.length }, (_, size) => signature.subarray(0, size));
      for (const { verdict } of await verifier.verify(DATA, cut, [key.public], ctx)) assert.equal(verdict, 'bad');
      const longer = Buffer.concat([signature, Buffer.from('more')]);
      const verdicts = await verifier.verify(DATA, [longer], [key.public], ctx);
      assert.ok(
        verdicts.some(({ verdict }) => verdict === 'bad'),
        'trailing bytes passed unseen',
      );
    },

    'refuses to judge without a key, and what is no file of keys': async ({ verifier, missing, damaged, ctx }) => {
      await refuses(verifier.verify(DATA, [], [], ctx), 'no key');
      await refuses(verifier.verify(DATA, [], [missing], ctx), 'a file that is not there');
      await refuses(verifier.verify(DATA, [], [damaged], ctx), 'a damaged file');
    },

    'refuses to sign with a key that is not there, or is none': async ({ signer, missing, damaged, ctx }) => {
      await refuses(signer.sign(DATA, [{ from: missing, id: null }], ctx), 'a file that is not there');
      await refuses(signer.sign(DATA, [{ from: damaged, id: null }], ctx), 'a damaged file');
    },

    'trusts somebody even where a remote says nothing': async ({ verifier, missing }) => {
      for (const remote of ['origin', null]) {
        const sources = await verifier.trusted({ repository: missing, remote, options: {} });
        assert.ok(sources.length > 0);
      }
    },

    'describes every verdict': async ({ verifier }) => {
      for (const verdict of ['good', 'bad', 'unknown-key', 'expired', 'revoked'] as const) {
        const lines = verifier.describe({ key: 'abcd', verdict, signer: null });
        assert.ok(lines.length > 0, verdict);
        for (const line of lines) assert.match(line, /^\S[^\n]*$/);
      }
    },

    'does nothing once it is aborted': async (fixture) => {
      const { verifier, signer, key, ctx, abort } = fixture;
      const signatures = await signed(fixture, key);
      abort();
      await stopsWhenAborted(() => verifier.verify(DATA, signatures, [key.public], ctx));
      await stopsWhenAborted(() => signer.sign(DATA, [key.secret], ctx));
    },
  });
}
