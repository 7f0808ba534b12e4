import { RELATION_KINDS } from '@ostrata/contract';
import { StringPool, U32List } from '@ostrata/package-columns';
import { decimal } from './decimal.ts';
import { numberNames } from './names.ts';
import { DETAILS, Detail, PackedPackages, QUANTITIES, Quantity, WholeDetails } from './packed-packages.ts';
import { PathCollector } from './path-lists.ts';
import { ENTRY_NAMES, RelationCollector } from './relation-collector.ts';
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
  'description',
  'packager',
  'url',
  'time',
  'build',
  'size',
  'installed',
  'location',
  'href',
  'xml:base',
  'format',
  'rpm:vendor',
  'rpm:license',
  'rpm:sourcerpm',
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

/** What a name does, by its number: arrays, as elements are many. */
const DETAIL_OF = new Int8Array(NAMES.length + 1).fill(-1);
const KIND_OF = new Int8Array(NAMES.length + 1).fill(-1);
for (const [name, column] of [
  [N.summary, Detail.SUMMARY],
  [N.description, Detail.DESCRIPTION],
  [N.url, Detail.URL],
  [N['rpm:license'], Detail.LICENSE],
  [N.packager, Detail.PACKAGER],
  [N['rpm:sourcerpm'], Detail.SOURCE],
  [N.checksum, Detail.CHECKSUM],
] as const) {
  DETAIL_OF[name] = column;
}
/** Details that packages of several sources have in common: 1. */
const SHARED = new Uint8Array(DETAILS);
for (const column of [Detail.URL, Detail.LICENSE, Detail.PACKAGER, Detail.SOURCE]) SHARED[column] = 1;
for (const [index, kind] of RELATION_KINDS.entries()) KIND_OF[N[`rpm:${kind}`]] = index;

/** The greatest number that an epoch can be. */
const MAX_EPOCH = 2 ** 32 - 1;

/**
 * Reads `primary.xml` into columns as its bytes arrive (createrepo_c, src/xml_dump_primary.c). Elements that nothing here needs are
 * passed over, as are "packages" of other types than rpm. The number of packages at the root is not looked at: it is wrong where
 * people edit metadata, and nothing here depends on it.
 */
export class PrimaryReader implements XmlHandler {
  readonly #xml: XmlScanner;
  readonly #strings = new StringPool();
  readonly #names = new U32List();
  readonly #evrs = new U32List();
  readonly #archs = new U32List();
  readonly #vendors = new U32List();
  readonly #relations = new RelationCollector(this.#strings);
  readonly #paths = new PathCollector(new StringPool());
  readonly #detailStrings = new StringPool();
  readonly #texts = new U32List(1 << 14);
  readonly #quantities: number[] = [];
  readonly #row = { name: 0, evr: 0, arch: 0, vendor: 0 };
  readonly #detail = new Uint32Array(DETAILS);
  readonly #quantity = new Float64Array(QUANTITIES);
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
    const columns = {
      names: this.#names.toArray(),
      evrs: this.#evrs.toArray(),
      archs: this.#archs.toArray(),
      vendors: this.#vendors.toArray(),
      ...this.#relations.columns(),
    };
    const details = {
      strings: this.#detailStrings,
      texts: this.#texts.toArray(),
      quantities: Float64Array.from(this.#quantities),
    };
    const count = this.#names.length;
    const whole = new WholeDetails(columns, details);
    return new PackedPackages(count, this.#strings, undefined, this.#paths.finish(), () => whole);
  }

  open(name: number, xml: XmlScanner): boolean {
    switch (xml.depth) {
      case 1:
        xml.expectRoot(name, N.metadata);
        return false;
      case 2:
        if (name === N.package) this.#begin(xml);
        return false;
      case 3:
        return !this.#skipping && this.#property(name, xml);
      case 4:
        this.#kind = KIND_OF[name] ?? -1;
        return !this.#skipping && (name === N.file || name === N['rpm:vendor'] || (DETAIL_OF[name] ?? -1) >= 0);
      case 5:
        if (name === N['rpm:entry'] && this.#kind >= 0 && !this.#skipping) this.#relations.add(this.#kind, xml);
        return false;
      default:
        return false;
    }
  }

  close(name: number, xml: XmlScanner): void {
    if (this.#skipping) return;
    const { depth } = xml;
    if (depth === 4 && name === N.file) this.#paths.add(xml.text, 0, xml.textLength);
    else if (depth === 4 && name === N['rpm:vendor']) this.#row.vendor = this.#textIn(this.#strings, xml);
    else if (depth === 3 && name === N.name) this.#row.name = this.#textIn(this.#strings, xml);
    else if (depth === 3 && name === N.arch) this.#row.arch = this.#textIn(this.#strings, xml);
    else if (depth === 3 || depth === 4) {
      const column = DETAIL_OF[name] ?? -1;
      if (column >= 0) this.#detail[column] = this.#detailText(column, xml.text, 0, xml.textLength);
    } else if (depth === 2 && name === N.package) this.#finish(xml);
  }

  #begin(xml: XmlScanner): void {
    const type = xml.attribute(N.type);
    this.#skipping = type >= 0 && !isRpm(xml.window, xml.attributeStart(type), xml.attributeEnd(type));
    if (this.#skipping) return;
    Object.assign(this.#row, { name: 0, evr: 0, arch: 0, vendor: 0 });
    this.#detail.fill(0);
    this.#quantity.fill(0);
    this.#paths.beginRow();
  }

  /** A child of `package`; true for those whose text is wanted. */
  #property(name: number, xml: XmlScanner): boolean {
    switch (name) {
      case N.name:
      case N.arch:
        return true;
      case N.version: {
        this.#number(N.epoch, 'an epoch', xml, MAX_EPOCH);
        const version = xml.attribute(N.ver);
        const hasVersion = version >= 0 && xml.attributeEnd(version) > xml.attributeStart(version);
        this.#row.evr = hasVersion ? this.#relations.evr(xml) : 0;
        return false;
      }
      case N.checksum:
        this.#detail[Detail.ALGORITHM] = this.#algorithm(xml);
        return true;
      case N.size:
        this.#quantity[Quantity.SIZE] = this.#number(N.package, 'a size', xml);
        this.#quantity[Quantity.INSTALLED] = this.#number(N.installed, 'a size', xml);
        return false;
      case N.time:
        this.#quantity[Quantity.BUILD_TIME] = this.#number(N.build, 'a time', xml);
        return false;
      case N.location: {
        const href = xml.attribute(N.href);
        const base = xml.attributeText(N['xml:base']);
        if (base !== undefined) {
          const whole = joinBase(base, xml.attributeText(N.href) ?? '');
          this.#detail[Detail.LOCATION] = this.#detailStrings.internText(whole);
        } else if (href >= 0) {
          const [start, end] = [xml.attributeStart(href), xml.attributeEnd(href)];
          this.#detail[Detail.LOCATION] = this.#detailText(Detail.LOCATION, xml.window, start, end);
        }
        return false;
      }
      default:
        return (DETAIL_OF[name] ?? -1) >= 0;
    }
  }

  #finish(xml: XmlScanner): void {
    const { name, evr, arch, vendor } = this.#row;
    const missing =
      (name === 0 && 'name') ||
      (arch === 0 && 'arch') ||
      (evr === 0 && 'version') ||
      (this.#detail[Detail.CHECKSUM] === 0 && 'checksum') ||
      (this.#detail[Detail.LOCATION] === 0 && 'location');
    if (missing !== false) {
      const which = this.#strings.text(name) || `number ${this.#names.length + 1}`;
      throw xml.error('METADATA_INVALID', `the package ${which.slice(0, 80)} has no ${missing}`);
    }
    this.#names.push(name);
    this.#evrs.push(evr);
    this.#archs.push(arch);
    this.#vendors.push(vendor);
    for (let i = 0; i < DETAILS; i++) this.#texts.push(this.#detail[i]!);
    for (let i = 0; i < QUANTITIES; i++) this.#quantities.push(this.#quantity[i]!);
    this.#relations.finishPackage();
  }

  /** A detail's bytes; packages of one source follow each other, and what they do not share hardly any others have. */
  #detailText(column: number, bytes: Uint8Array, start: number, end: number): number {
    if (end === start) return 0;
    const strings = this.#detailStrings;
    const before = this.#texts.length < DETAILS ? 0 : this.#texts.at(this.#texts.length - DETAILS + column);
    if (strings.isEqual(before, bytes, start, end)) return before;
    return SHARED[column] === 1 ? strings.intern(bytes, start, end) : strings.append(bytes, start, end);
  }

  /** The checksum's kind, in small letters; nearly always that of the package before. */
  #algorithm(xml: XmlScanner): number {
    const type = xml.attribute(N.type);
    const before = this.#texts.length < DETAILS ? 0 : this.#texts.at(this.#texts.length - DETAILS + Detail.ALGORITHM);
    const strings = this.#detailStrings;
    if (type >= 0 && strings.isEqual(before, xml.window, xml.attributeStart(type), xml.attributeEnd(type)))
      return before;
    return strings.internText((xml.attributeText(N.type) ?? '').toLowerCase());
  }

  #textIn(strings: StringPool, xml: XmlScanner): number {
    return strings.intern(xml.text, 0, xml.textLength);
  }

  /** An attribute's number; 0 without it. */
  #number(name: number, what: string, xml: XmlScanner, max = Number.MAX_SAFE_INTEGER): number {
    const at = xml.attribute(name);
    if (at < 0) return 0;
    const end = xml.attributeEnd(at);
    let value = 0;
    for (let i = xml.attributeStart(at); i < end; i++) {
      const digit = xml.window[i]! - 48;
      value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN;
    }
    return value <= max ? value : decimal(xml.attributeText(name), what, max, xml.line);
  }
}

function isRpm(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 3 && bytes[start] === 114 && bytes[start + 1] === 112 && bytes[start + 2] === 109;
}

/** `xml:base` before a relative location. */
export function joinBase(base: string, href: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return href;
  return base.endsWith('/') ? base + href : `${base}/${href}`;
}
