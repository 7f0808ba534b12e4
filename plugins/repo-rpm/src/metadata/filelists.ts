import { StringPool, U32List } from '@ostrata/package-columns';
import { numberNames } from './names.ts';
import { PathCollector, type PathLists } from './path-lists.ts';
import { type XmlHandler, type XmlLimits, XmlScanner } from './xml-scanner.ts';

const NAMES = ['filelists', 'package', 'pkgid', 'file'] as const;
const N = numberNames(NAMES);

/** The paths of all packages of a `filelists.xml`, by the checksum of the package file. */
export interface FileLists {
  /** Numbers of the checksums among the strings of the paths, one a row. */
  readonly packages: Uint32Array;
  readonly paths: PathLists;
}

/** Reads `filelists.xml` as its bytes arrive (createrepo_c, src/xml_dump_filelists.c). */
export class FileListsReader implements XmlHandler {
  readonly #xml: XmlScanner;
  readonly #paths = new PathCollector(new StringPool());
  readonly #packages = new U32List();

  constructor(limits: Partial<XmlLimits> = {}) {
    this.#xml = new XmlScanner(NAMES, this, limits);
  }

  /** @throws MetadataError */
  write(chunk: Uint8Array): void {
    this.#xml.write(chunk);
  }

  /** @throws MetadataError */
  end(): FileLists {
    this.#xml.end();
    return { packages: this.#packages.toArray(), paths: this.#paths.finish() };
  }

  open(name: number, xml: XmlScanner): boolean {
    if (xml.depth === 1) xml.expectRoot(name, N.filelists);
    if (xml.depth === 2 && name === N.package) {
      const id = xml.attribute(N.pkgid);
      if (id < 0) throw xml.error('METADATA_INVALID', 'a package of the file lists has no pkgid');
      this.#packages.push(this.#paths.strings.intern(xml.window, xml.attributeStart(id), xml.attributeEnd(id)));
      this.#paths.beginRow();
    }
    return xml.depth === 3 && name === N.file;
  }

  close(name: number, xml: XmlScanner): void {
    if (xml.depth === 3 && name === N.file) this.#paths.add(xml.text, 0, xml.textLength);
  }
}
