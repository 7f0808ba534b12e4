import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BootMenu, BootMenuEntry } from '@ostrata/contract';
import { testContext } from '@ostrata/testkit';
import { systemdBoot } from '../../../plugins/boot-systemd-boot/src/systemd-boot.ts';
import { Recorder, volumeOf } from './cut.ts';
import { bootMenuOf, type Volume } from './selection.ts';
import { CONFIG, entryOf, installLoader } from './support.ts';

const loader = systemdBoot(CONFIG);
/** How many states of a disk are looked at a cut. */
const STATES = 64;

describe('boot-systemd-boot when the power fails', () => {
  let place: string;
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'ostrata-cut-'));
  });
  afterEach(() => rmSync(place, { recursive: true }));

  /** A system on which a list of deployments boots. */
  async function system(name: string, menu: readonly BootMenuEntry[]): Promise<string> {
    const sysroot = join(place, name);
    installLoader(join(sysroot, 'efi'));
    if (menu.length > 0) await change(sysroot, menu);
    return sysroot;
  }

  async function change(sysroot: string, entries: readonly BootMenuEntry[]): Promise<void> {
    const { ctx } = testContext();
    const menu: BootMenu = { sysroot, directory: join(sysroot, 'boot/loader.0'), entries };
    await loader.write(menu, ctx);
    await loader.activate!(menu, ctx);
  }

  function putKernels(sysroot: string, entries: readonly BootMenuEntry[]): void {
    for (const { linux, initrds } of entries) {
      for (const path of [linux, ...initrds]) {
        const file = join(sysroot, 'boot', path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, `bytes of ${path}`);
      }
    }
  }

  /** What is started is one of two lists' defaults, and all that it needs is whole. */
  function check(volume: Volume, defaults: readonly string[], where: string): string {
    const [first] = bootMenuOf(volume);
    assert.ok(first, `${where}: nothing to start among ${[...volume.keys()].join(' ')}`);
    assert.ok(defaults.includes(first.options), `${where}: starts ${first.options}`);
    for (const path of [first.linux, ...first.initrds]) {
      assert.equal(volume.get(path.slice(1)), `bytes of ${path}`, `${where}: ${path} of ${first.name}`);
    }
    return first.options;
  }

  const [a, b, c] = [entryOf('a', 0), entryOf('b', 1), entryOf('c', 0)];
  const counted = { ...c, tries: { left: 3, failed: 0 } };
  const cases: readonly (readonly [string, readonly BootMenuEntry[], readonly BootMenuEntry[]])[] = [
    ['an upgrade', [a, b], [c, a]],
    ['an upgrade that is counted', [a, b], [counted, a]],
    ['a rollback', [a, b], [b, a]],
    ['a change of kernel arguments', [a], [{ ...a, options: `${a.options} quiet` }, a]],
    ['three deployments in place of one', [a], [c, b, a]],
  ];

  for (const [name, old, next] of cases) {
    it(`starts the old list or the new one, and is completed later: ${name}`, async () => {
      const origin = await prepared(old, next);
      const defaults = [old[0]!.options, next[0]!.options];
      let [cuts, states] = [0, 0];
      const seen = new Set<string>();
      for (let isDone = false; !isDone; cuts++) {
        const sysroot = join(place, `cut-${cuts}`);
        cpSync(origin, sysroot, { recursive: true });
        const recorder = new Recorder(join(sysroot, 'efi'), cuts);
        isDone = await recorder.run(() => change(sysroot, next));
        for (const volume of recorder.possible(STATES)) {
          seen.add(check(volume, defaults, `cut ${cuts}`));
          states += 1;
        }
        check(volumeOf(join(sysroot, 'efi')), defaults, `killed at ${cuts}`);
        await change(sysroot, next);
        const after = volumeOf(join(sysroot, 'efi'));
        assert.equal(check(after, [next[0]!.options], `after ${cuts}`), next[0]!.options);
        assert.deepEqual(
          bootMenuOf(after).map(({ options }) => options),
          next.map(({ options }) => options),
        );
        assert.equal(after.get('loader/random-seed'), 'seed');
        assert.ok(![...after.keys()].some((path) => /\.(?:new|tmp)$/.test(path)), [...after.keys()].join());
        rmSync(sysroot, { recursive: true });
      }
      assert.deepEqual(seen, new Set(defaults), 'both were seen');
      assert.ok(cuts >= 10 && states > cuts, `${cuts} cuts, ${states} states`);
    });
  }

  it('starts the new list or nothing when there was none', async () => {
    const origin = await prepared([], [a]);
    for (let [cut, isDone] = [0, false]; !isDone; cut++) {
      const sysroot = join(place, `cut-${cut}`);
      cpSync(origin, sysroot, { recursive: true });
      const recorder = new Recorder(join(sysroot, 'efi'), cut);
      isDone = await recorder.run(() => change(sysroot, [a]));
      for (const volume of recorder.possible(STATES)) if (bootMenuOf(volume).length > 0) check(volume, [a.options], '');
      await change(sysroot, [a]);
      check(volumeOf(join(sysroot, 'efi')), [a.options], `after ${cut}`);
    }
  });

  async function prepared(old: readonly BootMenuEntry[], next: readonly BootMenuEntry[]): Promise<string> {
    const sysroot = join(place, 'origin');
    putKernels(sysroot, [...old, ...next]);
    return system('origin', old);
  }
});
