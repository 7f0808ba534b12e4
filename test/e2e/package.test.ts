import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { writeManifest } from '../support/manifest.ts';
import { ROOT } from '../support/shared.ts';
import { TINY_REPOSITORY_NEEDS, tinyRepository } from '../support/tiny-repository.ts';
import { missing, tool } from '../support/tools.ts';

describe('the files of the distribution package (needs strip, rpmbuild, createrepo_c)', () => {
  // Plugins are loaded only from where nobody else can write.
  const work = mkdtempSync(join(homedir(), '.ostrata-package-'));
  const prefix = join(work, 'tree/usr/lib/ostrata');

  const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const command = [join(prefix, 'bundle', `${program}.cjs`), ...args];
    return spawnSync(join(prefix, 'node'), command, { cwd: work, encoding: 'utf8', env: { ...process.env, ...env } });
  };
  const ostrata = (...args: string[]) => {
    const { status, stdout, stderr } = run('ostrata', args);
    assert.equal(status, 0, stderr + stdout);
    return stdout;
  };

  before(function () {
    const lacking = missing('strip', ...TINY_REPOSITORY_NEEDS);
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    tool([process.execPath, join(ROOT, 'scripts/package.ts'), 'tree', '--out', work]);
    writeFileSync(
      join(work, 'config.json'),
      JSON.stringify({
        cache: join(work, 'cache'),
        state: join(work, 'state'),
        plugins: { site: { module: './site.mjs' } },
      }),
    );
    writeFileSync(
      join(work, 'site.mjs'),
      `import { definePlugin, HostError } from '${join(prefix, 'node_modules/@ostrata/contract/dist/index.js')}';
await null;
const run = async () => { throw new HostError('SITE_SAYS_NO', 'No.', { hint: 'None.' }); };
export default definePlugin({
  name: 'site', apiVersion: '*', errors: { SITE_SAYS_NO: 'No.' }, apply() {},
  commands: [{ id: 'site no', summary: 'Says no', run }],
});
`,
    );
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  it('know their version and their commands', () => {
    assert.match(ostrata('--version'), /^ostrata \d+\.\d+\.\d+ linux-/);
    assert.match(ostrata('--help'), /^ {2}status {2}/m);
    assert.match(ostrata('status', '--help'), / --sysroot=/);
    assert.equal(run('ostrata', ['bogus']).status, 2);
  });

  it('hold no source of ours but in the one file, and what is not loaded from it lies beside it', () => {
    assert.equal(tool(['find', prefix, '-name', '*.ts']), '');
    for (const name of ['koffi', 'openpgp']) assert.ok(existsSync(join(prefix, 'node_modules', name)), name);
    assert.ok(!existsSync(join(prefix, 'node_modules/@oclif')));
    assert.ok(existsSync(join(work, 'tree/usr/share/licenses/ostrata/LICENSES-of-libraries')));
  });

  it('were compiled for the Node that is in them', () => {
    const check = `
      const load = require('./bundle/load.cjs');
      load('@ostrata/cli/dist/main.js');
      load('@ostrata/plugin-store-ostree/cli');
      const scripts = load.state.scripts.filter(Boolean);
      process.stdout.write(scripts.length + ' ' + scripts.filter((script) => script.cachedDataRejected !== false).length);`;
    const [loaded, rejected] = tool([join(prefix, 'node'), '-e', check], { cwd: prefix })
      .split(' ')
      .map(Number);
    assert.ok(loaded! >= 2, `${loaded}`);
    assert.equal(rejected, 0);
  });

  it('share the contract with plugins of third parties', () => {
    assert.match(ostrata('plugins', '--config', 'config.json'), /^\d+\. site {2}.*site\.mjs$/m);
    const { status, stderr } = run('ostrata', ['site', 'no', '--config', 'config.json']);
    assert.equal(status, 1);
    assert.match(stderr, /^error: No\. \[SITE_SAYS_NO\]\n {7}in plugin site\nhint: {2}None\.\n$/);
  });

  it('compose an image, with worker threads', () => {
    const big = 'x'.repeat(3_000_000);
    tinyRepository(join(work, 'packages'), [{ name: 'app', files: { '/usr/share/app/data': big } }]);
    const manifest = writeManifest(work, join(work, 'packages'), ['app']);
    const repo = join(work, 'repo');
    const made = ostrata('compose', 'tree', '--json', '--repo', repo, '--cachedir', join(work, 'cache'), manifest);
    const { commit } = JSON.parse(made) as { commit: string };
    const { status, stdout, stderr } = run('ostrata-ostree', [`--repo=${repo}`, 'fsck']);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /object/);
    assert.match(run('ostrata-ostree', [`--repo=${repo}`, 'log', commit]).stdout, new RegExp(commit));
  });
});
