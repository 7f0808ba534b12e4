import assert from 'node:assert/strict';
import { isHostError } from '@ostrata/core';
import { type TestContext, testContext } from '@ostrata/testkit';
import fc from 'fast-check';
import { createMessage, readKey, sign } from 'openpgp';
import { GpgVerifier } from '../../../plugins/sign-gpg/src/verifier.ts';
import { testKey } from './support.ts';

const DATA = Buffer.from('some bytes');
const OTHER = Buffer.from('other bytes');

describe('damaged OpenPGP signatures and keys', () => {
  const verifier = new GpgVerifier();
  let context: TestContext;
  let signature: Uint8Array;
  let ring: Uint8Array;
  before(async () => {
    context = testContext();
    const { secret, armoredPublic } = await testKey('one');
    const message = await createMessage({ binary: DATA });
    const date = new Date(context.ctx.now() * 1000);
    signature = await sign({ message, signingKeys: secret, detached: true, format: 'binary', date });
    ring = (await readKey({ armoredKey: armoredPublic })).write();
  });
  after(() => context[Symbol.asyncDispose]());

  /** Bytes put over others, or cut out and put in. */
  const changes = fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.option(fc.nat(3)),
      add: fc.uint8Array({ maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 3 },
  );
  const change = (bytes: Uint8Array, list: readonly { at: number; remove: number | null; add: Uint8Array }[]) =>
    list.reduce((now, { at, remove, add }) => {
      const start = Math.floor(at * now.length);
      return Buffer.concat([now.subarray(0, start), add, now.subarray(start + (remove ?? add.length))]);
    }, Buffer.from(bytes));
  const verify = (data: Uint8Array, bytes: Uint8Array, keys: Uint8Array) =>
    verifier.verify(data, [bytes], [{ keys, name: 'ring' }], context.ctx);

  it('give a verdict for every signature, which is never good for other bytes', async () => {
    assert.equal((await verify(DATA, signature, ring))[0]?.verdict, 'good');
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const found = await verify(OTHER, change(signature, list), ring);
        assert.ok(found.length > 0);
        for (const { verdict } of found) assert.notEqual(verdict, 'good');
      }),
      { numRuns: 300 },
    );
  });

  it('give a verdict for every keyring, or say that it is none', async () => {
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const found = await verify(OTHER, signature, change(ring, list)).catch((error: unknown) => error);
        if (!Array.isArray(found)) assert.ok(isHostError(found) && found.code === 'GPG_KEY_INVALID', `${found}`);
        else assert.notEqual(found[0]?.verdict, 'good');
      }),
      { numRuns: 300 },
    );
  });
});
