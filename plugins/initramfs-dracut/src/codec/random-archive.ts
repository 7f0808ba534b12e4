import { writeCpio } from '@ostrata/cpio';

const S_IFDIR = 0o040000;
const S_IFCHR = 0o020000;
/** Zeros that end what is before for every decompressor of the kernel (rpm-ostree, rust/src/initramfs.rs). */
const GAP = 4;
const ALIGN = 4;

/**
 * What follows an initramfs image of `size` bytes: zeros, then an archive with /dev/random and /dev/urandom, which programs of FIPS
 * mode open before anything has made them. dracut cannot add them where it may not make device nodes. Numbers of the
 * devices: Documentation/admin-guide/devices.txt of Linux.
 */
export function randomArchive(size: number): Buffer {
  const padding = GAP + ((ALIGN - (size % ALIGN)) % ALIGN);
  const device = (name: string, rdevMinor: number) => ({
    name,
    mode: S_IFCHR | 0o644,
    rdevMajor: 1,
    rdevMinor,
  });
  const files = [
    { name: '.', mode: S_IFDIR | 0o755 },
    { name: 'dev', mode: S_IFDIR | 0o755 },
    device('dev/random', 8),
    device('dev/urandom', 9),
  ];
  return Buffer.concat([Buffer.alloc(padding), ...writeCpio(files)]);
}
