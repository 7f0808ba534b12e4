import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LAYERED_NEEDS } from '../support/layered-base.ts';
import { LayeredSystem } from '../support/layered-system.ts';
import { missing } from '../support/tools.ts';

const PACKAGES = [
  { name: 'single', files: { '/usr/bin/single': 'single\n' } },
  { name: 'other', files: { '/usr/bin/other': 'other\n' } },
  { name: 'slow', files: { '/usr/bin/slow': 'slow\n' }, sections: '%post\nsleep 60' },
];

describe('one transaction at a time (needs root, apt, rpmbuild, createrepo_c, ostree, bwrap)', function () {
  this.timeout(300_000);
  let system: LayeredSystem;
  before(function () {
    const lacking = missing(...LAYERED_NEEDS);
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    system = new LayeredSystem(PACKAGES);
  });
  after(() => system?.[Symbol.dispose]());

  const status = () => JSON.parse(system.run('status', '--json').stdout);

  /** Waits until a transaction whose command has these words is under way. */
  async function underWay(words: string): Promise<void> {
    for (let i = 0; i < 300; i++) {
      if (String(status().transaction?.[0]).includes(words)) return;
      await sleep(50);
    }
    assert.fail(`${words} does not begin`);
  }

  it('says that nothing is under way', () => {
    assert.equal(status().transaction, null);
    assert.match(system.run('status').stdout, /^State: idle$/m);
    assert.equal(system.fails('cancel').code, 'CLIENT_CANCEL');
  });

  it('status and a second command say what is under way, which process does it and since when', async () => {
    const slow = system.start('install', 'slow', '--json');
    await underWay('install slow');
    const [command, client, place] = status().transaction;
    assert.match(command, /^ostrata install slow --config /);
    assert.equal(place, join(system.directory, 'state'));
    const text = system.run('status').stdout;
    assert.match(
      text,
      /^State: busy\nTransaction: ostrata install slow .*\n {2}Initiator: process \d+, since 20\S+Z$/m,
    );
    const before = Date.now();
    const error = system.fails('install', 'single');
    assert.equal(error.code, 'LOCKED');
    assert.match(error.message, /`ostrata install slow .*` \(process \d+, since 20\S+Z\) holds/);
    assert.match(error.hint, /--wait SECONDS.*ostrata cancel/);
    assert.ok(error.message.includes(`(${client},`));
    assert.ok(Date.now() - before < 30_000, 'it does not wait');

    const cancelled = JSON.parse(system.run('cancel', '--json').stdout);
    assert.equal(cancelled.status, 'cancelled');
    assert.equal(`process ${cancelled.pid}`, client);
    assert.equal(status().transaction, null, 'cancel waits until it has ended');
    const { code, stdout } = await slow;
    assert.equal(code, 130);
    assert.equal(JSON.parse(stdout).error.code, 'CANCELLED');
  });

  it('leaves the system as it was before the command that was cancelled', () => {
    assert.equal(system.deployments(), 1);
    assert.equal(system.origin(), '[origin]\nrefspec=origin:test/stable\n');
    system.ostree('fsck', '--quiet');
    const state = readdirSync(join(system.directory, 'state')).sort();
    assert.deepEqual(state, ['lock'], 'neither a journal nor a holder nor a history');
  });

  it('waits with --wait, and then sees what the other one has done', async () => {
    const slow = system.start('install', 'slow', '--json');
    await underWay('install slow');
    const waits = system.start('install', 'single', '--wait', '120', '--json');
    await sleep(1500);
    assert.equal(system.run('cancel').code, 0);
    assert.equal((await slow).code, 130);
    const { code, stderr } = await waits;
    assert.equal(code, 0, stderr);
    const both = await Promise.all([
      system.start('install', 'other', '--wait', '120', '--json'),
      system.start('uninstall', 'single', '--wait', '120', '--json'),
    ]);
    assert.deepEqual(
      both.map((one) => one.code),
      [0, 0],
      both.map((one) => one.stderr).join(''),
    );
    assert.deepEqual(system.status().packages, ['other'], 'neither has undone the other');
  });

  it('gives up after the seconds of --wait', async () => {
    const slow = system.start('install', 'slow');
    await underWay('install slow');
    assert.equal(system.fails('uninstall', 'other', '--wait', '1').code, 'LOCKED');
    assert.match(system.run('cancel').stdout, /^Cancelled `ostrata install slow .*` \(process \d+\)\.$/m);
    await slow;
  });

  it('cancelled at any moment the system is as it was, or complete', async () => {
    for (const delay of [0, 150, 300, 500, 800, 1200, 1800]) {
      const before = system.admin('status');
      const install = system.start('install', 'single', '--json');
      await sleep(delay);
      system.run('cancel');
      const { code, stderr } = await install;
      assert.ok(code === 0 || code === 130, `${delay}: ${code} ${stderr}`);
      if (code === 130) assert.equal(system.admin('status'), before, String(delay));
      else {
        assert.deepEqual(system.status().packages, ['other', 'single']);
        system.ok('uninstall', 'single');
      }
      assert.ok(!existsSync(join(system.directory, 'state/journal.jsonl')));
    }
    system.ostree('fsck', '--quiet');
  });

  it('history: the deployments that were made, the latest first, with the commands', () => {
    const { entries } = JSON.parse(system.run('history', '--all', '--json').stdout);
    const commands = entries.map(({ command }: { command: string }) => command.split(' --config')[0]);
    assert.deepEqual(commands.slice(-3).toSorted(), [
      'ostrata install other',
      'ostrata install single',
      'ostrata uninstall single',
    ]);
    assert.equal(entries[0].checksum, system.status().checksum);
    assert.equal(entries[0].sysroot, system.sysroot);
    const text = system.run('history', '--limit', '1').stdout;
    assert.match(text, /^20\S+Z\n +Command: ostrata \S+ \S+/);
    assert.match(text, /\n\d+ older entries hidden\. Use --all to show all\.\n$/);
    assert.ok(!system.run('history', '--all').stdout.includes('install slow'), 'what was cancelled made none');
  });
});
