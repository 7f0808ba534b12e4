import type { Context, PackageTable, PlannedPackage, Snapshot, Source, SourceRef } from '@ostrata/contract';
import { type Keyring, readKeyring } from '../codec/index.ts';
import { type PackedPackages, PrimaryReader } from '../metadata/index.ts';
import { Access } from './access.ts';
import { RepositoryCache } from './cache.ts';
import { type Definition, definitionOf } from './definition.ts';
import { findPackageFile } from './fetch-package.ts';
import { furtherMetadata, NOTHING_FURTHER } from './further-metadata.ts';
import { readHandle, writeHandle } from './handle.ts';
import { inFile } from './in-file.ts';
import { readKeys } from './keys.ts';
import { fileSize } from './local-file.ts';
import { loadPackages, type ServedFile } from './metadata-files.ts';
import { findPlaces } from './mirrors.ts';
import { selectPackages } from './package-filter.ts';
import { checkPackageSignature } from './package-signature.ts';
import { RpmMdTable } from './package-table.ts';
import { findFiles, placesOf, readRepomd, refreshMetadata, skippedSnapshot } from './refresh.ts';
import { asUnavailable } from './unavailable.ts';

/** rpm-md repositories: the provider of the kind `rpm-md`. */
export class RpmMdSource implements Source {
  /** Packages of this run's repositories by checksum of their primary.xml. */
  readonly #packages = new Map<string, Promise<PackedPackages>>();
  readonly #keyrings = new Map<string, Promise<Keyring>>();

  async refresh(source: SourceRef, { cacheOnly }: { readonly cacheOnly: boolean }, ctx: Context): Promise<Snapshot> {
    const definition = definitionOf(source);
    try {
      const { cache, digest, repomd, primary } = await refreshMetadata(source, cacheOnly, ctx);
      const packages = await this.#load(primary, cache, ctx);
      return {
        source,
        digest,
        timestamp: repomd.timestamp,
        packages: packages.count,
        extras: writeHandle({ cache: cache.name, cacheOnly, skipped: false }),
      };
    } catch (error) {
      ctx.signal.throwIfAborted();
      const unavailable = asUnavailable(error, source.id);
      if (unavailable === null) throw error;
      if (!definition.skip_if_unavailable) throw unavailable;
      ctx.progress.warning(unavailable.code, `${unavailable.message} It is left out.`, unavailable.hint ?? undefined);
      return skippedSnapshot(source, ctx);
    }
  }

  async open(snapshot: Snapshot, ctx: Context): Promise<PackageTable> {
    const { source, digest } = snapshot;
    const handle = readHandle(snapshot);
    const cache = new RepositoryCache(ctx.environment, handle.cache);
    const common = { source: source.id, priority: source.priority };
    if (handle.skipped) {
      return new RpmMdTable({
        ...common,
        packages: noPackages(),
        selection: null,
        further: NOTHING_FURTHER,
      });
    }
    const definition = definitionOf(source);
    const repomd = readRepomd(cache, digest, source.id);
    const packages = await this.#load(findFiles(repomd, 'primary', source.id)[0]!, cache, ctx);
    const comps = findFiles(repomd, 'comps', source.id).find(
      ({ checksum }) => fileSize(cache.served('comps', checksum)) !== null,
    );
    return new RpmMdTable({
      ...common,
      packages,
      selection: selectPackages(packages, definition),
      further: furtherMetadata(repomd, comps, definition, cache, handle.cacheOnly),
    });
  }

  async fetch(
    pkg: PlannedPackage,
    snapshot: Snapshot,
    options: { readonly cacheOnly: boolean; readonly onBytes?: (received: number) => void },
    ctx: Context,
  ): Promise<string> {
    const definition = definitionOf(snapshot.source);
    const access = new Access(definition);
    const cache = new RepositoryCache(ctx.environment, readHandle(snapshot).cache);
    let bases = placesOf(definition, cache.readState());
    if (bases.length === 0 && !options.cacheOnly) {
      cache.makeDirectory();
      ({ bases } = await findPlaces(access, cache, ctx));
    }
    const file = await findPackageFile(pkg, bases, access, options, ctx);
    if (definition.gpgcheck)
      checkPackageSignature(file, pkg, await this.#keyring(definition, access, cache, options.cacheOnly, ctx));
    return file;
  }

  #load(primary: ServedFile, cache: RepositoryCache, ctx: Context): Promise<PackedPackages> {
    const key = `${cache.name}/${primary.checksum.value}`;
    let packages = this.#packages.get(key);
    if (packages === undefined) {
      packages = loadPackages(primary, cache, ctx);
      this.#packages.set(key, packages);
    }
    return packages;
  }

  #keyring(
    definition: Definition,
    access: Access,
    cache: RepositoryCache,
    cacheOnly: boolean,
    ctx: Context,
  ): Promise<Keyring> {
    let keyring = this.#keyrings.get(cache.name);
    if (keyring === undefined) {
      keyring = readKeys(access, cache, cacheOnly, ctx)
        .then((files) => readKeyring(files))
        .catch((error: unknown) => {
          throw inFile(error, `gpgkey of ${definition.id}`);
        });
      this.#keyrings.set(cache.name, keyring);
    }
    return keyring;
  }
}

function noPackages(): PackedPackages {
  const reader = new PrimaryReader();
  reader.write(Buffer.from('<metadata/>'));
  return reader.end();
}
