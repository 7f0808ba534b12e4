import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missing } from '../../support/tools.ts';
import { hasOstree, isRoot } from '../store-ostree/support.ts';
import { CountedMachine, type Counting } from './support.ts';

describe('starts that fail (needs ostree, root, grub-editenv)', function () {
  this.timeout(120_000);
  let machine: CountedMachine | null = null;
  before(function () {
    if (!hasOstree || !isRoot || missing('grub-editenv').length > 0) this.skip();
  });
  afterEach(() => {
    machine?.[Symbol.dispose]();
    machine = null;
  });

  /** Version 1 was found healthy; version 2 is not, and is what the loader starts next. */
  async function withBrokenUpdate(loader: Counting, tries: number): Promise<CountedMachine> {
    const it = new CountedMachine(loader, tries);
    machine = it;
    it.start();
    it.script('required.d', '10-version', `echo looking; grep -q '^1' ${it.slash}/usr/bin/tool`);
    it.script('red.d', 'note', `echo red >>${it.scene.directory}/notes`);
    it.script('green.d', 'note', `echo green >>${it.scene.directory}/notes`);
    assert.equal((await it.settle()).text, 'This system works.\n');
    await it.install(2);
    return it;
  }
  const notes = (it: CountedMachine) => readFileSync(join(it.scene.directory, 'notes'), 'utf8').trim().split('\n');

  for (const loader of ['grub', 'systemd-boot'] as const) {
    it(`${loader}: a new deployment is started as often as is counted, then the one before runs and stays`, async () => {
      const it = await withBrokenUpdate(loader, 2);
      const [first, second] = [it.scene.versions[0]!, it.scene.versions[1]!];
      assert.equal(it.start(), '2');
      const once = await it.settle();
      assert.deepEqual(
        [once.reboot, once.data],
        [true, { answer: 'again', deployment: `os-${second}.0`, next: null, restart: true }],
      );
      assert.match(
        (await it.verb('status')).text,
        /Health: trying after 1 unhealthy start .*10-version: exit status 1: looking/,
      );
      assert.equal(it.start(), '2');
      const twice = await it.settle();
      assert.deepEqual([twice.reboot, (twice.data as { answer: string }).answer], [true, 'loader']);

      assert.equal(it.start(), '1', 'by itself');
      // Before anything has settled it shows already.
      assert.match((await it.verb('status')).text, new RegExp(`^RolledBackFrom: os-${second}.0$`, 'm'));
      assert.equal(
        (await it.settle()).text,
        `os-${second}.0 failed; os-${first}.0 runs in its place and is the default now.\n`,
      );
      assert.deepEqual(await it.versions(), ['1', '2']);
      assert.deepEqual(notes(it), ['green', 'red', 'red', 'green']);
      const { data, text } = await it.verb('status');
      assert.match(text, new RegExp(`^RolledBackFrom: os-${second}.0$`, 'm'));
      assert.match(
        text,
        /Health: failed after 2 unhealthy starts \(2023-11-14T22:13:20Z\): required.d\/10-version: exit status 1: looking/,
      );
      const { deployments, ...whole } = data as { deployments: { health: { [key: string]: unknown } }[] } & {
        [key: string]: unknown;
      };
      assert.equal(whole['rolled-back-from'], `os-${second}.0`);
      assert.deepEqual(
        deployments.map(({ health }) => health['state']),
        ['good', 'failed'],
      );

      // It stays there, and the failed one is left alone until somebody asks for it.
      for (let time = 0; time < 3; time++) {
        assert.equal(it.start(), '1');
        assert.equal((await it.settle()).text, 'This system works.\n');
      }
      assert.equal((await it.verb('upgrade')).text, 'No upgrade available.\n');
      const warning = it.events.find((event) => event.type === 'warning' && event.code === 'HEALTH_FAILED_COMMIT');
      assert.match(
        warning?.type === 'warning' ? warning.text : '',
        new RegExp(`^The commit ${second} was found unhealthy at `),
      );
      assert.equal((await it.verb('upgrade', { check: true })).exitCode, 77);
      assert.match((await it.verb('deploy', {}, { revision: second })).text, /^Staged 2 /);
    });
  }

  it('a loader that starts only the first entry: after so many attempts the one before becomes the default', async () => {
    const it = await withBrokenUpdate('none', 0);
    const [first, second] = it.scene.versions;
    for (let time = 1; time <= 3; time++) {
      assert.equal(it.start(), '2');
      assert.equal(
        (await it.settle()).text,
        `This system is not healthy (${time} of 4 starts). The machine restarts.\n`,
      );
    }
    // A second look at the same start is no start of its own.
    assert.match((await it.verb('boot-failed')).text, /\(3 of 4 starts\)/);
    assert.equal(it.start(), '2');
    const last = await it.settle();
    assert.equal(
      last.text,
      `This system is not healthy after 4 starts: os-${first}.0 is the default now. The machine restarts.\n`,
    );
    assert.equal(last.reboot, true);
    assert.equal(it.start(), '1');
    assert.equal((await it.settle()).text, 'This system works.\n');
    assert.match((await it.verb('status')).text, new RegExp(`^RolledBackFrom: os-${second}.0$`, 'm'));
    await it.verb('health-check', { forget: second! });
    assert.match((await it.verb('upgrade')).text, /^Staged 2 /);
    await assert.rejects(it.verb('health-check', { forget: second! }), { code: 'HEALTH_UNKNOWN' });
  });

  it('what was healthy once is not left, and a newer version than the failed one is an upgrade', async () => {
    const it = await withBrokenUpdate('grub', 1);
    assert.equal(it.start(), '2');
    await it.settle();
    assert.equal(it.start(), '1');
    await it.settle();
    it.script('required.d', '20-network', 'exit 3');
    it.start();
    const kept = await it.settle();
    assert.deepEqual([kept.reboot, (kept.data as { answer: string }).answer], [undefined, 'keep']);
    assert.deepEqual(await it.versions(), ['1', '2']);
    it.scene.publish(3);
    assert.match((await it.verb('upgrade')).text, /^Staged 3 /);
  });

  it('a deployment whose starts leave no trace is known as failed by what the loader does', async () => {
    const it = await withBrokenUpdate('systemd-boot', 2);
    // A kernel that panics: nothing of ours runs.
    assert.deepEqual([it.start(), it.start(), it.start()], ['2', '2', '1']);
    await it.settle();
    const [, failed] = await it.deployments();
    const { state, reason } = failed!['health'] as { state: string; reason: string };
    assert.deepEqual([state, reason], ['failed', 'the boot loader gave it up: no start of it was found healthy']);
    assert.equal((await it.verb('upgrade')).text, 'No upgrade available.\n');
  });

  it('a record that cannot be read counts as none, and checks run without one', async () => {
    const it = await withBrokenUpdate('none', 0);
    it.spoilRecord();
    assert.equal(it.start(), '2');
    assert.match((await it.settle()).text, /\(1 of 4 starts\)/);
    assert.ok(existsSync(it.slash));
  });
});
