import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKey } from 'openpgp';
import { rawKeys } from '../plugins/sign-ed25519/support.ts';
import { testKey } from '../plugins/sign-gpg/support.ts';
import { ostrata } from '../support/cli.ts';
import { writeManifest } from '../support/manifest.ts';
import { TINY_REPOSITORY_NEEDS, tinyRepository } from '../support/tiny-repository.ts';
import { missing, tool } from '../support/tools.ts';

const NEEDS = [...TINY_REPOSITORY_NEEDS, 'ostree', 'gpg', 'gpgconf'];

describe(`a signed compose (needs ${NEEDS.join(', ')})`, () => {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-signed-'));
  const path = (...parts: string[]) => join(work, ...parts);
  const home = path('gnupg');

  before(function () {
    const lacking = missing(...NEEDS);
    if (lacking.length === 0) return;
    this.test!.parent!.title += `: no ${lacking.join(', ')}`;
    this.skip();
  });
  after(() => {
    if (missing('gpgconf').length === 0) tool(['gpgconf', '--homedir', home, '--kill', 'all']);
    rmSync(work, { recursive: true, force: true });
  });

  it('is pulled by ostree, which checks the signature', async () => {
    const key = await testKey('releases');
    mkdirSync(home, { mode: 0o700 });
    tool(['gpg', '--homedir', home, '--batch', '--quiet', '--import'], { input: key.armoredSecret });
    const { secret } = rawKeys();
    writeFileSync(path('ed25519'), secret);
    const config = {
      plugins: {
        'sign-gpg': { config: { keys: [{ homedir: home, key: 'releases@example.com' }] } },
        'sign-ed25519': { config: { ed25519: { keys: [path('ed25519')] } } },
      },
    };
    writeFileSync(path('config.json'), JSON.stringify(config));

    tinyRepository(path('packages'), [{ name: 'app', files: { '/usr/share/app/data': 'app\n' } }]);
    const manifest = writeManifest(work, path('packages'), ['app']);
    tool(['ostree', 'init', `--repo=${path('repo')}`, '--mode=archive']);
    const directories = ['--repo', path('repo'), '--cachedir', path('cache')];
    const composed = ostrata(['compose', 'tree', '--config', path('config.json'), ...directories, manifest]);
    assert.equal(composed.code, 0, composed.stderr + composed.stdout);
    const detached = '--print-detached-metadata-key=ostree.sign.ed25519';
    // Bytes that end in NUL are printed as a byte string, all others as a list.
    assert.match(tool(['ostree', 'show', `--repo=${path('repo')}`, detached, 'test/base']), /0x|b"|b'/);

    const target = `--repo=${path('target')}`;
    writeFileSync(path('ring.gpg'), (await readKey({ armoredKey: key.armoredPublic })).write());
    tool(['ostree', 'init', target, '--mode=archive']);
    const trust = ['--set=gpg-verify=true', `--gpg-import=${path('ring.gpg')}`];
    tool(['ostree', 'remote', 'add', target, ...trust, 'origin', `file://${path('repo')}`]);
    tool(['ostree', 'pull', target, 'origin', 'test/base']);
    const shown = tool(['ostree', 'show', target, '--gpg-verify-remote=origin', 'origin:test/base']);
    assert.match(shown, /Good signature from "releases <releases@example.com>"/);
  });
});
