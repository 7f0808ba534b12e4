import { numberNames } from './names.ts';
import { type FileColumns, internPath } from './packed-packages.ts';
import { StringPool } from './string-pool.ts';
import { U32List } from './u32-list.ts';
import { type XmlHandler, type XmlLimits, XmlScanner } from './xml-scanner.ts';

const NAMES = ['filelists', 'package', 'pkgid', 'file'] as const;
const N = numberNames(NAMES);

/** The paths of all packages of a `filelists.xml`, by the checksum of the package file. */
export interface FileLists {
  readonly strings: StringPool;
  /** String ids of the checksums, one a package. */
  readonly packages: Uint32Array;
  readonly files: FileColumns;
}

/** Reads `filelists.xml` as its bytes arrive (createrepo_c, src/xml_dump_filelists.c). */
export class FileListsReader implements XmlHandler {
  readonly #xml: XmlScanner;
  readonly #strings = new StringPool();
  readonly #packages = new U32List();
  readonly #starts = new U32List();
  readonly #directories = new U32List(1 << 16);
  readonly #names = new U32List(1 << 16);

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
    this.#starts.push(this.#directories.length);
    return {
      strings: this.#strings,
      packages: this.#packages.toArray(),
      files: {
        starts: this.#starts.toArray(),
        directories: this.#directories.toArray(),
        names: this.#names.toArray(),
      },
    };
  }

  open(name: number, xml: XmlScanner): boolean {
    if (xml.depth === 1 && name !== N.filelists) {
      throw xml.error(
        'METADATA_UNEXPECTED',
        `the root element is "${xml.names.text(name).slice(0, 60)}" and not "filelists"`,
      );
    }
    if (xml.depth === 2 && name === N.package) {
      const id = xml.attribute(N.pkgid);
      if (id < 0) throw xml.error('METADATA_INVALID', 'a package of the file lists has no pkgid');
      this.#packages.push(this.#strings.intern(xml.window, xml.attributeStart(id), xml.attributeEnd(id)));
      this.#starts.push(this.#directories.length);
    }
    return xml.depth === 3 && name === N.file;
  }

  close(name: number, xml: XmlScanner): void {
    if (xml.depth === 3 && name === N.file) {
      internPath(this.#strings, xml.text, 0, xml.textLength, this.#directories, this.#names);
    }
  }
}
