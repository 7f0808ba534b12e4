import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import type { BootEntry } from '../codec/boot/boot-entry.ts';
import { KernelArgs } from '../codec/boot/kernel-args.ts';
import { errnoOf, storeError } from '../errors.ts';
import { fsyncPath } from '../repo/directory.ts';
import { replaceFile } from '../repo/replace-file.ts';
import { copyAttributes } from './copy-attributes.ts';
import { formatBootLink, type SysrootDeployment } from './deployment.ts';
import { type BootFile, type KernelFiles, locateKernel } from './kernel-layout.ts';
import { DeploymentLabels } from './labels.ts';
import { commitVersion } from './same-boot.ts';
import type { Sysroot } from './sysroot.ts';

/** A deployment on its way into the boot configuration. */
export interface Placement {
  readonly deployment: SysrootDeployment;
  /** From 0, the default first. */
  readonly index: number;
  /** How many there are. */
  readonly count: number;
  readonly bootSerial: number;
  /** Whether titles name the stateroot. */
  readonly showStateroot: boolean;
  readonly style: EntryStyle;
}

/** How entries are written: settings of the system. */
export interface EntryStyle {
  /** Keys that entries other than the default get besides (`sysroot.bls-append-except-default`). */
  readonly append?: ReadonlyMap<string, string>;
  /** Leaves device trees out, for machines that have their own. */
  readonly ignoreDeviceTrees?: boolean;
  /** `ostree-N-STATEROOT.conf`, as before 2024.5, in place of `ostree-N.conf`: some versions of GRUB sort by the name. */
  readonly namesStateroot?: boolean;
  /** Kernels are named by their paths from the root (`sysroot.bootprefix`), for systems whose /boot is no file system of its own. */
  readonly bootPrefix?: boolean;
  /** How often the boot loader tries a new deployment (`sysroot.boot-counting-tries`); 0 does not count. */
  readonly tries?: number;
}

/** Where a deployment's kernel is, relative to /boot. */
export const kernelDirectory = ({ stateroot, bootChecksum }: SysrootDeployment): string =>
  `ostree/${stateroot}-${bootChecksum}`;

/** Puts a deployment's kernel into /boot, unless it is there, and writes its entry into `loader.BOOT`. */
export function writeEntry(sysroot: Sysroot, boot: 0 | 1, placement: Placement): BootEntry {
  const { deployment, index, count, bootSerial, style } = placement;
  const { stateroot, bootChecksum } = deployment;
  const root = sysroot.directory(deployment);
  const layout = locateKernel(root, placement.style);
  const name = kernelDirectory(deployment);
  installKernel(layout, join(sysroot.path, 'boot', name), labelInBoot(root));
  const prefix = style.bootPrefix ? '/boot/' : '/';
  const directory = `${prefix}${name}`;
  const overlays = deployment.overlayInitrds.map((checksum) => `${prefix}${installOverlay(sysroot, checksum)}`);

  const link = formatBootLink({ bootVersion: boot, stateroot, bootChecksum, bootSerial });
  const kargs = KernelArgs.parse(deployment.entry.get('options') ?? '');
  if (layout.initramfs === null) kargs.set(`init=${link}/usr/lib/ostree/ostree-prepare-root`);
  kargs.set(`ostree=${link}`);

  const entry = deployment.entry.copy();
  for (const key of ['devicetree', 'fdtdir', 'initrd']) entry.delete(key);
  entry
    .set('title', title(sysroot, root, placement))
    .set('version', String(count - index))
    .set('linux', `${directory}/${layout.kernel.name}`)
    .set('options', kargs.toString());
  if (layout.initramfs) entry.set('initrd', `${directory}/${layout.initramfs.name}`);
  if (layout.deviceTree) {
    entry.set(layout.deviceTree.isDirectory ? 'fdtdir' : 'devicetree', `${directory}/${layout.deviceTree.name}`);
  }
  entry.overlays = layout.initramfs ? overlays : [];
  if (index > 0) for (const [key, value] of style.append ?? []) entry.set(key, value);
  entry.name = entryName(placement);
  replaceFile(join(sysroot.path, `boot/loader.${boot}/entries`, entry.name), entry.toString(), { fsync: false });
  return entry;
}

/**
 * The name of an entry's file. With boot counting it has the tries that are left and those that failed (Boot Loader Specification, "Boot counting"):
 * all for a new deployment, and what the boot loader made of it for one that had an entry before.
 */
function entryName({ deployment, index, count, style }: Placement): string {
  const base = style.namesStateroot ? `ostree-${count - index}-${deployment.stateroot}` : `ostree-${count - index}`;
  const { tries = 0 } = style;
  if (tries === 0) return `${base}.conf`;
  const before = deployment.entry.name;
  return `${base}${before === undefined ? `+${tries}` : (/\+\d+(?:-\d+)?(?=\.conf$)/.exec(before)?.[0] ?? '')}.conf`;
}

/** Labels what is copied into /boot by the policy of a deployment, which is read for the first copy. */
function labelInBoot(root: string): (path: string, name: string) => void {
  let labels: DeploymentLabels | null | undefined;
  return (path, name) => {
    if (labels === undefined) labels = DeploymentLabels.of(root);
    labels?.made(path, `/boot/${name}`);
  };
}

function installKernel(layout: KernelFiles, target: string, onCopy: CopyListener): void {
  mkdirSync(target, { recursive: true, mode: 0o775 });
  for (const file of [layout.kernel, layout.initramfs, layout.hmac]) if (file) installFile(file, target, onCopy);
  const { deviceTree } = layout;
  if (deviceTree?.isDirectory) copyDirectory(deviceTree.source, join(target, deviceTree.name), onCopy);
  else if (deviceTree) installFile(deviceTree, target, onCopy);
}

/** Hears of a copy before it has its name. */
type CopyListener = (path: string, name: string) => void;

/** By hard link where /boot is on the same file system, else as a copy that is whole before it has its name. */
function installFile({ source, name }: BootFile, directory: string, onCopy: CopyListener = () => {}): void {
  const target = join(directory, name);
  if (existsSync(target)) return;
  try {
    linkSync(source, target);
    return;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST') return;
    // FAT has no hard links (EPERM); EXDEV and EMLINK are said by file systems that have them.
    if (code !== 'EXDEV' && code !== 'EMLINK' && code !== 'EPERM') throw error;
  }
  const temporary = join(directory, `.${name}.tmp`);
  try {
    copyFileSync(source, temporary, constants.COPYFILE_FICLONE);
    copyAttributes(source, temporary);
    onCopy(temporary, name);
    fsyncPath(temporary);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  fsyncPath(directory);
}

function copyDirectory(source: string, target: string, onCopy: CopyListener): void {
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(source)) {
    const [from, to] = [join(source, name), join(target, name)];
    if (lstatSync(from).isDirectory()) copyDirectory(from, to, onCopy);
    else installFile({ source: from, name }, target, onCopy);
  }
}

/** Where staged overlays of initial ram disks wait, below /run. */
export const STAGED_INITRDS = 'ostree/staged-initrds';

/** Where they are afterwards, relative to /boot, as `SHA256.img`. */
export const OVERLAYS = 'ostree/initramfs-overlays';

export const stagedInitrd = ({ state }: Sysroot, checksum: string): string => join(state.run, STAGED_INITRDS, checksum);

function installOverlay(sysroot: Sysroot, checksum: string): string {
  const directory = join(sysroot.path, 'boot', OVERLAYS);
  const name = `${checksum}.img`;
  if (!existsSync(join(directory, name))) {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    installFile({ source: stagedInitrd(sysroot, checksum), name }, directory);
  }
  return `${OVERLAYS}/${name}`;
}

/** `NAME [VERSION] (ostree[:STATEROOT]:INDEX)`; syslinux finds its own entries by "(ostree". */
function title(sysroot: Sysroot, root: string, { deployment, index, showStateroot }: Placement): string {
  const values = osRelease(root);
  const name = values.get('PRETTY_NAME') ?? values.get('ID');
  if (name === undefined) {
    throw storeError('SYSROOT_TREE', `No PRETTY_NAME or ID in /etc/os-release of ${root}.`, {
      hint: 'Boot menus show it: put an os-release(5) into the image.',
      data: { root },
    });
  }
  const version = commitVersion(sysroot.repository, deployment.commit);
  const shown = version !== undefined && version !== '' && !name.includes(version) ? `${name} ${version}` : name;
  return `${shown} (ostree${showStateroot ? `:${deployment.stateroot}` : ''}:${index})`;
}

/** os-release(5): assignments as a shell has them. */
function osRelease(root: string): Map<string, string> {
  const path = ['usr/lib/os-release', 'etc/os-release']
    .map((name) => join(root, name))
    .find((name) => existsSync(name));
  const lines = path === undefined ? [] : readFileSync(path, 'utf8').split('\n');
  const values = new Map<string, string>();
  for (const line of lines) {
    const match = /^([A-Za-z0-9_]+)=(.*)$/.exec(line);
    if (match) values.set(match[1]!, unquote(match[2]!.trim()));
  }
  return values;
}

function unquote(text: string): string {
  const quote = text[0];
  if (quote !== '"' && quote !== "'") return text;
  const inner = text.slice(1, text.endsWith(quote) && text.length > 1 ? -1 : undefined);
  return quote === '"' ? inner.replace(/\\(["$`\\])/g, '$1') : inner;
}
