import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context, Plugin } from '@ostrata/contract';
import { testEnvironment, testHost } from '@ostrata/testkit';
import { enabledRepositories } from '../../../plugins/layering/src/base/repositories.ts';
import repoRpm from '../../../plugins/repo-rpm/src/index.ts';

const CONFIG = { reposdir: null, releasever: null, recommends: true };

describe('repositories of a system that is not the one that runs', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ostrata-layering-root-'));
    for (const name of ['etc/yum.repos.d', 'etc/pki', 'usr/lib']) mkdirSync(join(root, name), { recursive: true });
    writeFileSync(join(root, 'usr/lib/os-release'), 'ID=test\nVERSION_ID="40"\n');
    writeFileSync(join(root, 'etc/pki/mine'), 'a key');
    const sections = [
      '[stable]\nname=stable $releasever\nbaseurl=https://example.com/$releasever\ngpgcheck=1',
      'gpgkey=file:///etc/pki/mine https://example.com/key file:///etc/pki/not-there',
      '[off]\nname=off\nenabled=0\nbaseurl=https://example.com/off',
    ];
    writeFileSync(join(root, 'etc/yum.repos.d/main.repo'), `${sections.join('\n')}\n`);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const read = async (config: Parameters<typeof enabledRepositories>[1]) => {
    using environment = testEnvironment();
    const host = await testHost({ environment, plugins: [repoRpm as Plugin] });
    return host.query((ctx: Context) => enabledRepositories(root, config, ctx));
  };

  it('are those that are enabled there, with its release and its keys', async () => {
    const [source, ...more] = await read(CONFIG);
    assert.deepEqual([source?.id, more], ['stable', []]);
    assert.deepEqual(source?.options['baseurl'], ['https://example.com/40']);
    const keys = [`file://${root}/etc/pki/mine`, 'https://example.com/key', 'file:///etc/pki/not-there'];
    assert.deepEqual(source?.options['gpgkey'], keys);
  });

  it('are those of other directories where that is configured', async () => {
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'x.repo'), '[x]\nname=x\nbaseurl=https://example.com/$releasever\n');
    const found = await read({ ...CONFIG, reposdir: [elsewhere], releasever: '41' });
    assert.deepEqual(
      found.map(({ id, options }) => [id, options['baseurl']]),
      [['x', ['https://example.com/41']]],
    );
  });
});
