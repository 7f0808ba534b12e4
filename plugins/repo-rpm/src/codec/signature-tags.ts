import { Tag } from './tags.ts';

/** Tags of the signature header that have numbers of their own there (rpm, include/rpm/rpmtag.h, rpmSigTag_e). */
export const SigTag = {
  SIZE: 1000,
  PGP: 1002,
  MD5: 1004,
  GPG: 1005,
  PAYLOADSIZE: 1007,
  RESERVEDSPACE: 1008,
  FILESIGNATURES: 274,
  FILESIGNATURELENGTH: 275,
  DSA: Tag.DSAHEADER,
  RSA: Tag.RSAHEADER,
  SHA1: Tag.SHA1HEADER,
  LONGSIZE: Tag.LONGSIGSIZE,
  LONGARCHIVESIZE: Tag.LONGARCHIVESIZE,
  SHA256: Tag.SHA256HEADER,
  VERITYSIGNATURES: Tag.VERITYSIGNATURES,
  VERITYSIGNATUREALGO: Tag.VERITYSIGNATUREALGO,
  OPENPGP: Tag.OPENPGP,
  SHA3_256: Tag.SHA3_256HEADER,
  RESERVED: 999,
} as const;

/** How one tag of the signature header is named and bounded once it is merged into the main header. */
export interface SignatureMerge {
  readonly from: number;
  readonly to: number;
  /** The exact count, or 0 for any. */
  readonly count: number;
  /** Whether the tag may stand in the main header instead of the signature header (never in both). */
  readonly either: boolean;
}

/** The tags that rpm copies from the signature header into the header it keeps (rpm, lib/package.cc, xlateTags). */
export const SIGNATURE_MERGES: readonly SignatureMerge[] = [
  { from: SigTag.SIZE, to: Tag.SIGSIZE, count: 1, either: false },
  { from: SigTag.PGP, to: Tag.SIGPGP, count: 0, either: false },
  { from: SigTag.MD5, to: Tag.SIGMD5, count: 16, either: false },
  { from: SigTag.GPG, to: Tag.SIGGPG, count: 0, either: false },
  { from: SigTag.PAYLOADSIZE, to: Tag.ARCHIVESIZE, count: 1, either: true },
  { from: SigTag.FILESIGNATURES, to: Tag.FILESIGNATURES, count: 0, either: true },
  { from: SigTag.FILESIGNATURELENGTH, to: Tag.FILESIGNATURELENGTH, count: 1, either: true },
  { from: SigTag.VERITYSIGNATURES, to: Tag.VERITYSIGNATURES, count: 0, either: false },
  { from: SigTag.VERITYSIGNATUREALGO, to: Tag.VERITYSIGNATUREALGO, count: 1, either: false },
  { from: SigTag.SHA1, to: Tag.SHA1HEADER, count: 1, either: false },
  { from: SigTag.SHA256, to: Tag.SHA256HEADER, count: 1, either: false },
  { from: SigTag.SHA3_256, to: Tag.SHA3_256HEADER, count: 1, either: false },
  { from: SigTag.DSA, to: Tag.DSAHEADER, count: 0, either: false },
  { from: SigTag.RSA, to: Tag.RSAHEADER, count: 0, either: false },
  { from: SigTag.LONGSIZE, to: Tag.LONGSIGSIZE, count: 1, either: false },
  { from: SigTag.LONGARCHIVESIZE, to: Tag.LONGARCHIVESIZE, count: 1, either: false },
  { from: SigTag.OPENPGP, to: Tag.OPENPGP, count: 0, either: false },
];
