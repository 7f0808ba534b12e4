import type { PlannedPackage, TreeWriter } from '@ostrata/contract';
import type { StopFlag } from '@ostrata/threads';
import { fileList, type PackageFile, readPayload, Tag } from '../codec/index.ts';
import { withFile } from '../errors.ts';
import { checkIdentity, commitMetadata } from './commit-metadata.ts';
import type { ImportOptions } from './import-options.ts';
import { type LayoutFile, type PackageLayout, PLAIN_DIRECTORY, PLAIN_FILE, packageLayout } from './layout.ts';
import { OpenPackage } from './open-package.ts';
import { packageRef } from './package-ref.ts';

/** Where packages leave the lines for systemd-tmpfiles until they are joined. */
export const TMPFILES_DIRECTORY = 'usr/lib/rpm-ostree/tmpfiles.d';

/** One package to import. */
export interface UnpackJob {
  readonly package: PlannedPackage;
  /** The package file. */
  readonly file: string;
  readonly options: ImportOptions;
}

function sameMeta(a: LayoutFile, b: LayoutFile): boolean {
  return JSON.stringify(a.meta) === JSON.stringify(b.meta);
}

/** Up to this size the memory of one file serves for the next one: writers take contents in at once. */
const REUSED = 8 * 1024 * 1024;
let reused: Buffer = Buffer.alloc(0);

function room(size: number): Buffer {
  if (size > REUSED) return Buffer.allocUnsafeSlow(size);
  if (reused.length < size) reused = Buffer.allocUnsafeSlow(Math.max(64 * 1024, 2 ** Math.ceil(Math.log2(size))));
  return reused.subarray(0, size);
}

function join(pieces: Iterable<Uint8Array>, size: number): Buffer {
  const content = room(size);
  let filled = 0;
  for (const piece of pieces) {
    content.set(piece, filled);
    filled += piece.length;
  }
  return content;
}

/** Writes a file under all of its names that are part of the commit. */
function writeLinks(writer: TreeWriter, file: PackageFile, layout: PackageLayout, pieces: Iterable<Uint8Array>): void {
  const names = (file.links ?? [file.index]).flatMap((index) => layout.files.get(index) ?? []);
  const [first, ...others] = names;
  if (!first) return;
  const content = join(pieces, file.size);
  const id = writer.file(first.path, first.meta, content);
  for (const name of others) {
    if (sameMeta(first, name)) writer.link(name.path, id);
    else writer.file(name.path, name.meta, content);
  }
}

function writeTmpfiles(writer: TreeWriter, name: string, layout: PackageLayout): void {
  if (layout.tmpfiles.length === 0) return;
  const known = new Set(layout.directories.map(({ path }) => path));
  const parts = TMPFILES_DIRECTORY.split('/');
  for (let depth = 1; depth <= parts.length; depth++) {
    const path = parts.slice(0, depth).join('/');
    if (!known.has(path)) writer.directory(path, PLAIN_DIRECTORY);
  }
  writer.file(`${TMPFILES_DIRECTORY}/${name}.conf`, PLAIN_FILE, Buffer.from(`${layout.tmpfiles.join('\n')}\n`));
}

function writeTree(
  writer: TreeWriter,
  source: OpenPackage,
  layout: PackageLayout,
  name: string,
  stop: StopFlag | undefined,
): void {
  writer.directory('', PLAIN_DIRECTORY);
  for (const { path, meta } of layout.directories) writer.directory(path, meta);
  for (const { path, meta, target } of layout.symlinks) writer.symlink(path, meta, target);
  for (const { file, content, hasContent } of readPayload(source.rpm, source.payload())) {
    stop?.throwIfSet();
    if (hasContent) writeLinks(writer, file, layout, content);
  }
  writeTmpfiles(writer, name, layout);
}

/**
 * Unpacks one package into the store and gives it its ref; nothing of it is reachable before. Synchronous: runs in a worker thread.
 * The commit's time is the package's build time, so that the same package makes the same commit everywhere.
 * @param stop looked at between files.
 * @returns the commit.
 * @throws RpmError with the codes of the codec and of `packageLayout`, ThreadStopped.
 */
export function unpack(job: UnpackJob, openWriter: () => TreeWriter, stop?: StopFlag): string {
  const { package: pkg, file, options } = job;
  try {
    using source = new OpenPackage(file);
    const { rpm } = source;
    checkIdentity(pkg, rpm.metadata, file);
    const layout = packageLayout(fileList(rpm.metadata).files, options);
    const metadata = commitMetadata(pkg, rpm, source.start(), options, layout.devices.length > 0);
    const writer = openWriter();
    try {
      writeTree(writer, source, layout, pkg.name, stop);
      return writer.commit({
        ref: packageRef(pkg),
        parent: null,
        subject: '',
        body: '',
        timestamp: rpm.metadata.number(Tag.BUILDTIME) ?? 0,
        metadata,
      });
    } catch (error) {
      writer.abort();
      throw error;
    }
  } catch (error) {
    throw withFile(error, file);
  }
}
