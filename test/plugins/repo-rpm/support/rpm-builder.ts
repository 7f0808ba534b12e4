import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CpioFile, writeCpio } from '@ostrata/cpio';
import {
  FileFlag,
  Header,
  Sense,
  SigTag,
  Tag,
  type TagAddition,
} from '../../../../plugins/repo-rpm/src/codec/index.ts';

/** A file of a package as a test wants it: what is left out is usual. */
export interface BuiltFile {
  readonly path: string;
  /** A regular file of mode 0644 when left out. */
  readonly mode?: number;
  readonly content?: string | Uint8Array;
  readonly link?: string;
  readonly user?: string;
  readonly group?: string;
  readonly flags?: number;
  readonly caps?: string;
  readonly language?: string;
  readonly color?: number;
  /** Files of one inode are one file. */
  readonly inode?: number;
}

export interface BuiltPackage {
  readonly name: string;
  readonly version?: string;
  readonly release?: string;
  readonly epoch?: number;
  readonly arch?: string;
  readonly files?: readonly BuiltFile[];
  readonly tags?: readonly TagAddition[];
  /** In place of the archive that agrees with the files. */
  readonly archive?: readonly CpioFile[];
}

export const DIRECTORY = 0o040755;
export const SYMLINK = 0o120777;

const LEAD_SIZE = 96;
const HEADER_MAGIC = Buffer.from('8eade80100000000', 'hex');

function modeOf(file: BuiltFile): number {
  return file.mode ?? (file.link === undefined ? 0o100644 : SYMLINK);
}

function contentOf(file: BuiltFile): Buffer {
  return Buffer.from(file.link ?? file.content ?? '');
}

function fileTags(files: readonly BuiltFile[]): TagAddition[] {
  if (files.length === 0) return [];
  const directories = [...new Set(files.map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)))];
  return [
    { tag: Tag.DIRNAMES, value: directories },
    {
      tag: Tag.DIRINDEXES,
      value: files.map(({ path }) => directories.indexOf(path.slice(0, path.lastIndexOf('/') + 1))),
    },
    { tag: Tag.BASENAMES, value: files.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)) },
    { tag: Tag.FILEMODES, value: files.map(modeOf) },
    { tag: Tag.FILESIZES, value: files.map((file) => contentOf(file).length) },
    { tag: Tag.FILEMTIMES, value: files.map(() => 1) },
    { tag: Tag.FILELINKTOS, value: files.map(({ link }) => link ?? '') },
    { tag: Tag.FILEFLAGS, value: files.map(({ flags }) => flags ?? 0) },
    { tag: Tag.FILEUSERNAME, value: files.map(({ user }) => user ?? 'root') },
    { tag: Tag.FILEGROUPNAME, value: files.map(({ group }) => group ?? 'root') },
    { tag: Tag.FILECAPS, value: files.map(({ caps }) => caps ?? '') },
    { tag: Tag.FILELANGS, value: files.map(({ language }) => language ?? '') },
    { tag: Tag.FILECOLORS, value: files.map(({ color }) => color ?? 0) },
    { tag: Tag.FILEDEVICES, value: files.map(() => 1) },
    { tag: Tag.FILEINODES, value: files.map(({ inode }, i) => inode ?? i + 1000) },
  ];
}

function archiveOf(files: readonly BuiltFile[]): CpioFile[] {
  return files.flatMap((file, i) => {
    if ((file.flags ?? 0) & FileFlag.GHOST) return [];
    const last = file.inode === undefined || files.findLastIndex(({ inode }) => inode === file.inode) === i;
    const content = last ? contentOf(file) : Buffer.alloc(0);
    return [{ name: `.${file.path}`, mode: modeOf(file), content }];
  });
}

function withMagic(header: Header): Buffer {
  return Buffer.concat([HEADER_MAGIC, header.toBlob()]);
}

/** A package as bytes; anything may be wrong with it, which rpmbuild would not allow. */
export function buildPackage(pkg: BuiltPackage): Buffer {
  const { name, version = '1', release = '1', arch = 'noarch', files = [] } = pkg;
  const lead = Buffer.alloc(LEAD_SIZE);
  lead.writeUInt32BE(0xedabeedb, 0);
  lead.writeUInt8(3, 4);
  const header = Header.of([
    { tag: Tag.NAME, value: name },
    { tag: Tag.VERSION, value: version },
    { tag: Tag.RELEASE, value: release },
    { tag: Tag.ARCH, value: arch },
    { tag: Tag.OS, value: 'linux' },
    { tag: Tag.SUMMARY, value: ['made by a test'] },
    { tag: Tag.BUILDTIME, value: 1_600_000_000 },
    { tag: Tag.SOURCERPM, value: `${name}-${version}-${release}.src.rpm` },
    { tag: Tag.PAYLOADFORMAT, value: 'cpio' },
    { tag: Tag.PAYLOADCOMPRESSOR, value: 'none' },
    { tag: Tag.PROVIDENAME, value: [name] },
    { tag: Tag.PROVIDEFLAGS, value: [Sense.EQUAL] },
    { tag: Tag.PROVIDEVERSION, value: [`${version}-${release}`] },
    ...(pkg.epoch === undefined ? [] : [{ tag: Tag.EPOCH, value: pkg.epoch }]),
    ...fileTags(files),
    ...(pkg.tags ?? []),
  ]);
  const signature = withMagic(Header.of([{ tag: SigTag.SIZE, value: 1, type: 4 }]));
  const padding = Buffer.alloc((8 - (signature.length % 8)) % 8);
  const payload = [...writeCpio(pkg.archive ?? archiveOf(files))].map((piece) => Buffer.from(piece));
  return Buffer.concat([lead, signature, padding, withMagic(header), ...payload]);
}

/** Writes a package into a directory and returns its path. */
export function writePackage(directory: string, pkg: BuiltPackage): string {
  const { name, version = '1', release = '1', arch = 'noarch' } = pkg;
  const file = join(directory, `${name}-${version}-${release}.${arch}.rpm`);
  writeFileSync(file, buildPackage(pkg));
  return file;
}
