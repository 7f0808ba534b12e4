import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canRunSystems, RunningSystem } from '../../support/running-system.ts';
import { missing } from '../../support/tools.ts';
import { Scene } from '../client/support.ts';

describe('ostrata kargs as a user runs it (needs ostree, bwrap and root)', function () {
  this.timeout(120_000);
  let scene: Scene;
  let system: RunningSystem;
  before(function () {
    if (!canRunSystems()) this.skip();
  });
  beforeEach(() => {
    scene = new Scene();
    system = new RunningSystem(scene, `${scene.versions[0]}.0`);
    system.show('/usr/bin/systemctl', '#!/bin/sh\necho "$@" > /run/systemctl\n', 0o755);
  });
  afterEach(() => scene?.[Symbol.dispose]());

  const kargs = (...argv: string[]) => system.ours(['kargs', '-q', ...argv]);
  const present = () => kargs().stdout;
  const staged = () => join(system.run, 'ostree/staged-deployment');
  const asked = () => join(system.run, 'systemctl');

  it('--import-proc-cmdline starts from what the kernel was given, without what the loader adds', () => {
    const line =
      'BOOT_IMAGE=(hd0,1)/vmlinuz root=UUID=1 console=ttyS0 rd.luks="a b" ostree=/ostree/boot.1/os/x/0 quiet\n';
    system.show('/proc/cmdline', line);
    const wanted = 'root=UUID=1 console=ttyS0 rd.luks="a b" quiet';
    const { code, stdout, stderr } = kargs('--import-proc-cmdline');
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${wanted}\n`, 'shown');
    assert.ok(!existsSync(staged()));
    assert.equal(present(), 'root=/dev/vda1 quiet\n');
    const changed = kargs('--import-proc-cmdline', '--append=nosmt', '--delete=console=ttyS0');
    assert.equal(changed.code, 0, changed.stderr);
    assert.match(changed.stdout, /^Kernel arguments updated\.$/m);
    assert.equal(present(), 'root=UUID=1 rd.luks="a b" quiet nosmt\n');
    for (const other of [['--deploy-index=0'], ['--stateroot=os']]) {
      const { code, stderr } = kargs('--import-proc-cmdline', ...other);
      assert.equal(code, 1);
      assert.match(stderr, /--import-proc-cmdline and --\S+ exclude one another\. \[KARGS_USAGE\]/);
    }
  });

  /** An editor that makes a file of what it is given, and runs a command of sed on it. */
  function editor(sed: string): NodeJS.ProcessEnv {
    const path = join(scene.directory, 'editor');
    writeFileSync(path, `#!/bin/sh\ncp "$1" ${scene.directory}/given && sed -i '${sed}' "$1"\n`, { mode: 0o755 });
    return { EDITOR: path, VISUAL: '', TERM: 'dumb' };
  }
  const edit = (sed: string, ...argv: string[]) =>
    system.ours(['kargs', '-q', '--editor', ...argv], { env: editor(sed), terminal: true });

  it('--editor takes what the text has afterwards (needs script)', function () {
    if (missing('script').length > 0) this.skip();
    const { code, stdout } = edit('s/quiet/debug nosmt=force/');
    assert.equal(code, 0, stdout);
    const given = readFileSync(join(scene.directory, 'given'), 'utf8');
    assert.match(given, /^#.*\n(?:#.*\n|\n)*root=\/dev\/vda1 quiet\n$/);
    assert.doesNotMatch(given, /ostree=/);
    assert.equal(present(), 'root=/dev/vda1 debug nosmt=force\n');
  });

  it('--editor changes nothing when nothing was changed, and refuses what is no list (needs script)', function () {
    if (missing('script').length > 0) this.skip();
    const same = edit('', '--unchanged-exit-77');
    assert.equal(same.code, 77, same.stdout);
    for (const [sed, words] of [
      ['/root/d', /has no kernel arguments/],
      ['s/quiet/ostree=x/', /has an argument "ostree"/],
    ] as const) {
      const { code, stdout } = edit(sed);
      assert.equal(code, 1);
      assert.match(stdout, words);
      assert.match(stdout, /\[KARGS_EDITED\]/);
    }
    const failing = system.ours(['kargs', '--editor'], { env: { EDITOR: 'false', VISUAL: '' }, terminal: true });
    assert.equal(failing.code, 1);
    assert.match(failing.stdout, /The editor false failed: status 1\. \[EDITOR_FAILED\]/);
    const blind = system.ours(['kargs', '--editor']);
    assert.equal(blind.code, 1);
    assert.match(blind.stderr, /no terminal .*--append/s);
    assert.ok(!existsSync(staged()));
    assert.equal(present(), 'root=/dev/vda1 quiet\n');
  });

  it('--unchanged-exit-77 tells whether something was done', () => {
    const once = kargs('--append-if-missing=quiet', '--delete-if-present=nothing', '--unchanged-exit-77');
    assert.deepEqual([once.code, once.stdout], [77, 'No changes.\n']);
    assert.equal(kargs('--append-if-missing=quiet').code, 0);
    assert.ok(!existsSync(staged()));
    assert.equal(kargs('--append-if-missing=debug', '--unchanged-exit-77').code, 0);
    assert.ok(existsSync(staged()));
    assert.equal(kargs('--append-if-missing=debug', '--unchanged-exit-77').code, 77);
  });

  it('--lock-finalization keeps it from shutdown, and finalize-deployment lets it through', () => {
    const lock = join(system.run, 'ostree/staged-deployment-locked');
    assert.equal(kargs('--append=debug', '--lock-finalization').code, 0);
    assert.ok(existsSync(lock));
    assert.match(system.ours(['status']).stdout, /FinalizationLocked: yes/);
    const refused = system.ours(['finalize-deployment']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /\[CLIENT_STAGED\]/);
    assert.ok(existsSync(lock) && !existsSync(asked()));
    assert.equal(system.ours(['finalize-deployment', scene.versions[0]!]).code, 0);
    assert.ok(!existsSync(lock));
    assert.equal(readFileSync(asked(), 'utf8'), 'reboot\n');
  });

  it('--reboot restarts once there is something new, and only then', () => {
    for (const argv of [['--reboot'], ['--reboot', '--deploy-index=0']]) {
      const { code, stderr } = kargs(...argv);
      assert.equal(code, 1);
      assert.match(stderr, /--reboot was given, and no kernel argument is to be changed\. \[KARGS_USAGE\]/);
    }
    assert.equal(kargs('--reboot', '--append-if-missing=quiet').code, 0);
    assert.equal(kargs('--reboot', '--delete=nothing').code, 1);
    assert.ok(!existsSync(asked()));
    const { code, stdout, stderr } = kargs('--reboot', '--append=debug');
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout, /systemctl reboot/);
    assert.equal(readFileSync(asked(), 'utf8'), 'reboot\n');
    assert.ok(existsSync(staged()));
  });
});
