import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import type { RemoteTrust, Verifier } from '@ostrata/core';
import { encodeMetadata } from '../../../../plugins/store-ostree/src/codec/commit.ts';
import { variant } from '../../../../plugins/store-ostree/src/codec/gvariant/index.ts';
import { prepareDelta } from '../../../../plugins/store-ostree/src/delta/generate.ts';
import { pull } from '../../../../plugins/store-ostree/src/pull/index.ts';
import { addRemote } from '../../../../plugins/store-ostree/src/remote/index.ts';
import { initRepository } from '../../../../plugins/store-ostree/src/repo/init.ts';
import { listRefs } from '../../../../plugins/store-ostree/src/repo/refs.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import { updateSummary, writeSummarySignature } from '../../../../plugins/store-ostree/src/summary/index.ts';
import type { TestServer } from '../../fetch-http/support/server.ts';
import { commitMeta, newStore, temporary } from '../support.ts';
import { pullRun, serveDirectory } from './support.ts';

/** A signature is the length of the data after the name of a key. */
const verifier = (metadataKey: string, asked: RemoteTrust[] = []): Verifier => ({
  metadataKey,
  trusted: async (remote) => {
    asked.push(remote);
    return ['good'];
  },
  verify: async (data, signatures, keys) =>
    signatures.map((bytes) => {
      const [key = '', length] = Buffer.from(bytes).toString().split(':');
      const known = keys.includes(key);
      const verdict = !known ? 'unknown-key' : Number(length) === data.length ? 'good' : 'bad';
      return { key, verdict, signer: null };
    }),
  isBy: ({ key }, id) => key === id,
  describe: ({ verdict }) => [`a ${verdict} signature`],
});
const GPG = 'ostree.gpgsigs';
const ED25519 = 'ostree.sign.ed25519';

describe('Signatures of what is pulled', () => {
  const tmp = temporary();
  let server: TestServer;
  let commit: string;
  let length: number;
  beforeEach(async () => {
    const store = await newStore(tmp.in('source'), 'archive');
    commit = await store.commit(await store.openTree(null), commitMeta({ ref: 'main' }));
    await store.setRef('main', commit);
    length = (await store.commitBytes(commit)).length;
    store.close();
    server = await serveDirectory(() => tmp.in('source'));
  });
  afterEach(() => server.close());

  const sign = (key: string, ...signatures: string[]) => {
    const metadata = new Map([
      [
        key,
        variant(
          'aay',
          signatures.map((text) => Buffer.from(text)),
        ),
      ],
    ]);
    const path = tmp.in('source/objects', commit.slice(0, 2), `${commit.slice(2)}.commitmeta`);
    writeFileSync(path, encodeMetadata(metadata));
  };
  let count = 0;
  const fetch = async (options: Record<string, string>, verifiers: Readonly<Record<string, Verifier>>) => {
    const repo = initRepository(tmp.in(`target-${count++}`), 'bare-user');
    addRemote(repo, 'r', { url: server.url, options: new Map(Object.entries(options)) });
    const run = pullRun(verifiers);
    try {
      await pull(repo, { remote: 'r', revs: ['main'] }, run.ctx);
    } catch (error) {
      assert.equal(listRefs(repo).size, 0);
      assert.equal(repo.find(commit, 'commit'), undefined);
      throw error;
    } finally {
      await run.close();
    }
  };
  const refused = { code: 'OSTREE_PULL_SIGNATURE' };

  it('by GPG are demanded unless the remote says otherwise', async () => {
    const asked: RemoteTrust[] = [];
    const gpg = { gpg: verifier(GPG, asked) };
    await assert.rejects(fetch({}, gpg), { ...refused, message: /no signatures found/ });
    sign(GPG, `stranger:${length}`);
    await assert.rejects(fetch({}, gpg), { ...refused, message: /a unknown-key signature/ });
    sign(GPG, 'good:1');
    await assert.rejects(fetch({}, gpg), { ...refused, message: /a bad signature/ });
    sign(GPG, 'good:1', `good:${length}`);
    await fetch({ gpgkeypath: '/keys' }, gpg);
    assert.equal(asked.at(-1)!.remote, 'r');
    assert.equal(asked.at(-1)!.options['gpgkeypath'], '/keys');
    await fetch({ 'gpg-verify': 'false' }, {});
  });

  it('are never passed over because nothing can verify them', async () => {
    await assert.rejects(fetch({}, {}), { ...refused, message: /nothing here verifies that/ });
    const off = { 'gpg-verify': 'false' };
    await assert.rejects(fetch({ ...off, 'sign-verify': 'true' }, {}), refused);
    await assert.rejects(fetch({ ...off, 'sign-verify': 'unheard-of' }, { ed25519: verifier(ED25519) }), refused);
    await assert.rejects(fetch({ ...off, 'sign-verify': 'maybe;ed25519' }, {}), refused);
    await assert.rejects(fetch({ 'gpg-verify': 'perhaps' }, {}), { code: 'OSTREE_REMOTE_INVALID' });
  });

  it('by other mechanisms are demanded where the remote says so, beside those by GPG', async () => {
    const both = { gpg: verifier(GPG), ed25519: verifier(ED25519) };
    sign(ED25519, `good:${length}`);
    await assert.rejects(fetch({ 'sign-verify': 'true' }, both), refused);
    await fetch({ 'gpg-verify': 'false', 'sign-verify': 'true' }, both);
    const named = { 'gpg-verify': 'false', 'sign-verify': 'ed25519' };
    await assert.rejects(fetch(named, both), { code: 'OSTREE_REMOTE_INVALID', message: /No keys found for required/ });
    await fetch({ ...named, 'verification-ed25519-key': 'good' }, both);
    sign(ED25519, 'good:1');
    await assert.rejects(fetch({ 'gpg-verify': 'false', 'sign-verify': 'true' }, both), refused);
  });

  it('by a mechanism without keys do not keep another from being accepted', async () => {
    const keyless: Verifier = {
      ...verifier('ostree.sign.spki'),
      verify: async () => {
        throw new Error('no keys loaded');
      },
    };
    const options = { 'gpg-verify': 'false', 'sign-verify': 'true' };
    sign('ostree.sign.spki', `good:${length}`);
    await assert.rejects(fetch(options, { spki: keyless }), { ...refused, message: /: no keys loaded$/ });
    sign(ED25519, `good:${length}`);
    await fetch(options, { spki: keyless, ed25519: verifier(ED25519) });
    await assert.rejects(
      fetch({ ...options, 'verification-spki-file': '/nowhere' }, { spki: keyless, ed25519: verifier(ED25519) }),
      { code: 'OSTREE_REMOTE_INVALID', message: "Failed loading 'spki' keys from '/nowhere'." },
    );
  });

  it('of a static delta are demanded where the repository says so', async () => {
    const source = Repository.open(tmp.in('source'));
    const delta = (key: string) => {
      const prepared = prepareDelta(source, { from: undefined, to: commit });
      const text = `${key}:${prepared.superblock.length}`;
      prepared.write(key === '' ? undefined : new Map([[ED25519, variant('aay', [Buffer.from(text)])]]));
      updateSummary(source, { now: 1 });
    };
    const verifiers = { ed25519: verifier(ED25519) };
    const bring = async (requireStaticDeltas: boolean) => {
      const repo = initRepository(tmp.in(`target-${count++}`), 'bare-user');
      const config = tmp.in(`target-${count - 1}`, 'config');
      writeFileSync(config, `${readFileSync(config, 'utf8')}sign-verify-deltas=true\n`);
      addRemote(repo, 'r', { url: server.url, options: new Map([['gpg-verify', 'false']]) });
      const run = pullRun(verifiers);
      try {
        const { statistics } = await pull(repo, { remote: 'r', revs: ['main'], requireStaticDeltas }, run.ctx);
        return statistics.deltas.parts;
      } finally {
        await run.close();
      }
    };
    delta('good');
    assert.equal(await bring(true), 1);
    for (const [key, message] of [
      ['stranger', /^The static delta [0-9a-f]+: a unknown-key signature$/],
      ['', /none found/],
    ] as const) {
      delta(key);
      await assert.rejects(bring(true), { message });
      // Objects one by one need no signature but that of the commit.
      assert.equal(await bring(false), 0);
    }
  });

  it('of the summary are demanded where the remote says so', async () => {
    const gpg = { gpg: verifier(GPG) };
    const options = { 'gpg-verify': 'false', 'gpg-verify-summary': 'true' };
    await assert.rejects(fetch(options, gpg), { code: 'OSTREE_SUMMARY_MISSING' });
    const source = Repository.open(tmp.in('source'));
    updateSummary(source, { now: 1 });
    await assert.rejects(fetch(options, gpg), { code: 'OSTREE_SUMMARY_MISSING' });
    const { size } = statSync(tmp.in('source/summary'));
    const signature = (text: string) =>
      writeSummarySignature(source, new Map([[GPG, variant('aay', [Buffer.from(text)])]]));
    signature('good:1');
    await assert.rejects(fetch(options, gpg), refused);
    signature(`good:${size}`);
    await fetch(options, gpg);
  });
});
