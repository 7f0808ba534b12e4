import assert from 'node:assert/strict';
import { type Assembly, isHostError } from '@ostrata/core';
import type { LayoutConfig } from '../../../plugins/layout-ostree/src/config.schema.ts';
import { lint } from '../../../plugins/layout-ostree/src/lint.ts';
import { populate } from '../../../plugins/layout-ostree/src/populate.ts';
import { postprocess } from '../../../plugins/layout-ostree/src/postprocess.ts';
import {
  type AssemblyOptions,
  assemblyOf,
  fill,
  listeningContext,
  memoryStore,
  seen,
  text,
} from './support/assembly.ts';

const CONFIG: LayoutConfig = { passwd: 'auto' };

/** What packages bring at least. */
const PACKAGES = { 'usr/bin/sh': 'shell', 'usr/sbin/init': 'init', 'usr/lib/libc.so': 'libc', 'usr/lib64': '-> lib' };

async function laidOut(
  files: { readonly [path: string]: string | null },
  options: AssemblyOptions & {
    config?: Partial<LayoutConfig>;
    scripts?: { readonly [path: string]: string | null };
  } = {},
): Promise<Assembly & { readonly messages: readonly string[] }> {
  const assembly = await assemblyOf({ ...PACKAGES, ...files }, options);
  const ctx = listeningContext();
  const config = { ...CONFIG, ...options.config };
  await populate(assembly, ctx);
  fill(assembly.tree, options.scripts ?? {});
  postprocess(assembly, config, ctx);
  return { ...assembly, messages: ctx.messages };
}

describe('layout-ostree populate', () => {
  it('gives scripts directories, links into usr, /etc and a root account', async () => {
    const assembly = await assemblyOf({ ...PACKAGES, 'usr/etc/issue': 'hello' });
    await populate(assembly, listeningContext());
    const { tree } = assembly;
    assert.deepEqual(tree.list(''), [
      'bin',
      'boot',
      'dev',
      'etc',
      'lib',
      'lib64',
      'proc',
      'run',
      'sbin',
      'sys',
      'sysroot',
      'tmp',
      'usr',
      'var',
    ]);
    assert.equal(seen(tree, 'tmp'), 'directory 1777');
    assert.equal(seen(tree, 'lib64'), '-> usr/lib64');
    assert.equal(seen(tree, 'etc/issue'), 'hello');
    assert.equal(tree.lookup('usr/etc'), undefined);
    assert.match(text(tree, 'etc/passwd'), /^root:x:0:0:/);
    assert.equal(text(tree, 'etc/group'), 'root:x:0:\n');
  });

  it('keeps links and accounts that packages brought', async () => {
    const passwd = 'root:x:0:0:root:/root:/bin/bash\n';
    const assembly = await assemblyOf({ ...PACKAGES, bin: '-> usr/sbin', 'usr/etc/passwd': passwd });
    await populate(assembly, listeningContext());
    assert.equal(seen(assembly.tree, 'bin'), '-> usr/sbin');
    assert.equal(text(assembly.tree, 'etc/passwd'), passwd);
  });

  it('refuses a tree with etc and usr/etc', async () => {
    const assembly = await assemblyOf({ 'usr/etc/a': '', 'etc/b': '' });
    await assert.rejects(populate(assembly, listeningContext()), (error) => {
      return isHostError(error) && error.code === 'LAYOUT_TWO_ETC';
    });
  });

  for (const [name, files] of [
    ['whole in usr/etc', { 'usr/etc/passwd': 'root:x:0:0::/root:/bin/sh\nweb:x:997:995::/:/bin/false\n' }],
    [
      'split by altfiles',
      { 'usr/etc/passwd': 'root:x:0:0::/root:/bin/sh\n', 'usr/lib/passwd': 'web:x:997:995::/:/bin/false\n' },
    ],
  ] as const) {
    it(`takes over the users of the parent commit, ${name}`, async () => {
      const store = await memoryStore();
      const before = await store.openTree(null);
      fill(before, {
        ...files,
        'usr/etc/group': 'root:x:0:\nweb:x:995:\n',
        'usr/etc/shadow': 'root:*:::::::\nweb:!:19000::::::\n',
      });
      const parent = await store.commit(before, {
        ref: null,
        parent: null,
        subject: '',
        body: '',
        timestamp: 0,
        metadata: {},
      });
      const fromPackage = 'root:x:0:0:root:/root:/bin/bash\nweb:x:1:1::/:/bin/sh\nnew:x:2:2::/:/bin/sh\n';
      const assembly = await assemblyOf(
        { ...PACKAGES, 'usr/etc/passwd': fromPackage, 'usr/etc/shadow': 'root:!:::::::\n' },
        { store, parent },
      );
      await populate(assembly, listeningContext());
      assert.equal(
        text(assembly.tree, 'etc/passwd'),
        'root:x:0:0::/root:/bin/sh\nweb:x:997:995::/:/bin/false\nnew:x:2:2::/:/bin/sh\n',
      );
      assert.equal(text(assembly.tree, 'etc/group'), 'root:x:0:\nweb:x:995:\n');
      assert.equal(text(assembly.tree, 'etc/shadow'), 'root:!:::::::\n');
    });
  }

  it('starts without the users of the parent commit where the image does not preserve them', async () => {
    const store = await memoryStore();
    const before = await store.openTree(null);
    fill(before, { 'usr/etc/passwd': 'root:x:0:0::/root:/bin/sh\nweb:x:997:995::/:/bin/false\n' });
    const meta = { ref: null, subject: '', body: '', timestamp: 0, metadata: {} };
    const parent = await store.commit(before, { ...meta, parent: null });
    const brought = 'root:x:0:0:root:/root:/bin/bash\nweb:x:1:1::/:/bin/sh\n';
    const assembly = await assemblyOf(
      { ...PACKAGES, 'usr/etc/passwd': brought },
      { store, parent, image: { layout: { preserveAccounts: false } } },
    );
    await populate(assembly, listeningContext());
    assert.equal(text(assembly.tree, 'etc/passwd'), brought);
  });
});

describe('layout-ostree postprocess', () => {
  it('leaves exactly the top level of an image', async () => {
    const { tree } = await laidOut({ 'usr/etc/issue': 'hello', lost: null, 'usr/local/bin/x': 'mine' });
    const toplevel = Object.fromEntries(tree.list('').map((name) => [name, seen(tree, name)]));
    assert.deepEqual(toplevel, {
      bin: '-> usr/bin',
      boot: 'directory 755',
      dev: 'directory 755',
      home: '-> var/home',
      lib: '-> usr/lib',
      lib64: '-> usr/lib64',
      media: '-> run/media',
      mnt: '-> var/mnt',
      opt: '-> var/opt',
      ostree: '-> sysroot/ostree',
      proc: 'directory 755',
      root: '-> var/roothome',
      run: 'directory 755',
      sbin: '-> usr/sbin',
      srv: '-> var/srv',
      sys: 'directory 755',
      sysroot: 'directory 755',
      tmp: '-> sysroot/tmp',
      usr: 'directory 755',
      var: 'directory 755',
    });
    assert.equal(seen(tree, 'usr/etc/issue'), 'hello');
    assert.equal(seen(tree, 'usr/local'), '-> ../var/usrlocal');
    assert.deepEqual(tree.list('var'), []);
  });

  it('says which files it drops', async () => {
    const { messages, tree } = await laidOut(
      {},
      { scripts: { 'srv/data': 'x', 'stray/file': 'x', 'var/lib/db/data': 'x' } },
    );
    for (const path of ['/srv/data', '/stray/file', '/var/lib/db/data']) {
      assert.ok(
        messages.some((message) => message.startsWith(`${path} is left out`)),
        path,
      );
    }
    assert.equal(tree.lookup('stray'), undefined);
  });

  it('puts /opt and /usr/local where the image wants them', async () => {
    const files = { 'usr/local/share/x': 'mine' };
    const root = await laidOut(files, { image: { layout: { optUsrLocal: 'root', tmp: 'directory' } } });
    assert.equal(seen(root.tree, 'opt'), 'directory 755');
    assert.equal(seen(root.tree, 'tmp'), 'directory 1777');
    assert.equal(seen(root.tree, 'usr/local/share/x'), 'mine');
    const overlay = await laidOut(files, { image: { layout: { optUsrLocal: 'stateoverlay' } } });
    assert.equal(seen(overlay.tree, 'opt'), '-> usr/lib/opt');
    const unit = 'usr/lib/systemd/system/local-fs.target.requires/ostree-state-overlay@usr-local.service';
    assert.equal(seen(overlay.tree, unit), '-> ../ostree-state-overlay@usr-local.service');
    assert.match(
      text(overlay.tree, 'usr/lib/tmpfiles.d/rpm-ostree-0-integration-opt-usrlocal-compat.conf'),
      /^L \/var\/usrlocal /m,
    );
  });

  it('makes tmpfiles.d lines of directories and links in /var', async () => {
    const { tree } = await laidOut(
      {
        'usr/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
        'usr/lib/tmpfiles.d/known.conf': '# known\nd /var/lib/known 0755 root root -\n',
      },
      {
        scripts: {
          'var/lib/known': null,
          'var/lib/a b%': null,
          'var/lib/link': '-> ../50%',
          'var/run/x': null,
          'var/tmp/x': null,
          'var/lib/own': null,
        },
      },
    );
    const lines = text(tree, 'usr/lib/tmpfiles.d/rpm-ostree-1-autovar.conf').split('\n');
    assert.deepEqual(lines, [
      'L /var/lib/link - - - - ../50%%',
      'd /var/lib 0755 root root - -',
      'd /var/lib/a\\x20b%% 0755 root root - -',
      'd /var/lib/own 0755 root root - -',
      '',
    ]);
  });

  it('joins the lines that packages were imported with', async () => {
    const { tree } = await laidOut({
      'usr/lib/rpm-ostree/tmpfiles.d/b.conf': 'd /var/lib/b 0755 root root - -\nd /var/cache 0755 root root - -\n',
      'usr/lib/rpm-ostree/tmpfiles.d/a.conf': 'd /var/lib/a 0700 root root - -\nd /var/home 0755 root root - -\n',
      'usr/lib/tmpfiles.d/var.conf': 'd /var/cache 0755 - - -\n',
    });
    assert.deepEqual(text(tree, 'usr/lib/tmpfiles.d/rpm-ostree-autovar.conf').split('\n').slice(1), [
      'd /var/lib/a 0700 root root - -',
      'd /var/lib/b 0755 root root - -',
      '',
    ]);
  });

  it('moves accounts to usr/lib only where they are looked up there', async () => {
    const files = {
      'usr/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nweb:x:997:995::/:/bin/false\n',
      'usr/etc/group': 'root:x:0:\nwheel:x:10:\nweb:x:995:\n',
      'usr/etc/nsswitch.conf': '# lookups\npasswd:   files systemd\ngroup: sss\nhosts: files dns\n',
    };
    const whole = await laidOut(files);
    assert.equal(text(whole.tree, 'usr/etc/passwd'), files['usr/etc/passwd']);
    assert.equal(whole.tree.lookup('usr/lib/passwd'), undefined);
    const image = { layout: { etcGroupMembers: ['wheel'] } };
    for (const [module, config] of [
      ['usr/lib/x86_64-linux-gnu/libnss_altfiles.so.2', 'auto'],
      ['usr/x', 'altfiles'],
    ] as const) {
      const { tree } = await laidOut({ ...files, [module]: 'elf' }, { image, config: { passwd: config } });
      assert.equal(text(tree, 'usr/etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
      assert.equal(text(tree, 'usr/lib/passwd'), 'web:x:997:995::/:/bin/false\n');
      assert.equal(text(tree, 'usr/etc/group'), 'root:x:0:\nwheel:x:10:\n');
      assert.equal(text(tree, 'usr/lib/group'), 'wheel:x:10:\nweb:x:995:\n');
      assert.equal(
        text(tree, 'usr/etc/nsswitch.conf'),
        '# lookups\npasswd: files altfiles systemd\ngroup: sss altfiles\nhosts: files dns\n',
      );
    }
  });

  it('names the line of an account file that is wrong', async () => {
    await assert.rejects(laidOut({ 'usr/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nbroken\n' }), (error) => {
      return isHostError(error) && error.code === 'LAYOUT_ACCOUNTS' && error.data['line'] === 2;
    });
  });

  it('removes leftovers and dates, and closes password files', async () => {
    const { tree } = await laidOut(
      {},
      {
        scripts: {
          'etc/passwd-': 'x',
          'etc/.pwd.lock': '',
          'etc/shadow': 'root:!*:20000::::::\nme:$y$hash:20000:0:99999:7:::\n',
          'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
          'etc/default/useradd': 'GROUP=100\nHOME=/home\n',
          'usr/share/rpm/.rpm.lock': '',
          'usr/share/rpm/rpmdb.sqlite': 'db',
        },
      },
    );
    assert.deepEqual(tree.list('usr/etc'), ['default', 'group', 'machine-id', 'passwd', 'shadow']);
    assert.equal(text(tree, 'usr/etc/shadow'), 'root:!*:::::::\nme:$y$hash:20000:0:99999:7:::\n');
    assert.equal((tree.lookup('usr/etc/shadow')?.mode ?? 1) & 0o7777, 0);
    assert.equal(text(tree, 'usr/etc/machine-id'), '');
    assert.equal(text(tree, 'usr/etc/default/useradd'), 'GROUP=100\nHOME=/var/home\n');
    assert.deepEqual(tree.list('usr/share/rpm'), ['rpmdb.sqlite']);
    const absent = await laidOut({ 'usr/etc/machine-id': 'x' }, { image: { layout: { machineId: 'absent' } } });
    assert.equal(absent.tree.lookup('usr/etc/machine-id'), undefined);
  });

  it('brings what is in /boot below usr', async () => {
    const scripts = { 'boot/efi/EFI/x': 'efi', 'boot/loader/entries/a.conf': 'old' };
    const { tree } = await laidOut({}, { scripts });
    assert.equal(seen(tree, 'usr/lib/ostree-boot/efi/EFI/x'), 'efi');
    assert.deepEqual(tree.list('boot'), []);
    assert.equal(tree.lookup('usr/lib/ostree-boot/loader'), undefined);
  });

  it('tells an SELinux policy where things are', async () => {
    const subs = 'usr/etc/selinux/targeted/contexts/files/file_contexts.subs_dist';
    const { tree, messages } = await laidOut({
      'usr/etc/selinux/config': 'SELINUX=enforcing\nSELINUXTYPE=targeted\n',
      'usr/etc/selinux/semanage.conf': 'module-store = direct\n',
      'usr/etc/selinux/targeted/active/modules': null,
      [subs]: '/run /var/run\n/var/home /home\n/etc/systemd/system /usr/lib/systemd/system\n',
    });
    assert.equal(
      text(tree, subs),
      [
        '/run /var/run',
        '# /var/home /home',
        '/etc/systemd/system /usr/lib/systemd/system',
        '/home /var/home',
        '/usr/etc /etc',
        '/usr/etc/systemd/system /usr/lib/systemd/system',
        '/usr/lib/opt /opt',
        '',
      ].join('\n'),
    );
    assert.equal(text(tree, 'usr/etc/selinux/semanage.conf'), 'module-store = direct\nstore-root=/etc/selinux\n');
    assert.match(messages.join('\n'), /LAYOUT_UNLABELED The image has the SELinux policy targeted/);
  });

  it('says nothing of labels where there is no policy or none is wanted', async () => {
    const config = { 'usr/etc/selinux/config': 'SELINUXTYPE=targeted\n' };
    assert.deepEqual((await laidOut(config, { image: { selinux: false } })).messages, []);
    assert.deepEqual((await laidOut({})).messages, []);
  });

  it('gives the same tree twice', async () => {
    const files = { 'usr/etc/issue': 'hello' };
    const [a, b] = [await laidOut(files), await laidOut(files)];
    assert.equal(a.tree.directoryId(''), b.tree.directoryId(''));
  });
});

describe('layout-ostree over a base', () => {
  it('changes the users of an image with altfiles where it has them', async () => {
    const store = await memoryStore();
    const image = await store.openTree(null);
    fill(image, {
      'usr/lib/passwd': 'daemon:x:2:2::/:/bin/false\n',
      'usr/lib/group': 'daemon:x:2:\n',
      'usr/etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
      'usr/etc/group': 'root:x:0:\n',
      'usr/etc/shadow': 'root:!:::::::\n',
      tmp: null,
      var: null,
    });
    const base = await store.commit(image, {
      ref: null,
      parent: null,
      subject: '',
      body: '',
      timestamp: 0,
      metadata: {},
    });
    const assembly = await assemblyOf({}, { store, base });
    await populate(assembly, listeningContext());
    const { tree } = assembly;
    assert.equal(text(tree, 'etc/passwd'), 'daemon:x:2:2::/:/bin/false\n');
    tree.writeFile('etc/passwd', `${text(tree, 'etc/passwd')}web:x:997:995::/:/bin/false\n`);
    tree.writeFile('etc/shadow', 'web:!:20000::::::\n');
    postprocess(assembly, CONFIG, listeningContext());
    assert.equal(text(tree, 'usr/lib/passwd'), 'daemon:x:2:2::/:/bin/false\nweb:x:997:995::/:/bin/false\n');
    assert.equal(text(tree, 'usr/etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
    assert.equal(text(tree, 'usr/etc/shadow'), 'root:!:::::::\n');
    assert.deepEqual(tree.list('usr/etc'), ['group', 'passwd', 'shadow']);
    assert.equal(seen(tree, 'tmp'), 'directory 755');
  });
});

describe('layout-ostree lints', () => {
  it('finds nothing in a tree that is laid out', async () => {
    assert.deepEqual(lint(await laidOut({})), []);
  });

  it('finds what would not deploy', async () => {
    const assembly = await laidOut({ 'usr/lib/modules/1/vmlinuz': 'k', 'usr/lib/modules/2/vmlinuz': 'k' });
    fill(assembly.tree, { 'var/lib/x': 'x', 'etc/y': 'y', stray: null, 'usr/etc/closed': 'x', 'usr/etc/gshadow': '' });
    for (const name of ['closed', 'gshadow']) assembly.tree.setMeta(`usr/etc/${name}`, { mode: 0o100000 });
    assert.deepEqual(
      lint(assembly).map(({ code }) => code),
      ['LAYOUT_VAR_CONTENT', 'LAYOUT_ETC', 'LAYOUT_MODE_ZERO', 'LAYOUT_KERNELS', 'LAYOUT_STRAY'],
    );
    for (const problem of lint(assembly)) assert.ok(problem.hint, problem.code);
  });
});
