import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileLock } from '../../../plugins/store-ostree/src/repo/lock.ts';
import { hasOstree, isRoot } from '../store-ostree/support.ts';
import { BRANCH, Scene } from './support.ts';

describe('client: verbs on a sysroot, beside ostree admin (needs ostree and root)', function () {
  this.timeout(120_000);
  let scene: Scene;
  before(function () {
    if (!hasOstree || !isRoot) this.skip();
  });
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(() => scene?.[Symbol.dispose]());

  const json = (verb: string, ...argv: string[]) => JSON.parse(scene.ours(verb, '--json', ...argv).stdout);
  const errorOf = (verb: string, ...argv: string[]) => {
    const { code, stdout } = scene.ours(verb, '--json', ...argv);
    assert.equal(code, 1, stdout);
    return JSON.parse(stdout).error as { code: string; message: string; hint: string };
  };
  const origins = () => {
    const directory = join(scene.sysroot, 'ostree/deploy/os/deploy');
    const names = readdirSync(directory).filter((name) => name.endsWith('.origin'));
    return Object.fromEntries(names.map((name) => [name.slice(0, 64), readFileSync(join(directory, name), 'utf8')]));
  };

  it('upgrade goes on where ostree admin was, and the reverse', () => {
    scene.publish(2);
    const done = scene.ours('upgrade');
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /^Deployed 2 \(2023-/);
    assert.deepEqual(scene.booting(), ['2', '1']);
    assert.match(scene.admin('upgrade', '--os=os'), /No update available/);
    scene.publish(3);
    scene.admin('upgrade', '--os=os');
    assert.deepEqual(scene.booting(), ['3', '2']);
    const unchanged = scene.ours('upgrade', '--unchanged-exit-77');
    assert.deepEqual([unchanged.code, unchanged.stdout], [77, 'No upgrade available.\n']);
    assert.equal(scene.ours('upgrade').code, 0);
    assert.match(scene.ostree('fsck'), /no errors found/);
    assert.equal(json('kargs').kargs.join(' '), 'root=/dev/vda1 quiet');
  });

  it('upgrade --check, --preview and --download-only leave the system alone', () => {
    scene.publish(2);
    assert.deepEqual(json('upgrade', '--check'), {
      status: 'available',
      checksum: scene.versions[1],
      version: '2',
      timestamp: 1_700_000_002,
      diff: null,
    });
    assert.match(
      scene.ours('upgrade', '--preview').stdout,
      /AvailableUpdate:\n +Version: 2 \(.*\)\n +Commit: [0-9a-f]{64}/,
    );
    assert.equal(json('upgrade', '--download-only').status, 'downloaded');
    assert.deepEqual(scene.booting(), ['1']);
    assert.deepEqual(scene.ours('upgrade', '--cache-only').stdout.slice(0, 10), 'Deployed 2');
    const none = scene.ours('upgrade', '--check');
    assert.deepEqual([none.code, none.stdout], [77, 'No updates available.\n']);
  });

  it('upgrade does not go back in time unless it is allowed', () => {
    scene.publish(3);
    scene.ours('upgrade');
    scene.publish(2);
    const refused = errorOf('upgrade');
    assert.match(refused.message, /older/);
    assert.match(refused.hint, /--allow-downgrade/);
    assert.deepEqual(scene.booting(), ['3', '1']);
    assert.equal(scene.ours('upgrade', '--allow-downgrade').code, 0);
    assert.deepEqual(scene.booting(), ['2', '3']);
  });

  it('deploy takes versions and commits of the branch, and the next upgrade leaves them', () => {
    const newest = scene.publish(3);
    assert.equal(json('deploy', 'version=2').version, '2');
    assert.match(origins()[scene.versions[1]!]!, new RegExp(`override-commit=${scene.versions[1]}`));
    assert.equal(json('deploy', newest).checksum, newest);
    assert.deepEqual(scene.booting(), ['3', '2']);
    const elsewhere = scene.image('test/other', '9');
    assert.equal(errorOf('deploy', elsewhere).code, 'CLIENT_REVISION');
    assert.equal(errorOf('deploy', 'version=8').code, 'CLIENT_REVISION');
    assert.equal(errorOf('deploy', 'revision=short').code, 'CLIENT_USAGE');
    assert.equal(json('deploy', 'version=1').version, '1');
    assert.equal(errorOf('deploy', 'version=1', '--reboot', '--preview').code, 'CLIENT_USAGE');
    scene.ours('upgrade');
    assert.equal(scene.booting()[0], '3');
    assert.doesNotMatch(origins()[newest]!, /override-commit/);
  });

  it('rebase follows another branch, keeps what it does not know of the origin, and forgets the old ref', () => {
    scene.image('test/next', '9');
    const [name] = Object.keys(origins());
    const file = join(scene.sysroot, `ostree/deploy/os/deploy/${name}.0.origin`);
    writeFileSync(file, `${readFileSync(file, 'utf8')}custom=1\n\n[mine]\nkey=a;b;\n`);
    assert.equal(json('rebase', '--branch', 'test/next').version, '9');
    const [origin] = Object.values(origins()).filter((text) => text.includes('test/next'));
    assert.equal(origin, '[origin]\nrefspec=origin:test/next\ncustom=1\n\n[mine]\nkey=a;b;\n');
    assert.doesNotMatch(scene.ostree('refs'), new RegExp(`origin:${BRANCH}`));
    assert.equal(json('rebase', `origin:${BRANCH}`, 'version=1').version, '1');
    assert.equal(json('rebase', `${scene.images.repo}:test/next`).status, 'done');
    assert.match(scene.admin('status'), /origin refspec: test\/next/);
    assert.equal(errorOf('rebase').code, 'CLIENT_USAGE');
    assert.equal(errorOf('rebase', 'origin:test/nowhere').code, 'OSTREE_PULL_REF');
  });

  it('kargs makes a deployment of the same tree, and a second change adds to the first', () => {
    assert.equal(scene.ours('kargs').stdout, 'root=/dev/vda1 quiet\n');
    assert.equal(scene.ours('kargs', '--append=console=ttyS0', '--delete=quiet').stdout, 'Kernel arguments updated.\n');
    assert.deepEqual(json('kargs', '--append-if-missing=nosmt').kargs, ['root=/dev/vda1', 'console=ttyS0', 'nosmt']);
    assert.deepEqual(scene.booting(), ['1', '1']);
    const entries = join(scene.sysroot, 'boot/loader/entries');
    const [first] = readdirSync(entries).sort().reverse();
    const entry = readFileSync(join(entries, first!), 'utf8');
    assert.match(entry, /^options root=\/dev\/vda1 console=ttyS0 nosmt ostree=/m);
    const same = scene.ours('kargs', '--delete-if-present=nothing', '--unchanged-exit-77');
    assert.deepEqual([same.code, same.stdout], [77, 'No changes.\n']);
    assert.equal(errorOf('kargs', '--delete=nothing').code, 'KARGS_CHANGE');
    assert.equal(errorOf('kargs', '--replace=a=1', '--delete=b').code, 'KARGS_USAGE');
    assert.equal(scene.ours('kargs', '--deploy-index=1').stdout, 'root=/dev/vda1 console=ttyS0\n');
    assert.equal(errorOf('kargs', '--deploy-index=7').code, 'SYSTEM_INDEX');
    assert.match(scene.admin('upgrade', '--os=os'), /No update available/);
  });

  it('rollback, pin and cleanup change what boots and what stays, and nothing else', () => {
    assert.equal(errorOf('rollback').code, 'CLIENT_ROLLBACK');
    scene.publish(2);
    scene.ours('upgrade');
    assert.match(scene.ours('rollback').stdout, new RegExp(`^Moved '${scene.versions[0]}.0'`));
    assert.deepEqual(scene.booting(), ['1', '2']);
    assert.equal(scene.ours('pin', '1').stdout, 'Deployment 1 is now pinned\n');
    assert.equal(scene.ours('pin', '1').stdout, 'Deployment 1 is already pinned\n');
    assert.match(scene.admin('status'), /Pinned: yes/);
    assert.equal(scene.ours('cleanup', '--rollback').stdout, 'Deployments unchanged.\n');
    scene.admin('pin', '--unpin', '1');
    assert.equal(json('cleanup', '--rollback').status, 'done');
    assert.deepEqual(scene.booting(), ['1']);
    assert.equal(errorOf('cleanup').code, 'CLIENT_USAGE');
    assert.equal(errorOf('pin', '5').code, 'SYSTEM_INDEX');
    assert.equal(errorOf('pin', 'rollback').code, 'SYSTEM_INDEX');
    assert.equal(errorOf('finalize-deployment').code, 'CLIENT_STAGED');
    assert.equal(scene.ours('reload').code, 0);
  });

  it('what is pinned is not pinned in the deployment that follows it', () => {
    scene.ours('pin', '0');
    scene.publish(2);
    scene.ours('upgrade');
    const pinned = json('status').deployments.map((one: { pinned: boolean }) => one.pinned);
    assert.deepEqual(pinned, [false, true]);
  });

  it("status has rpm-ostree's lines, keys and JSONPath", () => {
    scene.publish(2);
    scene.ours('upgrade');
    const [, second] = scene.versions;
    const time = '2023-11-14T22:13:2';
    assert.equal(
      scene.ours('status').stdout,
      `State: idle\nDeployments:\n${[
        `  origin:${BRANCH}\n                  Version: 2 (${time}2Z)\n                   Commit: ${second}\n`,
        `  origin:${BRANCH}\n                  Version: 1 (${time}1Z)\n                   Commit: ${scene.versions[0]}\n`,
      ].join('\n')}`,
    );
    const status = json('status');
    assert.deepEqual(Object.keys(status), [
      'deployments',
      'transaction',
      'cached-update',
      'update-driver',
      'rolled-back-from',
    ]);
    const [first] = status.deployments;
    assert.equal(first.id, `os-${second}.0`);
    for (const key of [
      'osname checksum serial version timestamp origin base-commit-meta packages requested-packages',
      'requested-local-packages base-removals requested-base-removals base-local-replacements booted staged pinned',
      'unlocked signatures gpg-enabled regenerate-initramfs initramfs-etc',
    ]
      .join(' ')
      .split(' ')) {
      assert.ok(key in first, key);
    }
    assert.deepEqual(JSON.parse(scene.ours('status', '--jsonpath', '$.deployments[*].version').stdout), ['2', '1']);
    assert.equal(errorOf('status', '--jsonpath', '$[').code, 'CLIENT_USAGE');
    assert.match(scene.ours('status', '-J', '$[').stderr, /CLIENT_JSONPATH/);
    assert.deepEqual(json('status', '--booted').deployments, []);
  });

  it('names what is wrong: an unreadable origin, a missing stateroot, layers without a plugin for them', () => {
    assert.equal(errorOf('upgrade', '--stateroot', 'none').code, 'SYSTEM_STATEROOT');
    const [name] = Object.keys(origins());
    const file = join(scene.sysroot, `ostree/deploy/os/deploy/${name}.0.origin`);
    writeFileSync(file, `[origin]\nbaserefspec=origin:${BRANCH}\n\n[packages]\nrequested=strace;\n`);
    scene.publish(2);
    assert.match(errorOf('upgrade').message, /strace/);
    writeFileSync(file, '[origin]\nunconfigured-state=Register first.\n');
    assert.match(errorOf('upgrade').message, /Register first/);
    writeFileSync(file, 'no key file');
    assert.equal(errorOf('upgrade').code, 'SYSROOT_ORIGIN');
  });

  it('waits for another program that changes the system, names it, and stops where it is cancelled', async () => {
    scene.publish(2);
    const before = scene.admin('status');
    using _lock = FileLock.try(join(scene.sysroot, 'ostree/lock'), 'exclusive')!;
    const child = scene.start('upgrade');
    let said = '';
    for await (const data of child.stderr!) {
      said += data;
      if (said.includes('Waiting for') && !said.includes('Cancelling')) child.kill('SIGINT');
    }
    const code = child.exitCode ?? (await once(child, 'exit'))[0];
    assert.equal(code, 130, said);
    assert.match(said, /Waiting for .*\n/);
    assert.match(said, /Cancelled/);
    assert.equal(scene.admin('status'), before);
  });
});
