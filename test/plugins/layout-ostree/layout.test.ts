import assert from 'node:assert/strict';
import { type Assembly, type CommitMeta, isHostError, type Tree } from '@ostrata/core';
import type { LayoutConfig } from '../../../plugins/layout-ostree/src/config.schema.ts';
import { lint } from '../../../plugins/layout-ostree/src/lint.ts';
import { planLayout } from '../../../plugins/layout-ostree/src/plan-settings.ts';
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

const CONFIG: LayoutConfig = { passwd: 'auto', declareUsers: false, optUsrLocal: 'auto' };
const META: CommitMeta = { ref: null, subject: '', body: '', timestamp: 0, parent: null, metadata: {} };

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
  const plan = planLayout(assembly.plan, config) ?? assembly.plan;
  await populate(assembly, ctx);
  fill(assembly.tree, options.scripts ?? {});
  postprocess({ ...assembly, plan }, config, ctx);
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

  describe('of /opt and /usr/local', () => {
    const files = { 'usr/lib/opt/app/bin/run': 'run', 'usr/local/share/x': 'mine', 'usr/local/bin': null };
    const staged = { 'usr/lib/rpm-ostree/tmpfiles.d/app.conf': 'L /opt/app - - - - ../../usr/lib/opt/app\n' };
    const policy = (optUsrLocal: 'var' | 'root' | 'stateoverlay') => ({ image: { layout: { optUsrLocal } } });
    const autovar = (tree: Parameters<typeof text>[0]) => {
      const path = 'usr/lib/tmpfiles.d/rpm-ostree-autovar.conf';
      return tree.lookup(path) === undefined
        ? []
        : text(tree, path)
            .split('\n')
            .filter((line) => /^\w/.test(line));
    };

    it('var: they lead to /var, which gets links to what the image has', async () => {
      const { tree } = await laidOut({ ...files, ...staged, 'usr/lib/opt/50% more/x': 'x' }, policy('var'));
      assert.equal(seen(tree, 'opt'), '-> var/opt');
      assert.equal(seen(tree, 'usr/local'), '-> ../var/usrlocal');
      assert.equal(seen(tree, 'usr/lib/opt/app/bin/run'), 'run');
      assert.equal(seen(tree, 'usr/lib/usrlocal/share/x'), 'mine');
      assert.equal(tree.lookup('usr/lib/usrlocal/bin'), undefined);
      assert.deepEqual(autovar(tree), [
        'L /opt/50%%\\x20more - - - - ../../usr/lib/opt/50%% more',
        'L /opt/app - - - - ../../usr/lib/opt/app',
        'L /usr/local/share/x - - - - ../../../usr/lib/usrlocal/share/x',
      ]);
    });

    it('root: they are directories of the image', async () => {
      const { tree } = await laidOut({ ...files, ...staged }, policy('root'));
      assert.equal(seen(tree, 'opt'), 'directory 755');
      assert.equal(seen(tree, 'opt/app/bin/run'), 'run');
      assert.equal(tree.lookup('usr/lib/opt'), undefined);
      assert.equal(seen(tree, 'usr/local/share/x'), 'mine');
      assert.deepEqual(autovar(tree), []);
      const empty = await laidOut({}, policy('root'));
      assert.equal(seen(empty.tree, 'opt'), 'directory 755');
      assert.equal(seen(empty.tree, 'usr/local'), 'directory 755');
    });

    it("stateoverlay: they are in /usr, with units that lay the machine's changes over them", async () => {
      const { tree } = await laidOut({ ...files, ...staged }, policy('stateoverlay'));
      assert.equal(seen(tree, 'opt'), '-> usr/lib/opt');
      assert.equal(seen(tree, 'usr/local/share/x'), 'mine');
      assert.deepEqual(autovar(tree), []);
      const system = 'usr/lib/systemd/system';
      for (const instance of ['usr-local', 'usr-lib-opt']) {
        const unit = `ostree-state-overlay@${instance}.service`;
        assert.equal(seen(tree, `${system}/local-fs.target.requires/${unit}`), `-> ../${unit}`);
      }
      assert.match(
        text(tree, `${system}/ostree-state-overlay@.service`),
        /^ExecStart=\/usr\/libexec\/ostrata\/state-overlay %i/m,
      );
      const compat = 'usr/lib/tmpfiles.d/rpm-ostree-0-integration-opt-usrlocal-compat.conf';
      assert.match(text(tree, compat), /^L \/var\/usrlocal /m);
      const newer = await laidOut(
        { [`${system}/ostree-state-overlay@.service`]: 'ostree 2024' },
        policy('stateoverlay'),
      );
      assert.equal(seen(newer.tree, `${system}/ostree-state-overlay@.service`), 'ostree 2024');
      assert.equal(newer.tree.lookup('usr/libexec/ostrata/state-overlay'), undefined);
      assert.equal(seen(newer.tree, 'usr/lib/opt'), 'directory 755');
    });

    for (const base of ['var', 'root', 'stateoverlay'] as const) {
      it(`a layer puts its files where a base of policy ${base} has them`, async () => {
        const store = await memoryStore();
        const below = await laidOut(files, { store, ...policy(base) });
        const commit = await store.commit(below.tree, META);
        const layered = await assemblyOf({ 'usr/lib/opt/more/y': 'more' }, { store, base: commit });
        // As a package's files come behind the base's link.
        fill(layered.tree, { [base === 'var' ? 'var/usrlocal/bin/tool' : 'usr/local/bin/tool']: 'tool' });
        const ctx = listeningContext();
        await populate(layered, ctx);
        postprocess(layered, CONFIG, ctx);
        const { tree } = layered;
        const [opt, local] = {
          var: ['usr/lib/opt', 'usr/lib/usrlocal'],
          root: ['opt', 'usr/local'],
          stateoverlay: ['usr/lib/opt', 'usr/local'],
        }[base] as [string, string];
        assert.equal(seen(tree, `${opt}/app/bin/run`), 'run');
        assert.equal(seen(tree, `${opt}/more/y`), 'more');
        assert.equal(seen(tree, `${local}/bin/tool`), 'tool');
        assert.equal(seen(tree, `${local}/share/x`), 'mine');
        assert.equal(seen(tree, 'opt'), seen(below.tree, 'opt'));
        assert.deepEqual(tree.list('var'), []);
      });
    }

    it('the configuration decides over treefile and base', async () => {
      const store = await memoryStore();
      const below = await laidOut(files, { store, ...policy('var') });
      const commit = await store.commit(below.tree, META);
      const layered = await assemblyOf({}, { store, base: commit });
      const plan = { ...layered.plan, inputs: { ...layered.plan.inputs, install: [{} as never] } };
      assert.equal(planLayout(plan, CONFIG), undefined);
      const decided = planLayout(plan, { ...CONFIG, optUsrLocal: 'stateoverlay' });
      assert.ok(decided);
      const ctx = listeningContext();
      postprocess({ ...layered, plan: decided }, CONFIG, ctx);
      assert.equal(seen(layered.tree, 'opt'), '-> usr/lib/opt');
      assert.equal(seen(layered.tree, 'usr/local/share/x'), 'mine');
      assert.equal(layered.tree.lookup('usr/lib/tmpfiles.d/rpm-ostree-0-integration-opt-usrlocal.conf'), undefined);
    });
  });

  it('keeps the state of alternatives in /usr, where scripts find it through /var', async () => {
    const store = await memoryStore();
    const registered = { 'usr/lib/alternatives/editor': 'auto\n/etc/alternatives/editor\n', 'var/lib/made': null };
    const below = await laidOut({ 'usr/sbin/alternatives': 'program' }, { store, scripts: registered });
    const own = 'usr/lib/tmpfiles.d/rpm-ostree-1-autovar.conf';
    const link = 'L /var/lib/alternatives - - - - ../../usr/lib/alternatives';
    const made = 'd /var/lib/made 0755 root root - -';
    const asked = (tree: Tree) =>
      text(tree, own)
        .split('\n')
        .filter((line) => /alternatives|made|more/.test(line));
    assert.deepEqual(asked(below.tree), [link, made].sort());
    assert.equal(seen(below.tree, 'usr/lib/alternatives/editor'), registered['usr/lib/alternatives/editor']);

    const layered = await assemblyOf({}, { store, base: await store.commit(below.tree, META) });
    const ctx = listeningContext();
    await populate(layered, ctx);
    assert.equal(seen(layered.tree, 'var/lib/alternatives'), '-> ../../usr/lib/alternatives');
    fill(layered.tree, { 'var/lib/more': null });
    postprocess(layered, CONFIG, ctx);
    assert.deepEqual(asked(layered.tree), [link, made, 'd /var/lib/more 0755 root root - -'].sort());
  });

  it('declares the users that scripts made, when it shall', async () => {
    const scripts = {
      'etc/passwd':
        'root:x:0:0::/root:/bin/sh\nweb:x:77:78:The "web", 100%:/var/web:/bin/false\nknown:x:5:5::/:/bin/sh\n',
      'etc/group': 'root:x:0:\nown:x:78:\nknown:x:5:\nwheel:x:10:web,root\n',
      'usr/lib/sysusers.d/known.conf': '# comment\nu known 5 - /\n',
    };
    const conf = 'usr/lib/sysusers.d/ostrata-accounts.conf';
    assert.equal((await laidOut({}, { scripts })).tree.lookup(conf), undefined);
    const { tree } = await laidOut({}, { scripts, config: { declareUsers: true } });
    assert.deepEqual(text(tree, conf).trimEnd().split('\n'), [
      'g wheel 10',
      'g own 78',
      'u web 77:78 "The \\"web\\", 100%%" /var/web /bin/false',
      'm web wheel',
      'm root wheel',
    ]);
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
