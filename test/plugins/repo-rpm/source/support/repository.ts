import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';

export interface TestPackage {
  readonly name: string;
  readonly version?: string;
  readonly arch?: string;
  /** The package file; what is in it matters only where signatures are checked. */
  readonly content?: Uint8Array;
  readonly location?: string;
  readonly requires?: readonly string[];
  readonly files?: readonly string[];
  readonly checksum?: string;
}

export interface TestRepository {
  readonly directory: string;
  readonly repomd: Buffer;
  readonly digest: string;
  /** Relative path of each metadata file. */
  readonly paths: { readonly primary: string; readonly filelists: string; readonly group: string };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const COMPS =
  '<comps><group><id>base</id><name>Base</name><packagelist><packagereq>a</packagereq></packagelist></group></comps>';

/** Writes a repository as createrepo_c would, of packages whose files hold anything. */
export function writeRepository(
  directory: string,
  packages: readonly TestPackage[],
  options: { primary?: string; revision?: number } = {},
): TestRepository {
  mkdirSync(join(directory, 'repodata'), { recursive: true });
  const described = packages.map((pkg) => {
    const content = pkg.content ?? Buffer.from(`package ${pkg.name} ${pkg.version ?? '1'}`);
    const location = pkg.location ?? `Packages/${pkg.name}-${pkg.version ?? '1'}-1.${pkg.arch ?? 'noarch'}.rpm`;
    if (!location.includes('..') && !location.includes(':')) {
      const path = join(directory, location);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, content);
    }
    return { ...pkg, location, size: content.length, checksum: pkg.checksum ?? sha256(content) };
  });
  const primary =
    options.primary ??
    `<metadata packages="${packages.length}">${described
      .map(
        ({ name, version = '1', arch = 'noarch', checksum, size, location, requires = [] }) =>
          `<package type="rpm"><name>${name}</name><arch>${arch}</arch><version epoch="0" ver="${version}" rel="1"/>
<checksum type="sha256" pkgid="YES">${checksum}</checksum><summary>${name}</summary><size package="${size}" installed="10"/><location href="${location}"/>
<format><rpm:requires>${requires.map((dep) => `<rpm:entry name="${dep}"/>`).join('')}</rpm:requires></format></package>`,
      )
      .join('\n')}</metadata>`;
  const filelists = `<filelists>${described
    .map(
      ({ name, arch = 'noarch', checksum, files = [] }) =>
        `<package pkgid="${checksum}" name="${name}" arch="${arch}">${files.map((file) => `<file>${file}</file>`).join('')}</package>`,
    )
    .join('')}</filelists>`;
  const files = [
    ['primary', gzipSync(primary), '.gz'],
    ['filelists', zstdCompressSync(filelists), '.zst'],
    ['group', Buffer.from(COMPS), ''],
  ] as const;
  const paths: { [type: string]: string } = {};
  const entries = files.map(([type, bytes, ending]) => {
    const path = `repodata/${sha256(bytes)}-${type}.xml${ending}`;
    writeFileSync(join(directory, path), bytes);
    paths[type] = path;
    return `<data type="${type}"><checksum type="sha256">${sha256(bytes)}</checksum><location href="${path}"/><timestamp>1700000000</timestamp><size>${bytes.length}</size></data>`;
  });
  const repomd = Buffer.from(
    `<?xml version="1.0"?>\n<repomd><revision>${options.revision ?? 1}</revision>${entries.join('')}</repomd>\n`,
  );
  writeFileSync(join(directory, 'repodata', 'repomd.xml'), repomd);
  return { directory, repomd, digest: sha256(repomd), paths: paths as TestRepository['paths'] };
}
