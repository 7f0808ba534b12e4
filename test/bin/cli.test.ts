import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { OSTRATA_OSTREE, ostrata } from '../support/cli.ts';
import { hasTool } from '../support/tools.ts';

describe('the ostrata command', () => {
  it('knows its version without loading anything', () => {
    assert.match(ostrata(['--version']).stdout, /^ostrata \d+\.\d+\.\d+ linux-/);
  });

  it('lists its commands', () => {
    const { stdout, code } = ostrata(['--help']);
    assert.equal(code, 0);
    for (const word of ['apply', 'completion', 'compose', 'config', 'plugins'])
      assert.match(stdout, new RegExp(`^ {2}${word} `, 'm'));
  });

  it('ends with 2 and one line on a wrong command line', () => {
    for (const args of [['bogus'], ['compose', 'tree'], ['compose', 'tree', 'x', '--frob']]) {
      const { code, stdout, stderr } = ostrata(args);
      assert.deepEqual([code, stdout], [2, ''], stderr);
      assert.match(stderr, /^error: /);
      assert.match(stderr, /hint: /);
    }
  });

  it('says in words what is wrong with a command line', () => {
    assert.match(ostrata(['compos', 'tree']).stderr, /^error: There is no command "compos tree"\.\n/);
    const both = ostrata(['compose', 'tree', 'x', '--no-parent', '--parent', 'y']).stderr;
    assert.match(both, /^error: --parent=y cannot also be provided when using --no-parent\n/);
  });

  it('says that it cannot use a directory for caches', () => {
    const { code, stderr } = ostrata(['compose', 'tree', 'x', '--cachedir', '/dev/null/cache']);
    assert.equal(code, 1);
    assert.match(stderr, /^error: The directory \/dev\/null\/cache cannot be used: .*\[DIRECTORY_UNWRITABLE\]/);
  });

  it('hands words of a verb that talks itself on, --help with them', () => {
    const [own, short] = [
      ostrata(['ostree', 'refs', '--help']),
      spawnSync(process.execPath, [OSTRATA_OSTREE, 'refs', '--help']),
    ];
    assert.equal(own.code, 0);
    assert.equal(own.stdout.replace('ostrata ostree refs', 'ostree refs'), short.stdout.toString());
  });

  it('shows plugins with what they provide, as text and as JSON', () => {
    const text = ostrata(['plugins']);
    assert.match(text.stdout, /store-ostree {2}.*index\.ts\n {3}provides {2}deployer, object-store/);
    const { plugins } = JSON.parse(ostrata(['plugins', '--json']).stdout) as {
      plugins: { name: string; capabilities: string[] }[];
    };
    assert.ok(plugins.some(({ name, capabilities }) => name === 'solver-sat' && capabilities.includes('solver')));
  });

  it('explains where values come from', () => {
    const { values } = JSON.parse(
      ostrata(['config', 'explain', 'plugins.treefile', '--json', '--config', '/dev/null']).stdout,
    );
    assert.deepEqual(values, [{ path: 'plugins.treefile.enabled', value: true, file: 'built-in default' }]);
  });

  it('gives errors as JSON with --json', () => {
    const { code, stdout } = ostrata(['plugins', '--json', '--config', '/nowhere.yaml']);
    assert.equal(code, 1);
    const { error } = JSON.parse(stdout);
    assert.deepEqual([error.code, error.data.file], ['CONFIG_UNREADABLE', '/nowhere.yaml']);
  });

  it('has a completion script that bash accepts and that completes words and flags', function () {
    if (!hasTool('bash')) this.skip();
    const script = ostrata(['completion', 'bash']).stdout;
    const complete = (...words: string[]) => {
      const line = `${script}\nCOMP_WORDS=(ostrata ${words.map((word) => `"${word}"`).join(' ')}); COMP_CWORD=${words.length}; _ostrata; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
      assert.equal(stderr, '');
      return stdout.trim().split('\n');
    };
    assert.deepEqual(complete('comp'), ['completion', 'compose'].sort());
    assert.deepEqual(complete('compose', ''), ['tree']);
    assert.ok(complete('compose', 'tree', '--lock').includes('--lockfile'));
    assert.ok(complete('compose', 'tree', 'manifest.yaml', '--dry').includes('--dry-run'));
  });
});
