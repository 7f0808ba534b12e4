import { RpmFormatError } from './errors.ts';
import type { Header } from './header.ts';
import { Tag, type TagName, tagName } from './tags.ts';

/** Bits of a file's flags (rpm, include/rpm/rpmfiles.h). */
export const FileFlag = {
  CONFIG: 1 << 0,
  DOC: 1 << 1,
  ICON: 1 << 2,
  MISSINGOK: 1 << 3,
  NOREPLACE: 1 << 4,
  SPECFILE: 1 << 5,
  GHOST: 1 << 6,
  LICENSE: 1 << 7,
  README: 1 << 8,
  PUBKEY: 1 << 11,
  ARTIFACT: 1 << 12,
} as const;

const LETTERS: readonly (readonly [number, string])[] = [
  [FileFlag.DOC, 'd'],
  [FileFlag.CONFIG, 'c'],
  [FileFlag.SPECFILE, 's'],
  [FileFlag.MISSINGOK, 'm'],
  [FileFlag.NOREPLACE, 'n'],
  [FileFlag.GHOST, 'g'],
  [FileFlag.LICENSE, 'l'],
  [FileFlag.README, 'r'],
  [FileFlag.ARTIFACT, 'a'],
];

/** A file's flags as rpm prints them: `cn` for a configuration file that is not replaced. */
export function formatFileFlags(flags: number): string {
  return LETTERS.filter(([bit]) => (flags & bit) !== 0)
    .map(([, letter]) => letter)
    .join('');
}

/** Hash algorithms of file digests by their OpenPGP number (RFC 9580, 9.5). */
const DIGEST_ALGORITHMS: Partial<Record<number, string>> = {
  1: 'md5',
  2: 'sha1',
  3: 'ripemd160',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
  12: 'sha3-256',
  14: 'sha3-512',
};

/** Node's name of a hash algorithm given by its OpenPGP number, or undefined. */
export function hashAlgorithm(id: number): string | undefined {
  return DIGEST_ALGORITHMS[id];
}

/** One file that a package owns, as its header describes it. */
export interface PackageFile {
  /** Position in the header's arrays; the stripped cpio format names files by it. */
  readonly index: number;
  /** Absolute; a bare name in source packages. */
  readonly path: string;
  /** Type and permissions as in st_mode. */
  readonly mode: number;
  readonly user: string;
  readonly group: string;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Bits of `FileFlag`. */
  readonly flags: number;
  /** Hexadecimal digest of the content, or empty (directories, ghosts…). */
  readonly digest: string;
  /** Target of a symbolic link, or empty. */
  readonly link: string;
  /** Device number of a device node, 16 bits as rpm packs them. */
  readonly rdev: number;
  readonly device: number;
  readonly inode: number;
  /** File capabilities in text (`cap_net_raw=p`), or empty. */
  readonly caps: string;
  readonly color: number;
  /** What file(1) said, or empty. */
  readonly fileClass: string;
  /** Languages the file is for (`de|fr`), or empty. */
  readonly language: string;
  readonly verifyFlags: number;
  /** Indexes of all files that share this one's inode, this one included; the last of them carries the content in the payload. */
  readonly links: readonly number[] | undefined;
}

export interface FileList {
  readonly files: readonly PackageFile[];
  /** Name of the digests' algorithm for node:crypto. */
  readonly digestAlgorithm: string;
}

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;

export function isRegular(mode: number): boolean {
  return (mode & S_IFMT) === S_IFREG;
}

function invalid(message: string, data: Record<string, number> = {}): RpmFormatError {
  return new RpmFormatError('RPM_TAG_INVALID', message, data);
}

/** One of the parallel arrays; absent or as long as the list of files. */
function column<T>(values: readonly T[], tag: number, count: number): readonly T[] {
  if (values.length !== 0 && values.length !== count) {
    throw invalid(`${tagName(tag)} has ${values.length} values for ${count} files`, {
      tag,
      values: values.length,
      files: count,
    });
  }
  return values;
}

/** The paths of a package's files in the header's order. @throws RpmFormatError RPM_TAG_INVALID */
export function filePaths(header: Header): string[] {
  const names = header.strings(Tag.BASENAMES);
  const directories = header.strings(Tag.DIRNAMES);
  const indexes = column(header.numbers(Tag.DIRINDEXES), Tag.DIRINDEXES, names.length);
  return names.map((name, i) => {
    const directory = directories[indexes[i] ?? -1];
    if (directory === undefined)
      throw invalid(`file ${i} lies in a directory that the header does not have`, { file: i });
    return directory + name;
  });
}

/** Names by directory, which ends in a slash, with what each stands for. */
export type NamesByDirectory = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What the paths that a package has among `wanted` stand for. A package without one of the directories costs next to nothing. */
export function wantedFiles(header: Header, wanted: NamesByDirectory): Set<number> {
  const found = new Set<number>();
  const directories = header.strings(Tag.DIRNAMES).map((directory) => wanted.get(directory));
  if (directories.every((directory) => directory === undefined)) return found;
  const indexes = header.numbers(Tag.DIRINDEXES);
  for (const [i, name] of header.strings(Tag.BASENAMES).entries()) {
    const place = directories[indexes[i] ?? -1]?.get(name);
    if (place !== undefined) found.add(place);
  }
  return found;
}

/** Groups of regular files with the same device and inode, as lists of indexes. */
function hardLinks(
  modes: readonly number[],
  flags: readonly number[],
  devices: readonly number[],
  inodes: readonly number[],
) {
  const groups = new Map<string, number[]>();
  const linksOf: (number[] | undefined)[] = [];
  if (devices.length === 0) return linksOf;
  inodes.forEach((inode, i) => {
    if (!isRegular(modes[i] ?? 0) || ((flags[i] ?? 0) & FileFlag.GHOST) !== 0 || inode === 0) return;
    const key = `${devices[i]}:${inode}`;
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  });
  for (const group of groups.values()) if (group.length > 1) for (const i of group) linksOf[i] = group;
  return linksOf;
}

/** An array that points into a dictionary. */
function lookup(indexes: readonly number[], dictionary: readonly string[]): readonly string[] {
  return indexes.map((index) => dictionary[index] ?? '');
}

/**
 * The files of a package in the header's order.
 * @param header with DIRNAMES and BASENAMES (`RpmPackage.metadata`).
 * @throws RpmFormatError RPM_TAG_INVALID when the arrays disagree, or for an unknown digest algorithm.
 */
export function fileList(header: Header): FileList {
  const names = filePaths(header);
  const count = names.length;
  const numbers = (name: TagName) => column(header.numbers(Tag[name]), Tag[name], count);
  const strings = (name: TagName) => column(header.strings(Tag[name]), Tag[name], count);
  const algorithm = header.number(Tag.FILEDIGESTALGO) ?? 1;
  const digestAlgorithm = hashAlgorithm(algorithm);
  if (digestAlgorithm === undefined)
    throw invalid(`file digests use the unknown algorithm ${algorithm}`, { algorithm });
  const modes = numbers('FILEMODES');
  const flags = numbers('FILEFLAGS');
  const sizes = header.has(Tag.LONGFILESIZES) ? numbers('LONGFILESIZES') : numbers('FILESIZES');
  const [mtimes, rdevs, verifyFlags, colors] = [
    numbers('FILEMTIMES'),
    numbers('FILERDEVS'),
    numbers('FILEVERIFYFLAGS'),
    numbers('FILECOLORS'),
  ];
  const [devices, inodes] = [numbers('FILEDEVICES'), numbers('FILEINODES')];
  const [users, groups, digests, links] = [
    strings('FILEUSERNAME'),
    strings('FILEGROUPNAME'),
    strings('FILEDIGESTS'),
    strings('FILELINKTOS'),
  ];
  const [caps, languages] = [strings('FILECAPS'), strings('FILELANGS')];
  const classes = lookup(numbers('FILECLASS'), header.strings(Tag.CLASSDICT));
  const linksOf = hardLinks(modes, flags, devices, inodes);
  const files = names.map(
    (path, index): PackageFile => ({
      index,
      path,
      mode: modes[index] ?? 0,
      user: users[index] ?? 'root',
      group: groups[index] ?? 'root',
      size: sizes[index] ?? 0,
      mtime: mtimes[index] ?? 0,
      flags: flags[index] ?? 0,
      digest: digests[index] ?? '',
      link: links[index] ?? '',
      rdev: rdevs[index] ?? 0,
      device: devices[index] ?? 0,
      inode: inodes[index] ?? 0,
      caps: caps[index] ?? '',
      color: colors[index] ?? 0,
      fileClass: classes[index] ?? '',
      language: languages[index] ?? '',
      verifyFlags: verifyFlags[index] ?? 0xffffffff,
      links: linksOf[index],
    }),
  );
  return { files, digestAlgorithm };
}
