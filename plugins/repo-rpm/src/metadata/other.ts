import type { ChangelogEntry } from '@ostrata/contract';
import { StringPool, U32List } from '@ostrata/package-columns';
import { decimal } from './decimal.ts';
import { numberNames } from './names.ts';
import { type XmlHandler, type XmlLimits, XmlScanner } from './xml-scanner.ts';

const NAMES = ['otherdata', 'package', 'pkgid', 'changelog', 'author', 'date'] as const;
const N = numberNames(NAMES);

/** Greatest time that a changelog can have: rpm keeps 32 bits. */
const MAX_TIME = 2 ** 32 - 1;

export interface ChangelogColumns {
  readonly strings: StringPool;
  /** Numbers of the checksums of the package files, one a row. */
  readonly packages: Uint32Array;
  /** Where the entries of a row begin; one number more than there are rows. */
  readonly starts: Uint32Array;
  readonly authors: Uint32Array;
  /** Seconds since the epoch. */
  readonly times: Uint32Array;
  readonly texts: Uint32Array;
}

/** The changelogs of all packages of an `other.xml`, by the checksum of the package file. */
export class Changelogs {
  readonly columns: ChangelogColumns;
  readonly #rows: ReadonlyMap<string, number>;

  constructor(columns: ChangelogColumns) {
    this.columns = columns;
    this.#rows = new Map(Array.from(columns.packages, (id, row) => [columns.strings.text(id), row]));
  }

  /** The entries of a package, the latest first. */
  of(checksum: string): ChangelogEntry[] {
    const row = this.#rows.get(checksum);
    if (row === undefined) return [];
    const { strings, starts, authors, times, texts } = this.columns;
    const entries: ChangelogEntry[] = [];
    for (let i = starts[row]!; i < starts[row + 1]!; i++) {
      entries.push({ author: strings.text(authors[i]!), time: times[i]!, text: strings.text(texts[i]!) });
    }
    // createrepo_c writes the oldest first; entries of one day keep their order.
    return entries.reverse().sort((a, b) => b.time - a.time);
  }
}

/** Reads `other.xml` as its bytes arrive (createrepo_c, src/xml_dump_other.c). */
export class OtherReader implements XmlHandler {
  readonly #xml: XmlScanner;
  readonly #strings = new StringPool();
  readonly #packages = new U32List();
  readonly #starts = new U32List();
  readonly #authors = new U32List();
  readonly #times = new U32List();
  readonly #texts = new U32List();

  constructor(limits: Partial<XmlLimits> = {}) {
    this.#xml = new XmlScanner(NAMES, this, limits);
  }

  /** @throws MetadataError */
  write(chunk: Uint8Array): void {
    this.#xml.write(chunk);
  }

  /** @throws MetadataError */
  end(): Changelogs {
    this.#xml.end();
    this.#starts.push(this.#texts.length);
    return new Changelogs({
      strings: this.#strings,
      packages: this.#packages.toArray(),
      starts: this.#starts.toArray(),
      authors: this.#authors.toArray(),
      times: this.#times.toArray(),
      texts: this.#texts.toArray(),
    });
  }

  open(name: number, xml: XmlScanner): boolean {
    if (xml.depth === 1) xml.expectRoot(name, N.otherdata);
    if (xml.depth === 2 && name === N.package) {
      const id = xml.attributeText(N.pkgid) ?? '';
      if (id === '') throw xml.error('METADATA_INVALID', 'a package of the changelogs has no pkgid');
      this.#packages.push(this.#strings.internText(id));
      this.#starts.push(this.#texts.length);
    }
    if (xml.depth !== 3 || name !== N.changelog || this.#packages.length === 0) return false;
    this.#authors.push(this.#strings.internText(xml.attributeText(N.author) ?? ''));
    this.#times.push(decimal(xml.attributeText(N.date), 'the date of a changelog', MAX_TIME, xml.line));
    return true;
  }

  close(name: number, xml: XmlScanner): void {
    if (xml.depth === 3 && name === N.changelog && this.#authors.length > this.#texts.length) {
      this.#texts.push(this.#strings.intern(xml.text, 0, xml.textLength));
    }
  }
}
