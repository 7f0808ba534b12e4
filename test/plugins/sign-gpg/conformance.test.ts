import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pluginConformance, testContext, verifierConformance } from '@ostrata/testkit';
import { readKey } from 'openpgp';
import plugin from '../../../plugins/sign-gpg/src/index.ts';
import { GpgSigner } from '../../../plugins/sign-gpg/src/signer.ts';
import { GpgVerifier } from '../../../plugins/sign-gpg/src/verifier.ts';
import { KEY_TIME, type TestKey, testKey } from './support.ts';

describe('gpg does what verifiers must', () => {
  let keys: readonly [TestKey, TestKey, TestKey];
  before(async () => {
    keys = [await testKey('one'), await testKey('two'), await testKey('old', { keyExpirationTime: 1000 })];
  });

  const make = async () => {
    const context = testContext();
    const directory = context.ctx.environment.tempDir;
    const write = (name: string, content: string | Uint8Array) => {
      mkdirSync(join(directory, name, '..'), { recursive: true });
      writeFileSync(join(directory, name), content);
      return join(directory, name);
    };
    const pair = (name: string, key: TestKey) => ({
      secret: { from: write(`${name}.secret`, key.armoredSecret), id: null },
      public: write(`${name}.asc`, key.armoredPublic),
    });
    const [one, two, old] = keys;
    write('trust/all.gpg', (await readKey({ armoredKey: one.revoked })).write());
    return {
      ...context,
      verifier: new GpgVerifier(),
      signer: new GpgSigner(),
      key: pair('one', one),
      other: pair('two', two),
      expired: { ...pair('old', old), at: KEY_TIME.getTime() / 1000 + 500 },
      revoked: { trust: join(directory, 'trust') },
      missing: join(directory, 'none'),
      damaged: write('damaged', 'no key at all\n'),
    };
  };
  for (const { name, run } of verifierConformance(make)) it(name, run);
});

describe('sign-gpg as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});
