import { numberNames } from './names.ts';
import { Column, decimal, internPath, PACKED_KINDS, PackedPackages, ROW } from './packed-packages.ts';
import { ENTRY_NAMES, RelationCollector } from './relation-collector.ts';
import { StringPool } from './string-pool.ts';
import { U32List } from './u32-list.ts';
import { type XmlHandler, type XmlLimits, XmlScanner } from './xml-scanner.ts';

const NAMES = [
  ...ENTRY_NAMES,
  'metadata',
  'package',
  'type',
  'arch',
  'version',
  'checksum',
  'summary',
  'size',
  'installed',
  'location',
  'href',
  'xml:base',
  'format',
  'rpm:vendor',
  'rpm:entry',
  'file',
  'rpm:provides',
  'rpm:requires',
  'rpm:conflicts',
  'rpm:obsoletes',
  'rpm:recommends',
  'rpm:suggests',
  'rpm:supplements',
  'rpm:enhances',
] as const;
const N = numberNames(NAMES);

const REQUIRED = [
  ['name', Column.NAME],
  ['arch', Column.ARCH],
  ['version', Column.VERSION],
  ['checksum', Column.CHECKSUM],
  ['location', Column.LOCATION],
] as const;

/** Names whose element's text goes into a column. */
const TEXTS = new Map<number, number>([
  [N.name, Column.NAME],
  [N.arch, Column.ARCH],
  [N.summary, Column.SUMMARY],
  [N.checksum, Column.CHECKSUM],
]);

const KIND_OF = new Map<number, number>(PACKED_KINDS.map((kind, index) => [N[`rpm:${kind}` as keyof typeof N], index]));

/** The greatest number that an epoch can be. */
const MAX_EPOCH = 2 ** 32 - 1;

/**
 * Reads `primary.xml` into columns as its bytes arrive (createrepo_c, src/xml_dump_primary.c). Elements that nothing here needs are
 * passed over, as are "packages" of other types than rpm.
 */
export class PrimaryReader implements XmlHandler {
  readonly #xml: XmlScanner;
  readonly #strings = new StringPool();
  readonly #rows = new U32List(1 << 14);
  readonly #sizes: number[] = [];
  readonly #relations = new RelationCollector(this.#strings);
  readonly #fileStarts = new U32List();
  readonly #directories = new U32List();
  readonly #fileNames = new U32List();
  readonly #row = new Uint32Array(ROW);
  #size = 0;
  #installed = 0;
  #count = 0;
  #skipping = false;
  #kind = -1;

  constructor(limits: Partial<XmlLimits> = {}) {
    this.#xml = new XmlScanner(NAMES, this, limits);
  }

  /** @throws MetadataError */
  write(chunk: Uint8Array): void {
    this.#xml.write(chunk);
  }

  /** @throws MetadataError */
  end(): PackedPackages {
    this.#xml.end();
    this.#fileStarts.push(this.#directories.length);
    return new PackedPackages({
      strings: this.#strings,
      count: this.#count,
      rows: this.#rows.toArray(),
      sizes: Float64Array.from(this.#sizes),
      ...this.#relations.columns(),
      files: {
        starts: this.#fileStarts.toArray(),
        directories: this.#directories.toArray(),
        names: this.#fileNames.toArray(),
      },
    });
  }

  open(name: number, xml: XmlScanner): boolean {
    switch (xml.depth) {
      case 1:
        if (name !== N.metadata) {
          throw xml.error(
            'METADATA_UNEXPECTED',
            `the root element is "${xml.names.text(name).slice(0, 60)}" and not "metadata"`,
          );
        }
        return false;
      case 2:
        if (name === N.package) this.#begin(xml);
        return false;
      case 3:
        return !this.#skipping && this.#property(name, xml);
      case 4:
        if (name === N['rpm:vendor'] || name === N.file) return !this.#skipping;
        this.#kind = KIND_OF.get(name) ?? -1;
        return false;
      case 5:
        if (name === N['rpm:entry'] && this.#kind >= 0 && !this.#skipping) this.#relations.add(this.#kind, xml);
        return false;
      default:
        return false;
    }
  }

  close(name: number, xml: XmlScanner): void {
    if (this.#skipping) return;
    if (xml.depth === 3) {
      const column = TEXTS.get(name);
      if (column !== undefined) this.#row[column] = this.#strings.intern(xml.text, 0, xml.textLength);
    } else if (xml.depth === 4) {
      if (name === N.file) {
        internPath(this.#strings, xml.text, 0, xml.textLength, this.#directories, this.#fileNames);
      } else if (name === N['rpm:vendor']) {
        this.#row[Column.VENDOR] = this.#strings.intern(xml.text, 0, xml.textLength);
      }
      this.#kind = -1;
    } else if (xml.depth === 2 && name === N.package) this.#finish(xml);
  }

  #begin(xml: XmlScanner): void {
    this.#skipping = (xml.attributeText(N.type) ?? 'rpm') !== 'rpm';
    if (this.#skipping) return;
    this.#row.fill(0);
    this.#size = 0;
    this.#installed = 0;
    this.#fileStarts.push(this.#directories.length);
  }

  /** A child of `package`; true for those whose text is wanted. */
  #property(name: number, xml: XmlScanner): boolean {
    const row = this.#row;
    switch (name) {
      case N.version:
        row[Column.EPOCH] = decimal(xml.attributeText(N.epoch) || '0', 'an epoch', MAX_EPOCH, xml.line);
        row[Column.VERSION] = this.#attribute(N.ver, xml);
        row[Column.RELEASE] = this.#attribute(N.rel, xml);
        return false;
      case N.checksum:
        row[Column.ALGORITHM] = this.#strings.internText((xml.attributeText(N.type) ?? '').toLowerCase());
        return true;
      case N.size:
        this.#size = this.#bytes(N.package, xml);
        this.#installed = this.#bytes(N.installed, xml);
        return false;
      case N.location: {
        const base = xml.attributeText(N['xml:base']);
        if (base === undefined) row[Column.LOCATION] = this.#attribute(N.href, xml);
        else row[Column.LOCATION] = this.#strings.internText(joinBase(base, xml.attributeText(N.href) ?? ''));
        return false;
      }
      default:
        return TEXTS.has(name);
    }
  }

  #finish(xml: XmlScanner): void {
    for (const [name, column] of REQUIRED) {
      if (this.#row[column] !== 0) continue;
      const which = this.#strings.text(this.#row[Column.NAME]!) || `number ${this.#count + 1}`;
      throw xml.error('METADATA_INVALID', `the package ${which.slice(0, 80)} has no ${name}`);
    }
    for (const value of this.#row) this.#rows.push(value);
    this.#sizes.push(this.#size, this.#installed);
    this.#relations.finishPackage();
    this.#count++;
  }

  #attribute(name: number, xml: XmlScanner): number {
    const index = xml.attribute(name);
    return index < 0 ? 0 : this.#strings.intern(xml.window, xml.attributeStart(index), xml.attributeEnd(index));
  }

  #bytes(name: number, xml: XmlScanner): number {
    const text = xml.attributeText(name);
    return text === undefined || text === '' ? 0 : decimal(text, 'a size', Number.MAX_SAFE_INTEGER, xml.line);
  }
}

/** `xml:base` before a relative location. */
export function joinBase(base: string, href: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return href;
  return base.endsWith('/') ? base + href : `${base}/${href}`;
}
