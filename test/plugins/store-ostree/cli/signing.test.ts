import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXEC, VERIFIER } from '@ostrata/core';
import { KEYRINGS, SIGNER } from '@ostrata/signatures';
import { type TestContext, testContext, testEnvironment } from '@ostrata/testkit';
import { readKey } from 'openpgp';
import { ed25519 } from '../../../../plugins/sign-ed25519/src/ed25519.ts';
import { KeySigner } from '../../../../plugins/sign-ed25519/src/signer.ts';
import { spki } from '../../../../plugins/sign-ed25519/src/spki.ts';
import { KeyVerifier } from '../../../../plugins/sign-ed25519/src/verifier.ts';
import { GpgKeyrings } from '../../../../plugins/sign-gpg/src/keyrings.ts';
import { GpgSigner } from '../../../../plugins/sign-gpg/src/signer.ts';
import { GpgVerifier } from '../../../../plugins/sign-gpg/src/verifier.ts';
import { missing, tool } from '../../../support/tools.ts';
import { realExec } from '../../sandbox-bwrap/support/context.ts';
import { pemKeys, rawKeys } from '../../sign-ed25519/support.ts';
import { KEY_TIME, type TestKey, testKey } from '../../sign-gpg/support.ts';
import { temporary } from '../support.ts';
import { type Output, runIn, theirsIn } from './support.ts';

const absent = missing('ostree', 'gpg', 'gpgconf');

describe(`verbs that sign, beside those of ostree (needs ${absent.join(', ') || 'ostree, gpg'})`, function () {
  this.timeout(30_000);
  const dir = temporary();
  let context: TestContext;
  let keys: Record<'one' | 'two', TestKey>;
  let variables: Record<string, string>;
  let zone: string | undefined;
  const homes: string[] = [];

  before(async function () {
    if (absent.length > 0) this.skip();
    zone = process.env['TZ'];
    process.env['TZ'] = 'UTC';
    keys = { one: await testKey('one'), two: await testKey('two') };
  });
  after(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });
  beforeEach(() => {
    const environment = testEnvironment({ commandEnv: { PATH: process.env['PATH'] ?? '' } });
    context = testContext(
      {
        [EXEC.name]: realExec,
        [`${VERIFIER.name}:gpg`]: new GpgVerifier(),
        [`${SIGNER.name}:gpg`]: new GpgSigner(),
        [`${KEYRINGS.name}:gpg`]: new GpgKeyrings(),
        ...Object.fromEntries([ed25519, spki].map((type) => [`${VERIFIER.name}:${type.name}`, new KeyVerifier(type)])),
        ...Object.fromEntries([ed25519, spki].map((type) => [`${SIGNER.name}:${type.name}`, new KeySigner(type)])),
      },
      environment,
    );
    mkdirSync(dir.in('trust'));
    mkdirSync(dir.in('files'));
    writeFileSync(dir.in('files', 'a'), 'content\n');
    variables = { OSTREE_GPG_HOME: dir.in('trust'), TZ: 'UTC' };
    must(theirs('init', '--mode=archive'));
  });
  afterEach(async () => {
    for (const home of homes.splice(0)) tool(['gpgconf', '--homedir', home, '--kill', 'all']);
    await context?.[Symbol.asyncDispose]();
  });

  const inRepo = (argv: readonly string[], repo = 'repo') => [`--repo=${dir.in(repo)}`, ...argv];
  const ours = (...argv: string[]): Promise<Output> => {
    const ctx = { ...context.ctx, now: () => Math.floor(Date.now() / 1000) };
    return runIn(ctx, variables, argv.some((word) => word.startsWith('--repo=')) ? argv : inRepo(argv));
  };
  const theirs = (...argv: string[]): Output =>
    theirsIn(variables, argv.some((word) => word.startsWith('--repo=')) ? argv : inRepo(argv));
  const must = ({ status, out, err }: Output): string => {
    assert.equal(status, 0, err);
    return out.trim();
  };
  /** Both print the same, here of a command that changes nothing. */
  const same = async (...argv: string[]): Promise<string> => {
    const mine = await ours(...argv);
    assert.deepEqual(mine, theirs(...argv));
    return mine.out;
  };
  const home = (...list: TestKey[]): string => {
    const path = dir.in(`home-${homes.length}`);
    mkdirSync(path, { mode: 0o700 });
    homes.push(path);
    for (const { armoredSecret } of list) {
      tool(['gpg', '--homedir', path, '--batch', '--quiet', '--import'], { input: armoredSecret });
    }
    return path;
  };
  const trust = async (...armored: string[]) => {
    const binary = await Promise.all(armored.map(async (armoredKey) => (await readKey({ armoredKey })).write()));
    writeFileSync(dir.in('trust', 'keys.gpg'), Buffer.concat(binary));
  };
  const commit = (...argv: string[]) => ['commit', '-b', 'main', '-s', 'x', `--tree=dir=${dir.in('files')}`, ...argv];
  const id = ({ secret }: TestKey) => secret.getFingerprint().slice(-16).toUpperCase();

  it('commit and gpg-sign with keys of a home directory, each key once, as ostree finds good', async () => {
    const { one, two } = keys;
    const homedir = `--gpg-homedir=${home(one, two)}`;
    await trust(one.armoredPublic, two.armoredPublic);
    must(await ours(...commit(`--gpg-sign=${id(one)}`, homedir)));
    assert.match(
      await same('show', 'main'),
      /^Found 1 signature:\n\n {2}Signature made .*\n {2}Good signature from "one /m,
    );
    must(theirs('gpg-sign', homedir, 'main', id(two)));
    assert.match(await same('show', 'main'), /^Found 2 signatures:$/m);
    const again = ['gpg-sign', homedir, 'main', id(two)];
    assert.match((await ours(...again)).err, /^error: Commit is already signed with GPG key /);
    await same(...again);
    await same('gpg-sign', homedir, 'main', 'deadbeef');
    assert.equal(must(await ours('gpg-sign', '--delete', 'main', id(one), 'deadbeef')), 'Signatures deleted: 1');
    assert.match(await same('show', 'main'), /^Found 1 signature:(\n.*){3}from "two/m);
    assert.equal(must(theirs('gpg-sign', '--delete', 'main', id(two))), 'Signatures deleted: 1');
    assert.doesNotMatch(await same('show', 'main'), /signature/);
    must(await ours('gpg-sign', homedir, 'main', id(two), id(one)));
    assert.match(await same('show', 'main'), /^Found 2 signatures:$/m);
    await same('show', 'main', `--gpg-homedir=${homes[0]}`);
  });

  it('show what is wrong with a signature: unknown, expired and revoked keys', async () => {
    const old = await testKey('old', { keyExpirationTime: 1_000_000_000 });
    must(await ours(...commit(`--gpg-sign=${id(old)}`, `--gpg-homedir=${home(old)}`)));
    await trust(keys.one.armoredPublic);
    assert.match(await same('show', 'main'), /public key not found/);
    await trust(old.revoked);
    assert.match(await same('show', 'main'), /Key revoked/);
    await trust(old.armoredPublic);
    assert.match(await same('show', 'main'), /Good signature from "old <old@example.com>"\n {2}Key expires/);
    const late = { ...context.ctx, now: () => KEY_TIME.getTime() / 1000 + 1_000_000_001 };
    assert.match((await runIn(late, variables, inRepo(['show', 'main']))).out, /BAD signature.*\n {2}Key expired/);
  });

  it('remote gpg-import and gpg-list-keys keep the keys of remotes', async () => {
    writeFileSync(dir.in('one.asc'), keys.one.armoredPublic);
    writeFileSync(dir.in('both.asc'), keys.one.armoredPublic + keys.two.armoredPublic);
    for (const name of ['r', 's', 't']) must(theirs('remote', 'add', name, 'http://127.0.0.1/none'));
    const add = (name: string, ...argv: string[]) => ['remote', 'gpg-import', name, ...argv];
    const [one, both] = [`--keyring=${dir.in('one.asc')}`, `--keyring=${dir.in('both.asc')}`];
    assert.equal(must(await ours(...add('r', both, id(keys.one)))), 'Imported 1 GPG key to remote "r"');
    assert.equal(must(theirs(...add('s', both, id(keys.one)))), 'Imported 1 GPG key to remote "s"');
    for (const name of ['r', 's']) assert.match(await same('remote', 'gpg-list-keys', name), /^ {2}UID: one </m);
    assert.equal(must(await ours(...add('s', both))), 'Imported 1 GPG key to remote "s"');
    assert.equal(must(theirs(...add('r', both))), 'Imported 1 GPG key to remote "r"');
    assert.equal(must(await ours(...add('r', one))), 'Imported 0 GPG keys to remote "r"');
    for (const name of ['r', 's']) assert.match(await same('remote', 'gpg-list-keys', name), /^ {2}UID: two </m);
    assert.equal(await same('remote', 'gpg-list-keys', 't'), '');
    await trust(keys.two.armoredPublic);
    assert.match(await same('remote', 'gpg-list-keys'), /^Key: /);
    for (const argv of [add('nowhere', one), ['remote', 'gpg-list-keys', 'nowhere']]) {
      assert.equal((await ours(...argv)).status, 1);
    }
  });

  it('pulls need what the remote demands of commits and summaries, both ways between the programs', async () => {
    const homedir = `--gpg-homedir=${home(keys.one)}`;
    writeFileSync(dir.in('one.asc'), keys.one.armoredPublic);
    writeFileSync(dir.in('two.asc'), keys.two.armoredPublic);
    const sign = [`--gpg-sign=${id(keys.one)}`, homedir];
    const makers = { ours, theirs: async (...argv: string[]) => theirs(...argv) };
    for (const [maker, make] of Object.entries(makers)) {
      must(await make(...commit(...sign)));
      must(await make('summary', '-u', ...sign));
      for (const [puller, pull] of Object.entries(makers)) {
        const repo = `--repo=${dir.in(`${maker}-${puller}`)}`;
        must(theirs(repo, 'init', '--mode=archive'));
        for (const key of ['one', 'two']) {
          const options = ['--set=gpg-verify-summary=true', `--gpg-import=${dir.in(`${key}.asc`)}`];
          must(await make(repo, 'remote', 'add', key, `file://${dir.in('repo')}`, ...options));
        }
        const refused = await pull(repo, 'pull', 'two', 'main');
        assert.match(refused.err, /public key not found/);
        assert.equal(must(theirs(repo, 'refs')), '');
        must(await pull(repo, 'pull', 'one', 'main'));
        assert.equal(must(theirs(repo, 'refs')), 'one:main');
      }
      const signature = readFileSync(dir.in('repo', 'summary.sig'));
      must(theirs('summary', '-u', "--add-metadata=more='x'"));
      writeFileSync(dir.in('repo', 'summary.sig'), signature);
      for (const pull of Object.values(makers)) {
        const refused = await pull(`--repo=${dir.in(`${maker}-ours`)}`, 'pull', 'one', 'main');
        assert.match(refused.err, /BAD signature from "one/);
      }
    }
  });

  for (const [type, pair, wrong] of [
    ['ed25519', rawKeys(), rawKeys()],
    ['spki', pemKeys(), pemKeys()],
  ] as const) {
    it(`sign signs and verifies with keys of ${type}, of the command line, of files and of directories`, async () => {
      const asWord = (key: string) => key.replace(/-----.*-----|\n/g, '');
      const as = `--sign-type=${type}`;
      const fails = async (...argv: string[]) =>
        assert.equal((await ours('sign', as, '--verify', 'main', ...argv)).status, 1);
      must(await ours(...commit()));
      await fails(asWord(pair.public));
      must(await ours('sign', as, 'main', asWord(pair.secret)));
      const good = must(await ours('sign', as, '--verify', 'main', asWord(wrong.public), asWord(pair.public)));
      assert.match(good, new RegExp(`^${type}: Signature verified successfully with key '[0-9a-f]+'$`));
      await fails(asWord(wrong.public));
      writeFileSync(dir.in('public'), pair.public);
      writeFileSync(dir.in('wrong'), wrong.public);
      must(await ours('sign', as, '--verify', 'main', `--keys-file=${dir.in('public')}`));
      await fails(`--keys-file=${dir.in('wrong')}`);
      await fails(`--keys-file=${dir.path}`);
      mkdirSync(dir.in('keys', `trusted.${type}.d`), { recursive: true });
      await fails(`--keys-dir=${dir.in('keys')}`);
      writeFileSync(dir.in('keys', `trusted.${type}.d`, 'x'), pair.public);
      must(await ours('sign', as, '--verify', 'main', `--keys-dir=${dir.in('keys')}`));
      writeFileSync(dir.in('keys', `revoked.${type}`), pair.public);
      await fails(`--keys-dir=${dir.in('keys')}`);
      assert.equal(must(await ours('sign', as, '--delete', 'main', asWord(wrong.public))), 'Signatures deleted: 0');
      assert.equal(must(await ours('sign', as, '--delete', 'main', asWord(pair.public))), 'Signatures deleted: 1');
      await fails(asWord(pair.public));
      writeFileSync(dir.in('secret'), pair.secret);
      must(await ours(...commit(as, `--sign-from-file=${dir.in('secret')}`)));
      must(await ours('sign', as, '--verify', 'main', asWord(pair.public)));
      assert.match(
        (await ours('sign', '--sign-type=gpg', 'main', 'x')).err,
        /Requested signature type is not implemented/,
      );
    });
  }

  it('signed deltas are verified by either program, and used only when they are', async () => {
    variables['OSTREE_DUMMY_SIGN_ENABLED'] = '1';
    must(await ours(...commit()));
    const main = must(await ours('rev-parse', 'main'));
    const generate = ['static-delta', 'generate', '--empty', 'main', '--sign-type=dummy', '--sign=key'];
    const verify = (key: string) => ['static-delta', 'verify', '--sign-type=dummy', main, key];
    for (const make of [ours, async (...argv: string[]) => theirs(...argv)]) {
      must(await make(...generate));
      assert.equal(await same(...verify('key')), 'Verification OK\n');
      assert.equal(await same(...verify('other')), 'Verification fails\n');
      const [prefix = ''] = readdirSync(dir.in('repo/deltas'));
      const [rest = ''] = readdirSync(dir.in('repo/deltas', prefix));
      const apply = (...argv: string[]) => [
        `--repo=${dir.in('client')}`,
        'static-delta',
        'apply-offline',
        ...argv.slice(0, -1),
        join(dir.in('repo/deltas', prefix), rest),
        ...argv.slice(-1).filter((word) => word !== ''),
      ];
      must(theirs(`--repo=${dir.in('client')}`, 'init', '--mode=bare-user-only'));
      must(theirs(`--repo=${dir.in('client')}`, 'config', 'set', 'core.sign-verify-deltas', 'true'));
      assert.match((await ours(...apply(''))).err, /Key is mandatory to check delta signature/);
      const bad = await ours(...apply('--sign-type=dummy', 'other'));
      assert.equal(bad.err, 'error: signature: dummy: incorrect signatures found: 1\n');
      must(await ours(...apply('--sign-type=dummy', 'key')));
      assert.match(theirs(`--repo=${dir.in('client')}`, 'fsck').out, /no errors found/);
    }
    delete variables['OSTREE_DUMMY_SIGN_ENABLED'];
    assert.match((await ours(...verify('key'))).err, /only for ostree testing/);
  });

  it('--version names what plugins can verify', async () => {
    assert.match(must(await runIn(context.ctx, {}, ['--version'])), /- gpgme\n {2}- sign-ed25519\n {2}- sign-spki\n/);
    const bare = testContext();
    assert.doesNotMatch((await runIn(bare.ctx, {}, ['--version'])).out, /gpgme|sign-/);
    await bare[Symbol.asyncDispose]();
  });
});
