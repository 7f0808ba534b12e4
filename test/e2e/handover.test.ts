import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmutable } from '../../plugins/store-ostree/src/sysroot/immutable.ts';
import { volumeOf } from '../plugins/boot-systemd-boot/cut.ts';
import { bootMenuOf } from '../plugins/boot-systemd-boot/selection.ts';
import { installLoader } from '../plugins/boot-systemd-boot/support.ts';
import { Images, KERNEL } from '../plugins/store-ostree/sysroot/support.ts';
import { OSTRATA_OSTREE, ostrata } from '../support/cli.ts';
import { missing } from '../support/tools.ts';

/** What a machine of some boot loader would start: the command lines of its menu, as the loader itself reads it. */
interface Machine {
  install(sysroot: string): void;
  menu(sysroot: string): string[];
  /** Whether the real `ostree admin` writes this menu. */
  readonly isKnownToOstree: boolean;
}

const grubLines = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^\s*linux(?:16|efi)? (.*)$/gm)].map(([, line]) => line!);

const MACHINES: Readonly<Record<string, Machine>> = {
  'boot-grub': {
    isKnownToOstree: true,
    install(sysroot) {
      mkdirSync(join(sysroot, 'boot/grub2'), { recursive: true });
      mkdirSync(join(sysroot, 'boot/loader.0'));
      symlinkSync('loader.0', join(sysroot, 'boot/loader'));
      writeFileSync(join(sysroot, 'boot/loader.0/grub.cfg'), '');
      symlinkSync('../loader/grub.cfg', join(sysroot, 'boot/grub2/grub.cfg'));
    },
    menu: (sysroot) => grubLines(join(sysroot, 'boot/grub2/grub.cfg')),
  },
  'boot-grub with EFI': {
    isKnownToOstree: true,
    install(sysroot) {
      mkdirSync(join(sysroot, 'boot/efi/EFI/test'), { recursive: true });
      writeFileSync(join(sysroot, 'boot/efi/EFI/test/grub.cfg'), '');
    },
    menu(sysroot) {
      const path = join(sysroot, 'boot/efi/EFI/test/grub.cfg');
      const leads = /loader\/grub\.cfg/.test(readFileSync(path, 'utf8'));
      return grubLines(leads ? join(sysroot, 'boot/loader/grub.cfg') : path);
    },
  },
  'boot-systemd-boot': {
    isKnownToOstree: false,
    install(sysroot) {
      mkdirSync(join(sysroot, 'boot'), { recursive: true });
      installLoader(join(sysroot, 'efi'));
    },
    menu(sysroot) {
      const volume = volumeOf(join(sysroot, 'efi'));
      return bootMenuOf(volume).map(({ options, linux, initrds }) => {
        for (const path of [linux, ...initrds]) assert.ok(volume.has(path.slice(1)), `${path} is on the partition`);
        return options;
      });
    },
  },
};

/** `generate -o FILE`: a menu of the entries, those of higher versions first. */
const GENERATOR = `#!/bin/sh
cd "$OSTREE_SYSROOT/boot/loader.$_OSTREE_GRUB2_BOOTVERSION/entries" || exit 1
for entry in $(grep -H '^version ' ostree-*.conf | sed 's/:version / /' | sort -k2,2nr | cut -d' ' -f1); do
  sed -n -e 's/^title \\(.*\\)/menuentry "\\1" {/p' "$entry"
  options=$(sed -n 's/^options //p' "$entry")
  sed -n -e "s|^linux \\(.*\\)|linux \\1 $options|p" -e 's/^initrd /initrd /p' "$entry"
  echo '}'
done > "$2"
`;

/** `statfs` that finds FAT at /boot of sysroots. */
const FAT_BOOT = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <sys/vfs.h>
static void disguise(const char *path, void *buffer) {
  size_t length = strlen(path);
  if (length > 13 && strcmp(path + length - 13, "/sysroot/boot") == 0) *(long *)buffer = 0x4d44;
}
int statfs(const char *path, struct statfs *buffer) {
  int (*next)(const char *, struct statfs *) = dlsym(RTLD_NEXT, "statfs");
  int result = next(path, buffer);
  if (result == 0) disguise(path, buffer);
  return result;
}
int statfs64(const char *path, struct statfs64 *buffer) {
  int (*next)(const char *, struct statfs64 *) = dlsym(RTLD_NEXT, "statfs64");
  int result = next(path, buffer);
  if (result == 0) disguise(path, buffer);
  return result;
}
`;

describe('a system that ostree admin and ostrata change by turns (needs ostree and root)', function () {
  this.timeout(180_000);
  let place = '';
  let sysroot = '';
  before(function () {
    const lacking = missing('ostree', 'root');
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
  });
  afterEach(() => {
    const deployments = join(sysroot, 'ostree/deploy/os/deploy');
    // Deployments are immutable: only so can they be removed.
    if (existsSync(deployments)) {
      for (const name of readdirSync(deployments).filter((one) => !one.endsWith('.origin'))) {
        setImmutable(join(deployments, name), false);
      }
    }
    rmSync(place, { recursive: true, force: true });
  });

  function scene(machine: Machine) {
    place = mkdtempSync(join(tmpdir(), 'ostrata-handover-'));
    sysroot = join(place, 'sysroot');
    const config = join(place, 'config.yaml');
    writeFileSync(config, `cache: ${place}/cache\nstate: ${place}/state\n`);
    // Does what ostree's own program for this does (ostree-grub-generator), which distributions may leave out.
    const generator = join(place, 'generate');
    writeFileSync(generator, GENERATOR);
    chmodSync(generator, 0o755);
    const env = { OSTREE_SYSROOT: sysroot, OSTREE_GRUB2_EXEC: generator, LC_ALL: 'C.UTF-8' };
    const run = (program: readonly string[], argv: readonly string[]): string => {
      const [file, ...rest] = [...program, ...argv];
      const { status, stdout, stderr } = spawnSync(file!, rest, {
        encoding: 'utf8',
        env: { ...process.env, ...env, OSTRATA_CONFIG: config },
      });
      assert.equal(status, 0, `${file} ${rest.join(' ')}: ${stdout}${stderr}`);
      return stdout;
    };
    const theirs = (...argv: string[]) => run(['ostree'], argv);
    const ours = (...argv: string[]) => run([process.execPath, OSTRATA_OSTREE], argv);
    const verb = (...argv: string[]) => {
      const [name, ...rest] = argv;
      const { code, stdout, stderr } = ostrata([name!, '--config', config, '--sysroot', sysroot, '-q', ...rest], {
        env,
      });
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const images = new Images(place);
    let version = 0;
    const publish = (isNewKernel: boolean) => {
      version += 1;
      const kernel = isNewKernel ? { [KERNEL]: `kernel ${version}` } : {};
      const changes = { 'usr/bin/tool': String(version), ...kernel };
      return images.commit('stable', changes, `--add-metadata-string=version=${isNewKernel ? version : 'same'}`);
    };
    const install = (tool: typeof theirs) => {
      mkdirSync(sysroot);
      machine.install(sysroot);
      tool('admin', 'init-fs', '--modern', sysroot);
      tool('admin', 'os-init', 'os');
      tool('remote', `--repo=${sysroot}/ostree/repo`, 'add', '--no-gpg-verify', 'origin', `file://${images.repo}`);
      tool('pull', `--repo=${sysroot}/ostree/repo`, 'origin', 'stable');
      tool('admin', 'deploy', '--os=os', '--karg=root=LABEL=root', 'origin:stable');
    };
    /** Both tools must tell the same of the system; gives its commits in boot order. */
    const agreed = (): string[] => {
      const status = theirs('admin', 'status');
      assert.equal(ours('admin', 'status'), status);
      const commits = [...status.matchAll(/^\s*os ([0-9a-f]{64})\.\d+/gm)].map(([, commit]) => commit!);
      const { deployments } = JSON.parse(verb('status', '--json')) as { deployments: { checksum: string }[] };
      assert.deepEqual(
        deployments.map(({ checksum }) => checksum),
        commits,
      );
      theirs('fsck', '-q', `--repo=${sysroot}/ostree/repo`);
      return commits;
    };
    /** The commits that the boot loader would start, in its order: each entry must lead to one. */
    const booting = (): string[] =>
      machine.menu(sysroot).map((line) => {
        const link = /ostree=(\S+)/.exec(line)?.[1] ?? '';
        assert.match(line, /root=LABEL=root/);
        const target = readlinkSync(join(sysroot, link));
        assert.ok(existsSync(join(sysroot, link, 'usr/bin/tool')), `${link} leads to a tree`);
        return /([0-9a-f]{64})\.\d+$/.exec(target)![1]!;
      });
    return { theirs, ours, verb, publish, install, agreed, booting };
  }

  for (const [name, machine] of Object.entries(MACHINES)) {
    for (const first of ['ostree', 'ostrata'] as const) {
      it(`${name}: ${first} makes it, then both upgrade it, with new kernels and without`, () => {
        const { theirs, ours, verb, publish, install, agreed, booting } = scene(machine);
        const wanted = [publish(true)];
        install(first === 'ostree' ? theirs : ours);
        if (first === 'ostree' && !machine.isKnownToOstree) ours('admin', 'cleanup');
        assert.deepEqual(agreed(), wanted);
        assert.deepEqual(booting(), wanted);
        const turns = first === 'ostree' ? ['ours', 'theirs', 'ours', 'theirs'] : ['theirs', 'ours', 'theirs', 'ours'];
        for (const isNewKernel of [true, false]) {
          for (const turn of turns) {
            wanted.unshift(publish(isNewKernel));
            if (turn === 'ours') verb('upgrade');
            else theirs('admin', 'upgrade', '--os=os');
            const now = wanted.slice(0, 2);
            assert.deepEqual(agreed(), now, turn);
            // The boot loader hears of what ostree did when it is told.
            if (turn === 'theirs' && !machine.isKnownToOstree) ours('admin', 'cleanup');
            assert.deepEqual(booting(), now, turn);
          }
        }
        theirs('admin', 'undeploy', '1');
        verb('kargs', '--append=debug');
        assert.deepEqual(new Set(booting()), new Set(agreed()));
        assert.match(machine.menu(sysroot)[0]!, / debug\b/);
      });
    }
  }

  it('boot-systemd-boot: a verb of ostrata brings the menu up to date that ostree wrote, before its own', () => {
    const { theirs, ours, verb, publish, install, agreed, booting } = scene(MACHINES['boot-systemd-boot']!);
    publish(true);
    install(ours);
    const second = publish(true);
    theirs('admin', 'upgrade', '--os=os');
    // Only links change with the next one: the loader must have the menu that they belong to.
    const third = publish(true);
    theirs('admin', 'upgrade', '--os=os');
    verb('rollback');
    assert.deepEqual(agreed(), [second, third]);
    assert.deepEqual(booting(), [second, third]);
  });

  it('boot-systemd-boot: files that are lost on the partition come back with ostree admin cleanup', () => {
    const { ours, publish, install, booting } = scene(MACHINES['boot-systemd-boot']!);
    const only = publish(true);
    install(ours);
    rmSync(join(sysroot, 'efi/ostree'), { recursive: true });
    assert.throws(booting, /is on the partition/);
    ours('admin', 'cleanup');
    assert.deepEqual(booting(), [only]);
    rmSync(join(sysroot, 'efi/loader/entries'), { recursive: true });
    assert.deepEqual(booting(), []);
    ours('admin', 'cleanup');
    assert.deepEqual(booting(), [only]);
  });

  it('boot-systemd-boot: without its partition nothing is changed that it may still start', () => {
    const { theirs, ours, publish, install, agreed } = scene(MACHINES['boot-systemd-boot']!);
    const only = publish(true);
    install(ours);
    publish(true);
    rmSync(join(sysroot, 'efi'), { recursive: true });
    const failing = () => ours('admin', 'upgrade', '--os=os');
    assert.throws(failing, /keeps a boot menu of its own, is not found/);
    assert.deepEqual(agreed(), [only]);
    theirs('admin', 'upgrade', '--os=os');
    assert.throws(() => ours('admin', 'cleanup'), /keeps a boot menu of its own, is not found/);
  });

  it('a /boot on FAT is refused before anything is written, and the way is named (needs gcc)', function () {
    if (missing('gcc').length > 0) this.skip();
    const { theirs, verb, ours, publish, install, agreed } = scene(MACHINES['boot-systemd-boot']!);
    const only = publish(true);
    install(theirs);
    publish(true);
    // What the kernel says of such a file system, for the directory.
    const [source, library] = [join(place, 'fat.c'), join(place, 'fat.so')];
    writeFileSync(source, FAT_BOOT);
    spawnSync('gcc', ['-shared', '-fPIC', '-o', library, source, '-ldl']);
    const listing = () =>
      readdirSync(sysroot, { recursive: true, encoding: 'utf8' }).filter(
        (name) => !/^ostree\/(?:repo\/|lock)/.test(name),
      );
    const before = listing();
    process.env['LD_PRELOAD'] = library;
    try {
      const refusal = /sysroot\/boot is a FAT file system: the links .*cannot be there/s;
      assert.throws(() => verb('upgrade'), refusal);
      assert.throws(() => verb('upgrade'), /SYSROOT_BOOT_LINKS.*Mount this partition at \/efi.*boot-systemd-boot/s);
      assert.throws(() => ours('admin', 'deploy', '--os=os', 'origin:stable'), refusal);
    } finally {
      delete process.env['LD_PRELOAD'];
    }
    assert.deepEqual(listing(), before);
    assert.deepEqual(agreed(), [only]);
  });
});
