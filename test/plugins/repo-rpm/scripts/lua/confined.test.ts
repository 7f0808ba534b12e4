import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Commit, OBJECT_STORES } from '@ostrata/core';
import { Tag } from '../../../../../plugins/repo-rpm/src/codec/index.ts';
import { LocalCompose } from '../../support/compose.ts';
import { FakeSandbox } from '../../support/fake-sandbox.ts';
import { writePackage } from '../../support/rpm-builder.ts';

describe('a script in Lua', () => {
  let sandbox: FakeSandbox;
  let compose: LocalCompose;
  beforeEach(() => {
    sandbox = new FakeSandbox();
    compose = new LocalCompose({ sandbox: sandbox.plugin });
  });
  afterEach(() => compose[Symbol.asyncDispose]());

  /** Runs scripts of one package each, in this order; one that fails fails the test with its message. */
  const run = (...scripts: readonly string[]): Promise<Commit> =>
    compose.run(
      scripts.map((body, i) =>
        writePackage(compose.environment.cacheDir, {
          name: `p${i}`,
          files: [
            { path: `/usr/lib/p${i}`, content: `p${i}` },
            { path: '/etc/hosts', content: 'image' },
          ],
          tags: [
            { tag: Tag.POSTIN, value: body },
            { tag: Tag.POSTINPROG, value: ['<lua>'] },
          ],
        }),
      ),
    );
  const lookup = async (commit: Commit, path: string) => {
    const host = await compose.host();
    return host.query(async (ctx) => {
      const store = await (await ctx.get(OBJECT_STORES)).open(compose.repository);
      try {
        return (await store.openTree(commit.id)).lookup(path);
      } finally {
        store.close();
      }
    });
  };

  it('sees the image and never the host', async () => {
    await run(String.raw`
      local function content(path) local f = io.open(path) return f and f:read('a') end
      assert(content('/../../../../../../../../etc/hosts') == 'image')
      assert(posix.symlink('/../../../../..', '/usr/lib/up') == 0)
      assert(content('/usr/lib/up/etc/hosts') == 'image')
      assert(posix.symlink('up/usr/lib/up/etc/hosts', '/usr/lib/far') == 0 and content('/usr/lib/far') == 'image')
      assert(posix.symlink('round', '/usr/lib/round') == 0 and select(3, io.open('/usr/lib/round')) == 40)
      for _, path in ipairs({ '/proc/self/environ', '/sys/kernel', '/root', '/etc/hostname', '/dev/sda' }) do
        assert(not posix.stat(path), path)
      end
      assert(io.open('/usr/lib/a\0b', 'w') == nil and io.open('') == nil and io.open(('x'):rep(5000)) == nil)
      assert(__host == nil and package.loadlib == nil and debug.getregistry == nil and debug.getupvalue == nil)
      assert(os.getenv('HOME') == nil and os.getenv('PATH') == '/usr/sbin:/usr/bin')
    `);
  });

  it('writes to /usr and /etc only, and to directories that do not last', async () => {
    const commit = await run(
      `
        for _, path in ipairs({ '/x', '/var/x', '/var/lib/x', '/boot/x' }) do
          local f, message, code = io.open(path, 'w')
          assert(f == nil and (code == 30 or code == 2), path .. ': ' .. tostring(message))
        end
        assert(select(3, posix.unlink('/usr')) == 21 and select(3, os.rename('/usr', '/usr/lib/usr')) == 30)
        for _, place in ipairs({ '/tmp/', '/run/', '/var/tmp/', '/var/lib/rpm-state/' }) do
          assert(posix.mkdir(place .. 'd') == 0)
          local f = assert(io.open(place .. 'd/note', 'w')) f:write('note') f:close()
          assert(posix.stat(place .. 'd/note', 'size') == 4 and posix.dir(place .. 'd')[3] == 'note')
          assert(select(3, posix.rmdir(place .. 'd')) == 39)
        end
        local f = io.open('/etc/made', 'w') f:write('x') f:close()
        assert(posix.chmod('/etc/made', '600') == 0)
        assert(io.open('/dev/null', 'w'):write('x'):close() and io.open('/dev/null'):read('l') == nil)
      `,
      `
        assert(io.open('/tmp/d/note'):read('a') == 'note', 'notes last through the transaction')
        assert(os.remove('/tmp/d/note') and os.remove('/tmp/d') and not posix.stat('/tmp/d'))
        assert(os.rename('/var/tmp/d/note', '/etc/kept'))
      `,
    );
    const made = await lookup(commit, 'usr/etc/made');
    assert.deepEqual([made?.type, made?.mode, made?.uid], ['file', 0o100600, 0]);
    assert.equal((await lookup(commit, 'usr/etc/kept'))?.type, 'file');
    assert.equal(await lookup(commit, 'var/tmp'), undefined);
    assert.equal(sandbox.runs.length, 0);
  });

  it('finds paths by patterns and keeps bytes as they are', async () => {
    await run(String.raw`
      for _, name in ipairs({ 'b.so.1', 'a.so', '.hidden.so', 'c.txt' }) do
        local f = io.open('/usr/lib/' .. name, 'w') f:write('\0\xff\x80\r\n', name) f:close()
      end
      assert(table.concat(rpm.glob('/usr/lib/*.so*'), ' ') == '/usr/lib/a.so /usr/lib/b.so.1')
      assert(table.concat(rpm.glob('/usr/*/[!ab].tx?'), ' ') == '/usr/lib/c.txt')
      assert(#rpm.glob('/none/*') == 0 and rpm.glob('/none/*', 'c')[1] == '/none/*')
      assert(io.open('/usr/lib/c.txt'):read('a') == '\0\xff\x80\r\nc.txt')
      assert(#rpm.glob('/usr/lib/' .. ('*a'):rep(200) .. '*b') == 0 and #rpm.glob('/usr/lib/[a-b].so*') == 2)
      assert(#rpm.glob('/usr/lib/.*') == 1 and rpm.glob('/usr/lib/?.t*t')[1] == '/usr/lib/c.txt')
      posix.chdir('/usr') assert(rpm.glob('lib/c*')[1] == 'lib/c.txt')
    `);
  });

  it('starts programs in the sandbox, on a tree that has all that it did, and sees what they did', async () => {
    sandbox.behaviour = ({ command, label }, root) => {
      if (label === 'check') return undefined;
      assert.equal(command.profile, 'script');
      assert.equal(command.cwd, '/etc');
      assert.equal(command.env?.['NOTE'], 'n');
      writeInto(root, 'usr/lib/by-program');
      return { code: command.argv[0] === '/usr/bin/fails' ? 3 : 0 };
    };
    await run(`
      posix.setenv('NOTE', 'n') posix.chdir('/etc') posix.mkdir('/usr/bin')
      for _, name in ipairs({ 'works', 'fails' }) do io.open('/usr/bin/' .. name, 'w'):close() end
      assert(rpm.execute('/usr/bin/works', 'an argument') == 0)
      assert(posix.stat('/usr/lib/by-program', 'type') == 'regular')
      local ok, what, status = rpm.execute('/usr/bin/fails')
      assert(ok == nil and what == 'exit code' and status == 3 * 256)
      assert(rpm.spawn({ '/usr/bin/works', '-x' }) == 0)
    `);
    assert.deepEqual(
      sandbox.runs.filter(({ label }) => label !== 'check').map(({ argv }) => argv),
      [['/usr/bin/works', 'an argument'], ['/usr/bin/fails'], ['/usr/bin/works', '-x']],
    );
  });
});

function writeInto(root: string, path: string): void {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), 'x');
}
