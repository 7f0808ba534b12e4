import { FileFlag, fileList, type Header, type PackageFile, Tag, type TagAddition, TagType } from '../codec/index.ts';
import { isExcluded, kindOf } from '../import/disposition.ts';
import type { ImportOptions } from '../import/import-options.ts';

/** What rpm remembers of each file (rpm, include/rpm/rpmfiles.h, rpmfileState_e). */
export const FileState = { NORMAL: 0, REPLACED: 1, NOT_INSTALLED: 2, NET_SHARED: 3, WRONG_COLOR: 4 } as const;

/** Architectures whose packages of 32 and 64 bits can be installed beside each other (rpm, installplatform). */
const COLORED = /^(x86_64|amd64|ia32e|aarch64|ppc64|ppc64p7|ppc64le|s390x|sparc64.*|mips64.*|riscv64|loongarch64)$/;

/** Colours of files that belong on an architecture: 1 is 32 bit, 2 is 64 bit; 0 means that colours do not count. */
export function transactionColor(arch: string): number {
  return COLORED.test(arch) ? 3 : 0;
}

/** The colour that wins where two packages have the same file (`%_prefer_color`). */
export const PREFERRED_COLOR = 2;

export interface Installation {
  /** Time and transaction id, seconds since the epoch. */
  readonly time: number;
  /** Architecture of the image. */
  readonly arch: string;
  readonly options: ImportOptions;
  /** Absolute paths of the package that another package's file of a better colour took. */
  readonly wrongColor: ReadonlySet<string>;
}

function stateOf(file: PackageFile, { options, wrongColor }: Installation): number {
  if (wrongColor.has(file.path)) return FileState.WRONG_COLOR;
  if (file.flags & FileFlag.GHOST) return FileState.NORMAL;
  if (isExcluded(file, options) || kindOf(file.mode) === 'special') return FileState.NOT_INSTALLED;
  return FileState.NORMAL;
}

/** A package's header as the database keeps it: with the state of its files and when it was installed (rpm, lib/psm.c, dbAdd). */
export function installedHeader(header: Header, installation: Installation): Header {
  const states = fileList(header).files.map((file) => stateOf(file, installation));
  const tags: TagAddition[] = [
    { tag: Tag.INSTALLTID, value: installation.time },
    { tag: Tag.INSTALLTIME, value: installation.time },
    { tag: Tag.INSTALLCOLOR, value: transactionColor(installation.arch) },
  ];
  if (states.length > 0) tags.push({ tag: Tag.FILESTATES, value: Uint8Array.from(states), type: TagType.char });
  return header.with(tags);
}
