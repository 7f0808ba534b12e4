import type { ObjectStore } from '@ostrata/contract';
import { rpmError } from '../errors.ts';
import { digestOf, fileChecksumOf, startOf } from '../import/commit-metadata.ts';
import { packageRef } from '../import/package-ref.ts';
import { fileSizeOf, type KnownPackage } from './read-file.ts';

const FORM = /^([0-9a-f]{64}):(.+)-(?:(\d+):)?([^-:]+)-([^-]+)\.([^.]+)$/;

/**
 * A package that was imported earlier, named as origin files do it: `DIGEST:NEVRA`.
 * @throws RpmError RPM_IMPORT_ABSENT where the repository does not have it any more.
 */
export async function importedPackage(name: string, store: ObjectStore): Promise<KnownPackage> {
  const [, digest, pkg = '', epoch = '0', version = '', release = '', arch = ''] = FORM.exec(name) ?? [];
  const identity = { format: 'rpm', name: pkg, epoch: Number(epoch), version, release, arch };
  const id = digest === undefined ? null : await store.resolve(packageRef(identity));
  const commit = id === null ? null : await store.readCommit(id);
  if (digest === undefined || commit === null || digestOf(commit) !== digest) {
    throw rpmError(
      'RPM_IMPORT_ABSENT',
      `The local package ${name.replace(/^[^:]*:/, '')} is not in ${store.location}.`,
      {
        hint: 'Uninstall it, or install its file again.',
        data: { package: name, repository: store.location },
      },
    );
  }
  const start = startOf(commit);
  return { header: start.metadata, digest, checksum: fileChecksumOf(commit), size: fileSizeOf(start) };
}
