export { type Assessment, assessPackage } from './assess.ts';
export { type ByteSource, toByteSource } from './byte-source.ts';
export {
  type CheckRange,
  type DigestCheck,
  describeCheck,
  type MalformedCheck,
  type PackageCheck,
  packageChecks,
  type SignatureCheck,
} from './checks.ts';
export {
  type Dependency,
  type DependencyKind,
  dependencies,
  dependencyPurposes,
  formatDependency,
  Sense,
} from './dependencies.ts';
export { RPM_FORMAT_HINTS, type RpmFormatCode, RpmFormatError } from './errors.ts';
export {
  FileFlag,
  type FileList,
  fileList,
  filePaths,
  formatFileFlags,
  hashAlgorithm,
  isRegular,
  type NamesByDirectory,
  type PackageFile,
  wantedFiles,
} from './files.ts';
export { Header, type TagAddition } from './header.ts';
export type { HeaderEntry } from './header-blob.ts';
export type { TagValue } from './header-value.ts';
export { type Keyring, readKeyring, type SigningKey } from './keyring.ts';
export type { Lead } from './lead.ts';
export { formatEvr, formatNevra, isSource, type Nevra, nevraOf } from './nevra.ts';
export type { SignaturePacket } from './openpgp-packet.ts';
export { type Extent, type RpmPackage, readPackage } from './package.ts';
export { type PayloadFile, payloadFormat, readPayload } from './payload.ts';
export {
  type Script,
  type ScriptKind,
  scriptOf,
  scripts,
  type Trigger,
  type TriggerEvent,
  type TriggerScope,
  triggers,
} from './scripts.ts';
export { SigTag } from './signature-tags.ts';
export { isScalarTag, Tag, type TagName, TagType, tagName, tagType } from './tags.ts';
export { type CheckResult, type Verdict, type VerifyOptions, verifyPackage } from './verify.ts';
export { compareEvr, compareVersions, type Evr, parseEvr } from './version.ts';
