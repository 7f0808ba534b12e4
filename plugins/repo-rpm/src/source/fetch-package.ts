import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Context, nevraOf, type PlannedPackage } from '@ostrata/contract';
import type { Access } from './access.ts';
import { sourceError } from './errors.ts';
import { fileSize, isIntact } from './local-file.ts';
import { checkLocation } from './metadata-files.ts';
import { isForeign, joinUrl, schemeOf } from './urls.ts';

/** Bytes of a package name that a file name may have beside the checksum. */
const MAX_NAME = 150;

/** The file of a package: in a local repository itself, else in the cache, fetched when it is not there. */
export async function findPackageFile(
  pkg: PlannedPackage,
  bases: readonly string[],
  access: Access,
  options: { readonly cacheOnly: boolean; readonly onBytes?: (received: number) => void },
  ctx: Context,
): Promise<string> {
  checkLocation(pkg.location, pkg.source);
  const local = localFile(pkg, bases);
  if (local !== null) return local;
  const destination = cachedPath(pkg, ctx);
  if (isIntact(destination, pkg.checksum, sizeOf(pkg))) {
    options.onBytes?.(pkg.size);
    return destination;
  }
  if (options.cacheOnly) {
    throw sourceError('SOURCE_NOT_CACHED', `The package ${nevraOf(pkg)} is not in the cache.`, {
      hint: 'Download it once with a network.',
      data: { package: nevraOf(pkg), source: pkg.source },
    });
  }
  const urls = [...new Set(bases.map((base) => joinUrl(base, pkg.location)))];
  const size = sizeOf(pkg);
  await access.get(
    {
      urls,
      destination,
      anonymous: isForeign(pkg.location, bases),
      checksum: pkg.checksum,
      ...(size === null ? {} : { size }),
      ...(options.onBytes === undefined ? {} : { onBytes: options.onBytes }),
    },
    ctx,
  );
  return destination;
}

/** Old metadata may lack the size. */
function sizeOf({ size }: PlannedPackage): number | null {
  return size > 0 ? size : null;
}

/** Files are named by their checksum, so that builds of one name do not meet. */
function cachedPath({ checksum, location }: PlannedPackage, ctx: Context): string {
  const last =
    location
      .replace(/[?#].*$/s, '')
      .split('/')
      .at(-1) ?? '';
  const name = last.replace(/[^A-Za-z0-9._+~^%:-]/g, '_').slice(-MAX_NAME);
  return join(ctx.environment.cacheDir, 'packages', `${checksum.value.slice(0, 32)}-${name}`);
}

/**
 * A file of a repository on this machine is used where it is: it may be large.
 * @throws HostError SOURCE_CHECKSUM when it is there and is not what the metadata say
 */
function localFile(pkg: PlannedPackage, bases: readonly string[]): string | null {
  if (schemeOf(pkg.location) !== '') return null;
  for (const base of bases) {
    if (schemeOf(base) !== 'file') continue;
    const root = fileURLToPath(base);
    const path = [pkg.location, decoded(pkg.location)]
      .map((location) => join(root, location))
      .find((candidate) => fileSize(candidate) !== null);
    if (path === undefined) continue;
    if (isIntact(path, pkg.checksum, sizeOf(pkg))) return path;
    throw sourceError('SOURCE_CHECKSUM', `${path} is not the file that the metadata of ${pkg.source} describe.`, {
      hint: 'Run createrepo_c again, then refresh.',
      data: { path, expected: pkg.checksum.value, size: pkg.size, package: nevraOf(pkg) },
    });
  }
  return null;
}

function decoded(location: string): string {
  try {
    return decodeURIComponent(location);
  } catch {
    return location;
  }
}
