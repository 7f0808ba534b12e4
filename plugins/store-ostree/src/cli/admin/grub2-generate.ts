import type { BootEntry } from '../../codec/boot/boot-entry.ts';
import { readEntries } from '../../sysroot/sysroot.ts';
import { VerbError } from '../error.ts';
import { adminVerb } from './admin-verb.ts';

/**
 * Menu entries for grub-mkconfig(8), whose script for systems of ostree calls this with what it knows of the machine in the environment
 * (_ostree_bootloader_grub2_generate_config in
 * ostree-bootloader-grub2.c, as it is built for present GRUBs: `linux` starts kernels on all firmwares).
 */
export const grub2Generate = adminVerb({
  usage: '[BOOTVERSION]',
  writes: false,
  run({ args, sysroot, terminal }) {
    const { environment } = terminal;
    const asked = args[0] ?? environment['_OSTREE_GRUB2_BOOTVERSION'] ?? String(sysroot.versions.boot);
    if (asked !== '0' && asked !== '1') throw new VerbError(`Invalid bootversion: ${asked}`);
    const [device, prepareRoot] = [environment['GRUB2_BOOT_DEVICE_ID'], environment['GRUB2_PREPARE_ROOT_CACHE']];
    if (device === undefined || prepareRoot === undefined) {
      throw new VerbError('GRUB2_BOOT_DEVICE_ID and GRUB2_PREPARE_ROOT_CACHE are not set: call grub2-mkconfig');
    }
    const entries = readEntries(sysroot.path, asked === '1' ? 1 : 0);
    for (const [index, entry] of entries.entries()) {
      terminal.out(menuEntry(entry, `ostree-${index}-${device}`, prepareRoot));
    }
  },
});

function menuEntry(entry: BootEntry, id: string, prepareRoot: string): string {
  const kernel = entry.get('linux');
  if (kernel === undefined) throw new VerbError('No "linux" key in bootloader config');
  const [options, initrd, deviceTree] = [entry.get('options'), entry.get('initrd'), entry.get('devicetree')];
  return [
    `menuentry ${quoted(entry.get('title') ?? '(Untitled)')} --class gnu-linux --class gnu --class os --unrestricted ${quoted(id)} {`,
    'load_video',
    'set gfxpayload=keep',
    'insmod gzio',
    prepareRoot,
    `linux ${kernel}${options === undefined ? '' : ` ${options}`}`,
    ...(initrd === undefined ? [] : [`initrd ${initrd}`]),
    ...(deviceTree === undefined ? [] : [`devicetree ${deviceTree}`]),
    '}\n',
  ].join('\n');
}

/** For a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
