import {
  closeSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { tool } from '../support/tools.ts';

/** How a disk starts: what its firmware finds. */
export type Loader = 'grub-bios' | 'grub-efi' | 'systemd-boot';

/** Programs that {@link writeDisk} and {@link prepareLoader} need. */
export const SYSTEM_DISK_NEEDS = ['sgdisk', 'mkfs.ext4', 'grub-mkimage', 'truncate'];

const MEBI = 1024 * 1024;
/** GPT: a partition for GRUB's core, the EFI system partition, and the root with /boot in it. */
const BIOS_AT = 1;
const ESP_AT = 2;
const ESP_MEBI = 200;
const ROOT_AT = ESP_AT + ESP_MEBI;
const DISK_MEBI = 3000;
const SECTOR = 512;

/** What runs before GRUB's normal mode, which knows all of its commands and reads grub.cfg where the prefix is. */
const EARLY = `serial --unit=0 --speed=115200
terminal_output serial
search --no-floppy --label root --set=root
set prefix=($root)/boot/grub
`;
const MODULES = 'part_gpt ext2 search search_label serial normal configfile linux echo terminal test'.split(' ');

/** Below the sysroot: what is on the EFI system partition of a running system. */
const EFI = 'boot/efi';

/** Puts into a sysroot what a boot loader needs, before anything is deployed there: GRUB's modules and the link to its menu, or systemd-boot. */
export function prepareLoader(sysroot: string, loader: Loader): void {
  if (loader === 'systemd-boot') {
    mkdirSync(join(sysroot, EFI, 'EFI/BOOT'), { recursive: true });
    mkdirSync(join(sysroot, EFI, 'loader'));
    copyFileSync('/usr/lib/systemd/boot/efi/systemd-bootx64.efi', join(sysroot, EFI, 'EFI/BOOT/BOOTX64.EFI'));
    writeFileSync(join(sysroot, EFI, 'loader/loader.conf'), 'timeout 1\n');
    return;
  }
  const target = loader === 'grub-bios' ? 'i386-pc' : 'x86_64-efi';
  const folder = join(sysroot, 'boot/grub');
  mkdirSync(folder, { recursive: true });
  cpSync(join('/usr/lib/grub', target), join(folder, target), {
    recursive: true,
    filter: (path) => !path.includes('.') || /\.(?:mod|lst)$/.test(path),
  });
  symlinkSync('../loader/grub.cfg', join(folder, 'grub.cfg'));
}

/** Writes a disk with the sysroot as its root file system, with its boot loader where firmware looks for it. */
export function writeDisk(sysroot: string, disk: string, work: string, loader: Loader): void {
  tool(['truncate', '-s', `${DISK_MEBI}M`, disk]);
  const sectors = (mebi: number) => (mebi * MEBI) / SECTOR;
  tool([
    'sgdisk',
    `-n1:${sectors(BIOS_AT)}:${sectors(ESP_AT) - 1}`,
    '-t1:ef02',
    `-n2:${sectors(ESP_AT)}:${sectors(ROOT_AT) - 1}`,
    '-t2:ef00',
    `-n3:${sectors(ROOT_AT)}:0`,
    '-t3:8304',
    disk,
  ]);
  if (loader === 'systemd-boot') moveToEsp(disk, sysroot);
  // mke2fs copies the directory with owners, hard links and attributes: no loop device is needed.
  const size = `${DISK_MEBI - ROOT_AT - 1}M`;
  tool(['mkfs.ext4', '-q', '-F', '-L', 'root', '-E', `offset=${ROOT_AT * MEBI}`, '-d', sysroot, disk, size]);
  if (loader === 'grub-bios') writeGrubBios(disk, work);
  if (loader === 'grub-efi') writeGrubEfi(disk, work);
}

/** What is in the root file system of a disk, once the kernel has replayed its journal. Needs loop devices. */
export function withRoot<T>(disk: string, use: (root: string) => T): T {
  const root = `${disk}.root`;
  mkdirSync(root);
  try {
    tool(['mount', '-o', `loop,offset=${ROOT_AT * MEBI}`, disk, root]);
    try {
      return use(root);
    } finally {
      tool(['umount', root]);
    }
  } finally {
    rmdirSync(root);
  }
}

/** As grub-install does: boot.img into the master boot record, core.img into its partition (GRUB manual, "BIOS installation"). */
function writeGrubBios(disk: string, work: string): void {
  const [config, core] = [join(work, 'early.cfg'), join(work, 'core.img')];
  writeFileSync(config, EARLY);
  tool(['grub-mkimage', '-O', 'i386-pc', '-p', '/boot/grub', '-c', config, '-o', core, 'biosdisk', ...MODULES]);
  const boot = readFileSync('/usr/lib/grub/i386-pc/boot.img');
  const image = readFileSync(core);
  const at = (BIOS_AT * MEBI) / SECTOR;
  boot.writeBigUInt64LE(BigInt(at), 0x5c);
  // Keep the drive that the BIOS names.
  boot.writeUInt16LE(0x9090, 0x66);
  // The list of blocks at the end of the first sector: what follows it, to segment 0x820.
  const list = SECTOR - 12;
  image.writeBigUInt64LE(BigInt(at + 1), list);
  image.writeUInt16LE(Math.ceil(image.length / SECTOR) - 1, list + 8);
  image.writeUInt16LE(0x820, list + 10);
  const fd = openSync(disk, 'r+');
  const record = Buffer.alloc(SECTOR);
  readSync(fd, record, 0, SECTOR, 0);
  boot.copy(record, 0, 0, 440);
  writeSync(fd, record, 0, SECTOR, 0);
  writeSync(fd, image, 0, image.length, at * SECTOR);
  closeSync(fd);
}

function formatEsp(disk: string): string {
  const esp = `${disk}@@${ESP_AT * MEBI}`;
  tool(['mformat', '-i', esp, '-F', '-T', String((ESP_MEBI * MEBI) / SECTOR), '-v', 'ESP', '::']);
  return esp;
}

function writeGrubEfi(disk: string, work: string): void {
  const esp = formatEsp(disk);
  const [config, image] = [join(work, 'early.cfg'), join(work, 'boot.efi')];
  writeFileSync(config, EARLY);
  tool([
    'grub-mkimage',
    '-O',
    'x86_64-efi',
    '-p',
    '/boot/grub',
    '-c',
    config,
    '-o',
    image,
    'fat',
    'efi_gop',
    ...MODULES,
  ]);
  tool(['mmd', '-i', esp, '::/EFI', '::/EFI/BOOT']);
  tool(['mcopy', '-i', esp, image, '::/EFI/BOOT/BOOTX64.EFI']);
}

/** What was deployed below /boot/efi goes to the partition that is mounted there; fstab of the deployment says so. */
function moveToEsp(disk: string, sysroot: string): void {
  const esp = formatEsp(disk);
  const content = join(sysroot, EFI);
  tool(['mcopy', '-s', '-m', '-i', esp, ...readdirSync(content).map((name) => join(content, name)), '::/']);
  rmSync(content, { recursive: true });
  mkdirSync(content);
  const deployments = join(sysroot, 'ostree/deploy/test/deploy');
  for (const name of readdirSync(deployments).filter((name) => !name.endsWith('.origin'))) {
    writeFileSync(join(deployments, name, 'etc/fstab'), `LABEL=ESP /${EFI} vfat umask=0077 0 2\n`);
  }
}
