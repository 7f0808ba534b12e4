import { hash } from 'node:crypto';
import { type Metadata, nevraOf as nevraOfPackage, type PlannedPackage, type StoredCommit } from '@ostrata/contract';
import { formatNevra, type Header, nevraOf, type RpmPackage, readPackage } from '../codec/index.ts';
import { rpmError } from '../errors.ts';
import { DEVICES_IGNORED, type ImportOptions, optionsMetadata } from './import-options.ts';

const HEADER_KEY = 'rpmostree.metadata';
const DIGEST_KEY = 'rpmostree.metadata_sha256';
const CHECKSUM_KEY = 'rpmostree.repodata_checksum';

/** How the repository names the package file's checksum: `sha256:…`. */
export function checksumOf(pkg: PlannedPackage): string {
  return `${pkg.checksum.algorithm}:${pkg.checksum.value}`;
}

/** Whether a commit was made of this very package file. */
export function madeOf(metadata: Metadata, pkg: PlannedPackage): boolean {
  return metadata[CHECKSUM_KEY]?.value === checksumOf(pkg);
}

/**
 * Metadata of a package's commit, with rpm-ostree's keys (src/libpriv/rpmostree-importer.cxx): everything before the payload, from
 * which scripts are run and the database is written, the identity, the checksum and the source.
 * @param start lead, signature header and main header as they are in the file.
 */
export function commitMetadata(
  pkg: PlannedPackage,
  rpm: RpmPackage,
  start: Uint8Array,
  options: ImportOptions,
  devicesIgnored: boolean,
): Metadata {
  const nevra = nevraOf(rpm.metadata);
  const epoch = nevra.epoch === undefined ? 0 : Number(nevra.epoch);
  return {
    [HEADER_KEY]: {
      type: 'ay',
      value: Buffer.from(start.buffer, start.byteOffset, start.byteLength).toString('base64'),
    },
    [DIGEST_KEY]: { type: 's', value: hash('sha256', start) },
    'rpmostree.nevra': {
      type: '(sstsss)',
      value: [formatNevra(nevra), nevra.name, epoch, nevra.version, nevra.release, nevra.arch],
    },
    'rpmostree.unpack_version': { type: 'u', value: 1 },
    'rpmostree.unpack_minor_version': { type: 'u', value: 6 },
    'rpmostree.repo': { type: 'a{sv}', value: [['id', { type: 's', value: pkg.source }]] },
    [CHECKSUM_KEY]: { type: 's', value: checksumOf(pkg) },
    ...optionsMetadata(options),
    ...(devicesIgnored ? { [DEVICES_IGNORED]: { type: 'b', value: true } } : {}),
  };
}

/** The header that an imported package's commit holds, as rpm keeps it. Throws RPM_IMPORT_INVALID. */
export const headerOf = (commit: StoredCommit): Header => startOf(commit).metadata;

/** sha256 of all that comes before an imported package's payload; undefined for a commit of something else. */
export function digestOf({ metadata }: StoredCommit): string | undefined {
  const value = metadata[DIGEST_KEY]?.value;
  return typeof value === 'string' ? value : undefined;
}

/** The checksum of the file that an imported package was made of. */
export function fileChecksumOf({ metadata }: StoredCommit): { algorithm: string; value: string } {
  const [algorithm = '', value = ''] = String(metadata[CHECKSUM_KEY]?.value ?? '').split(':');
  return { algorithm, value };
}

/**
 * All of an imported package but its payload.
 * @throws RpmError RPM_IMPORT_INVALID.
 */
export function startOf(commit: StoredCommit): RpmPackage {
  const value = commit.metadata[HEADER_KEY]?.value;
  if (typeof value !== 'string') throw invalidImport(commit.id, `it has no ${HEADER_KEY}`);
  try {
    return readPackage(Buffer.from(value, 'base64'));
  } catch (error) {
    throw invalidImport(commit.id, (error as Error).message, error);
  }
}

function invalidImport(commit: string, why: string, cause?: unknown): Error {
  return rpmError('RPM_IMPORT_INVALID', `The commit ${commit} is not an imported package: ${why}.`, {
    hint: 'Remove the package cache refs (rpmostree/pkg/…) of the work repository; packages will be imported again.',
    data: { commit },
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Refuses a package file that holds another package than planned.
 * @throws RpmError RPM_SOURCE_PACKAGE, RPM_IDENTITY_MISMATCH.
 */
export function checkIdentity(pkg: PlannedPackage, header: Header, file: string): void {
  const found = nevraOf(header);
  const wanted = {
    name: pkg.name,
    epoch: String(pkg.epoch),
    version: pkg.version,
    release: pkg.release,
    arch: pkg.arch,
  };
  if (found.arch === 'src' || found.arch === 'nosrc') {
    throw rpmError('RPM_SOURCE_PACKAGE', `${file} is a source package.`, {
      hint: 'Give the binary package that was built from it.',
      data: { file },
    });
  }
  const same = (Object.keys(wanted) as (keyof typeof wanted)[]).every((part) => (found[part] ?? '0') === wanted[part]);
  if (same) return;
  throw rpmError(
    'RPM_IDENTITY_MISMATCH',
    `${file} holds ${formatNevra(found)} where ${nevraOfPackage(pkg)} was expected.`,
    {
      hint: 'The repository metadata and the package disagree: refresh the metadata, or make it again with createrepo_c.',
      data: { file, found: formatNevra(found), expected: nevraOfPackage(pkg) },
    },
  );
}
