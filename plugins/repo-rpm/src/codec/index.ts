export { type ByteSource, toByteSource } from './byte-source.ts';
export { RPM_FORMAT_HINTS, type RpmFormatCode, RpmFormatError } from './errors.ts';
export { Header, type TagAddition } from './header.ts';
export type { HeaderEntry } from './header-blob.ts';
export type { TagValue } from './header-value.ts';
export type { Lead } from './lead.ts';
export { type Extent, type RpmPackage, readPackage } from './package.ts';
export { SigTag } from './signature-tags.ts';
export { isScalarTag, Tag, type TagName, TagType, tagName, tagType } from './tags.ts';
