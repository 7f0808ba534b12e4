import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Context, isHostError, SANDBOX, type SandboxCommand } from '@ostrata/core';
import { populate } from '../../../plugins/layout-ostree/src/populate.ts';
import { assemblyOf, listeningContext, text } from './support/assembly.ts';

describe('layout-ostree sysusers', () => {
  let tempDir: string;
  let commands: SandboxCommand[];
  let code: number;
  const undo: (() => void | Promise<void>)[] = [];

  beforeEach(() => {
    tempDir = mkdtempSync(join(tmpdir(), 'ostrata-layout-'));
    commands = [];
    code = 0;
  });
  afterEach(async () => {
    for (const action of undo.splice(0)) await action();
    rmSync(tempDir, { recursive: true });
  });

  async function populated(files: { readonly [path: string]: string }) {
    const assembly = await assemblyOf({ 'usr/bin/systemd-sysusers': 'program', ...files });
    const sandbox = {
      run: async (command: SandboxCommand) => {
        commands.push(command);
        appendFileSync(join(command.root.lower, 'etc/passwd'), 'web:x:998:998::/:/bin/false\n');
        return { code, signal: null, tail: ['web.conf:1: what is this?'] };
      },
    };
    const ctx: Context = {
      ...listeningContext(),
      environment: { tempDir } as Context['environment'],
      get: (async (token: { name: string }) => (token.name === SANDBOX.name ? sandbox : null)) as Context['get'],
      defer: (_label, action) => void undo.push(action),
    };
    await populate(assembly, ctx);
    return assembly.tree;
  }

  for (const value of ['/usr/bin/systemd-sysusers', '%{_bindir}/systemd-sysusers']) {
    it(`makes users where the image's rpm does, by ${value}`, async () => {
      const tree = await populated({ 'usr/lib/rpm/macros': `%_x y\n%__systemd_sysusers\t${value}\n` });
      assert.deepEqual(commands[0]?.argv, ['/usr/bin/systemd-sysusers']);
      assert.match(text(tree, 'etc/passwd'), /^web:/m);
    });
  }

  it('leaves it to scripts elsewhere', async () => {
    await populated({ 'usr/lib/rpm/macros': '%_x y\n' });
    assert.deepEqual(commands, []);
  });

  it('says why users could not be made', async () => {
    code = 1;
    const files = { 'usr/lib/rpm/macros.d/macros.systemd': '%__systemd_sysusers /usr/bin/systemd-sysusers\n' };
    await assert.rejects(populated(files), (error) => {
      return isHostError(error) && error.code === 'LAYOUT_SYSUSERS' && error.message.includes('what is this?');
    });
  });
});
