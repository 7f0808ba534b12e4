import { hash } from 'node:crypto';
import { resolve } from 'node:path';
import {
  type Context,
  nevraOf,
  OBJECT_STORES,
  type ObjectStore,
  type PackageTable,
  type PlannedPackage,
  type Snapshot,
  type Source,
  type SourceRef,
} from '@ostrata/contract';
import { type PackageFile, packageFilesExtras, packageFilesOf } from '@ostrata/source-definitions';
import { Tag } from '../codec/index.ts';
import { headerTable } from '../database/header-table.ts';
import { rpmError } from '../errors.ts';
import { isIntact } from '../source/local-file.ts';
import { download, isUrl } from './download.ts';
import { importedPackage } from './imported.ts';
import { type KnownPackage, plainNevra, readPackageFile } from './read-file.ts';

/** Packages that somebody names one by one: files, URLs, and what the repository has imported of such files. */
export class RpmFilesSource implements Source {
  /** By digest; files are read once a run. */
  readonly #known = new Map<string, KnownPackage>();

  async refresh(source: SourceRef, { cacheOnly }: { readonly cacheOnly: boolean }, ctx: Context): Promise<Snapshot> {
    const { files, imported, repository } = optionsOf(source);
    const packages: PackageFile[] = [];
    for (const one of files) {
      const file = isUrl(one) ? await download(one, cacheOnly, ctx) : resolve(one);
      packages.push(this.#note(readPackageFile(file), file));
    }
    if (imported.length > 0) {
      await withStore(repository, ctx, async (store) => {
        for (const name of imported) packages.push(this.#note(await importedPackage(name, store), null));
      });
    }
    const unique = [...Map.groupBy(packages, ({ digest }) => digest).values()].map(([first]) => first!);
    return {
      source,
      digest: hash('sha256', JSON.stringify(unique.map(({ digest }) => digest))),
      timestamp: Math.max(0, ...unique.map(({ digest }) => this.#known.get(digest)?.header.number(Tag.BUILDTIME) ?? 0)),
      packages: unique.length,
      extras: packageFilesExtras(unique),
    };
  }

  async open(snapshot: Snapshot, ctx: Context): Promise<PackageTable> {
    const known: KnownPackage[] = [];
    for (const { digest, nevra, file } of packageFilesOf(snapshot)) {
      const { repository } = optionsOf(snapshot.source);
      known.push(
        this.#known.get(digest) ??
          (file === null
            ? await withStore(repository, ctx, (store) => importedPackage(`${digest}:${nevra}`, store))
            : readPackageFile(file)),
      );
    }
    const { id, priority } = snapshot.source;
    return headerTable(
      known.map(({ header }) => header),
      { source: id, priority, file: (index) => placed(known[index]!) },
    );
  }

  async fetch(pkg: PlannedPackage, snapshot: Snapshot): Promise<string> {
    const found = packageFilesOf(snapshot).find(({ digest }) => locationOf(digest) === pkg.location);
    if (found?.file === undefined || found.file === null) {
      throw rpmError(
        'RPM_IMPORT_ABSENT',
        `The file of the local package ${nevraOf(pkg)} is needed to import it anew.`,
        {
          hint: 'Uninstall it, or install its file again.',
          data: { package: nevraOf(pkg) },
        },
      );
    }
    if (isIntact(found.file, pkg.checksum, null)) return found.file;
    throw rpmError('RPM_FILE_DAMAGED', `The package file ${found.file} has changed since it was looked at.`, {
      hint: 'Try again once nobody writes it any more.',
      data: { file: found.file, package: nevraOf(pkg) },
    });
  }

  #note(known: KnownPackage, file: string | null): PackageFile {
    const { digest, header } = known;
    this.#known.set(digest, known);
    return { digest, nevra: plainNevra(header), name: header.string(Tag.NAME) ?? '', file };
  }
}

/** The same wherever the file was, so that it makes the same Plan. */
const locationOf = (digest: string): string => `sha256:${digest}`;

const placed = ({ digest, checksum, size }: KnownPackage): Pick<PlannedPackage, 'location' | 'checksum' | 'size'> => ({
  location: locationOf(digest),
  checksum,
  size,
});

function optionsOf({ options }: SourceRef) {
  const list = (name: string) => (options[name] ?? []) as readonly string[];
  return { files: list('files'), imported: list('imported'), repository: String(options['repository'] ?? '') };
}

async function withStore<T>(location: string, ctx: Context, work: (store: ObjectStore) => Promise<T>): Promise<T> {
  const store = await (await ctx.get(OBJECT_STORES)).open(location);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}
