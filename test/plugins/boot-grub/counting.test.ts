import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleEntries, testContext } from '@ostrata/testkit';
import { BLOCK_SIZE, formatEnvironment, parseEnvironment } from '../../../plugins/boot-grub/src/codec/environment.ts';
import { grub } from '../../../plugins/boot-grub/src/grub.ts';
import { missing, tool } from '../../support/tools.ts';

const loader = grub({ timeout: 0, counting: 2 });
const MODULES = '/usr/lib/grub/i386-pc';

describe('counting of GRUB’s starts', () => {
  let sysroot: string;
  beforeEach(() => {
    sysroot = mkdtempSync(join(tmpdir(), 'ostrata-grub-'));
    mkdirSync(join(sysroot, 'boot/grub2'), { recursive: true });
    symlinkSync('../loader/grub.cfg', join(sysroot, 'boot/grub2/grub.cfg'));
  });
  afterEach(() => rmSync(sysroot, { recursive: true }));

  const env = () => join(sysroot, 'boot/grub2/grubenv');
  const variables = () => parseEnvironment(readFileSync(env()));
  const entries = sampleEntries('b', 'a');

  async function deploy(menu = entries): Promise<void> {
    const directory = join(sysroot, 'boot/loader.1');
    mkdirSync(directory, { recursive: true });
    const { ctx } = testContext();
    await loader.write({ sysroot, directory, entries: menu }, ctx);
    if (!existsSync(join(sysroot, 'boot/loader'))) symlinkSync('loader.1', join(sysroot, 'boot/loader'));
    await loader.activate!({ sysroot, directory, entries: menu }, ctx);
  }

  it('ends when the first of the menu works, and not when another one does', async () => {
    await deploy();
    writeFileSync(
      env(),
      formatEnvironment(
        new Map([
          ['boot_counter', '-1'],
          ['boot_success', '0'],
          ['saved', 'x'],
        ]),
      ),
    );
    const before = statSync(env());
    await loader.markGood!(sysroot, entries[1]!.options, testContext().ctx);
    assert.equal(variables().get('boot_counter'), '-1');
    await loader.markGood!(sysroot, `BOOT_IMAGE=x ${entries[0]!.options}`, testContext().ctx);
    assert.deepEqual(
      [...variables()],
      [
        ['boot_success', '1'],
        ['saved', 'x'],
      ],
    );
    const after = statSync(env());
    assert.deepEqual([after.ino, after.size], [before.ino, BLOCK_SIZE], 'written in place');
  });

  it('is set once a menu where the configuration reads the entries by itself', async () => {
    rmSync(join(sysroot, 'boot/grub2/grub.cfg'));
    writeFileSync(join(sysroot, 'boot/grub2/grub.cfg'), 'if [ "$boot_counter" ]; then true; fi\nblscfg\n');
    await deploy();
    assert.equal(variables().get('boot_counter'), '2');
    writeFileSync(env(), formatEnvironment(variables().set('boot_counter', '1')));
    await deploy();
    assert.equal(variables().get('boot_counter'), '1', 'the same menu is the same count');
    await deploy(sampleEntries('c', 'b'));
    assert.equal(variables().get('boot_counter'), '2');
  });

  it('refuses a damaged block before anything has changed', async () => {
    writeFileSync(env(), 'x'.repeat(BLOCK_SIZE));
    await assert.rejects(deploy(), { code: 'GRUB_ENVIRONMENT', data: { path: env() } });
    assert.ok(!existsSync(join(sysroot, 'boot/loader.1/grub.cfg')));
    writeFileSync(env(), '# GRUB Environment Block\n');
    await assert.rejects(deploy(), { code: 'GRUB_ENVIRONMENT' });
    assert.throws(() => formatEnvironment(new Map([['long', 'x'.repeat(BLOCK_SIZE)]])), { code: 'ENVIRONMENT' });
  });

  it('has a block that grub-editenv reads and writes (needs grub-editenv)', function () {
    if (missing('grub-editenv').length > 0) this.skip();
    const odd = new Map([
      ['plain', '1'],
      ['odd', 'a\\b = "c" #d'],
      ['empty', ''],
    ]);
    writeFileSync(env(), formatEnvironment(odd));
    tool(['grub-editenv', env(), 'set', 'other=a\\b']);
    assert.deepEqual(parseEnvironment(readFileSync(env())), new Map([...odd, ['other', 'a\\b']]));
    const listed = execFileSync('grub-editenv', [env(), 'list'], { encoding: 'utf8' });
    assert.deepEqual(listed.trimEnd().split('\n'), ['plain=1', 'odd=a\\b = "c" #d', 'empty=', 'other=a\\b']);
    tool(['grub-editenv', env(), 'unset', 'plain']);
    assert.ok(!parseEnvironment(readFileSync(env())).has('plain'));
  });

  describe('(needs qemu-system-x86_64, grub-mkimage, mke2fs, debugfs)', () => {
    before(function () {
      const absent = missing('qemu-system-x86_64', 'grub-mkimage', 'mke2fs', 'debugfs');
      if (absent.length > 0 || !existsSync(`${MODULES}/lnxboot.img`)) this.skip();
    });

    it('starts the new deployment as often as said, then the one before, and the new one for good once it works', async function () {
      this.timeout(180_000);
      await deploy();
      const machine = new Machine(sysroot);
      assert.deepEqual([await machine.start(), await machine.start()], ['0 1', '0 0']);
      assert.deepEqual([await machine.start(), await machine.start()], ['1 -1', '1 -1']);

      // Another menu is counted anew, and found healthy at its second start.
      await deploy(sampleEntries('c', 'b'));
      assert.equal(await machine.start(), '0 1');
      await loader.markGood!(sysroot, sampleEntries('c', 'b')[0]!.options, testContext().ctx);
      for (let time = 0; time < 2; time++) assert.match(await machine.start(), /^0 /);
      assert.equal(variables().get('boot_success'), '1');
      rmSync(machine.place, { recursive: true });
    });
  });
});

/** GRUB of a PC with a system's /boot on its disk: says what it would start, and the counter. */
class Machine {
  readonly place = mkdtempSync(join(tmpdir(), 'ostrata-pc-'));
  readonly #sysroot: string;

  constructor(sysroot: string) {
    this.#sysroot = sysroot;
    const script = [
      'serial --unit=0',
      'terminal_output serial',
      'set root=hd0',
      'source (hd0)/boot/grub2/grub.cfg',
      'echo "STARTS $default $boot_counter"',
      'halt',
    ];
    writeFileSync(join(this.place, 'early.cfg'), `${script.join('\n')}\n`);
    const modules = [
      'biosdisk',
      'ext2',
      'serial',
      'terminal',
      'normal',
      'test',
      'echo',
      'halt',
      'loadenv',
      'linux',
      'configfile',
    ];
    const core = join(this.place, 'core.img');
    tool([
      'grub-mkimage',
      '-O',
      'i386-pc',
      '-p',
      '(hd0)/boot/grub2',
      '-c',
      join(this.place, 'early.cfg'),
      '-o',
      core,
      ...modules,
    ]);
    const parts = [join(MODULES, 'lnxboot.img'), core].map((path) => readFileSync(path));
    writeFileSync(join(this.place, 'kernel'), Buffer.concat(parts));
  }

  async start(): Promise<string> {
    const [disk, kernel] = ['disk', 'kernel'].map((name) => join(this.place, name)) as [string, string];
    rmSync(disk, { force: true });
    const copy = join(this.place, 'root');
    rmSync(copy, { recursive: true, force: true });
    cpSync(this.#sysroot, copy, { recursive: true, verbatimSymlinks: true });
    tool(['mke2fs', '-q', '-t', 'ext4', '-d', copy, disk, '8M']);
    const options = ['-accel', 'tcg', '-m', '64', '-nographic', '-no-reboot', '-net', 'none'];
    const log = execFileSync(
      'qemu-system-x86_64',
      [...options, '-kernel', kernel, '-drive', `file=${disk},format=raw`],
      { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const block = execFileSync('debugfs', ['-R', 'cat /boot/grub2/grubenv', disk], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    writeFileSync(join(this.#sysroot, 'boot/grub2/grubenv'), block);
    return /STARTS (\S+ \S*)/.exec(log)?.[1] ?? log;
  }
}
