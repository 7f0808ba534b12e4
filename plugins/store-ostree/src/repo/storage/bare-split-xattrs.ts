import { lstatSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { invalid } from '../../codec/errors.ts';
import { decode } from '../../codec/gvariant/index.ts';
import { isSymlink } from '../../codec/mode.ts';
import { XATTRS_TYPE, type Xattr, xattrsFromValue } from '../../codec/xattrs.ts';
import { bareMeta, bareSize, glanceBare } from './bare.ts';
import { borrowing, type FileStorage, type StoredFile } from './storage.ts';

/**
 * Mode bare-split-xattrs: as bare, with the extended attributes of a file in an object of their own, which a hard link beside the
 * file leads to. libostree writes it only as an experiment; here it is read.
 */
export const bareSplitXattrsStorage: FileStorage = {
  glance: glanceBare,
  inspect,
  read(path) {
    const { meta } = inspect(path);
    return { meta, content: isSymlink(meta.mode) ? new Uint8Array() : readFileSync(path) };
  },
  stream: (path) => borrowing(path, inspect(path)),
  write() {
    throw invalid('a repository of mode bare-split-xattrs is only read');
  },
};

function inspect(path: string): StoredFile {
  const stat = lstatSync(path);
  return { meta: bareMeta(path, stat, readSplitXattrs(path)), size: bareSize(stat) };
}

function readSplitXattrs(path: string): readonly Xattr[] {
  const link = join(dirname(path), `${basename(path, '.file')}.file-xattrs-link`);
  return xattrsFromValue(decode(XATTRS_TYPE, readFileSync(link)));
}
