import { numberNames } from './names.ts';
import { COMPARISONS, PACKED_KINDS, type PackageColumns, PRE } from './packed-packages.ts';
import type { StringPool } from './string-pool.ts';
import { U32List } from './u32-list.ts';
import type { XmlScanner } from './xml-scanner.ts';

/** Attributes of `rpm:entry`; a reader that collects relations numbers its names beginning with these. */
export const ENTRY_NAMES = ['name', 'flags', 'epoch', 'ver', 'rel', 'pre'] as const;
const N = numberNames(ENTRY_NAMES);

const FLAGS: { readonly [flags: string]: number } = {
  LT: COMPARISONS.indexOf('<'),
  LE: COMPARISONS.indexOf('<='),
  EQ: COMPARISONS.indexOf('='),
  GE: COMPARISONS.indexOf('>='),
  GT: COMPARISONS.indexOf('>'),
};

interface Relations {
  readonly names: U32List;
  readonly evrs: U32List;
  readonly flags: U32List;
}

function relations(capacity: number): Relations {
  return { names: new U32List(capacity), evrs: new U32List(capacity), flags: new U32List(capacity) };
}

/** Puts the relations of packages into columns; those of one package may come in any order of kinds. */
export class RelationCollector {
  readonly #strings: StringPool;
  readonly #starts = new U32List(1 << 14);
  readonly #all = relations(1 << 16);
  readonly #kinds = PACKED_KINDS.map(() => relations(16));
  #evr: Uint8Array = new Uint8Array(512);

  constructor(strings: StringPool) {
    this.#strings = strings;
  }

  /** Takes the `rpm:entry` that the scanner is at, for a kind by its place in PACKED_KINDS. @throws MetadataError */
  add(kind: number, xml: XmlScanner): void {
    const name = this.#intern(xml.attribute(N.name), xml);
    if (name === 0) throw xml.error('METADATA_INVALID', 'a dependency has no name');
    let flags = 0;
    let evr = 0;
    const comparison = xml.attributeText(N.flags);
    if (comparison !== undefined && comparison !== '') {
      flags = FLAGS[comparison] ?? 0;
      if (flags === 0) throw xml.error('METADATA_INVALID', `"${comparison.slice(0, 40)}" is no comparison`);
      evr = this.#joinEvr(xml);
      if (evr === 0) {
        const what = this.#strings.text(name).slice(0, 80);
        throw xml.error('METADATA_INVALID', `a dependency on ${what} has no version`);
      }
    }
    const pre = xml.attribute(N.pre);
    if (pre >= 0 && xml.window[xml.attributeStart(pre)] === 49) flags |= PRE;
    const list = this.#kinds[kind]!;
    list.names.push(name);
    list.evrs.push(evr);
    list.flags.push(flags);
  }

  /** The package is complete. */
  finishPackage(): void {
    for (const list of this.#kinds) {
      this.#starts.push(this.#all.names.length);
      this.#all.names.append(list.names);
      this.#all.evrs.append(list.evrs);
      this.#all.flags.append(list.flags);
      list.names.clear();
      list.evrs.clear();
      list.flags.clear();
    }
  }

  columns(): Pick<PackageColumns, 'relationStarts' | 'relationNames' | 'relationEvrs' | 'relationFlags'> {
    this.#starts.push(this.#all.names.length);
    return {
      relationStarts: this.#starts.toArray(),
      relationNames: this.#all.names.toArray(),
      relationEvrs: this.#all.evrs.toArray(),
      relationFlags: Uint8Array.from(this.#all.flags.toArray()),
    };
  }

  /** `[epoch:]version[-release]` as one string; an epoch of 0 is left out. */
  #joinEvr(xml: XmlScanner): number {
    const epoch = xml.attribute(N.epoch);
    const release = xml.attribute(N.rel);
    let length = 0;
    if (epoch >= 0 && !isZero(xml, epoch)) {
      length = this.#copy(epoch, xml, length);
      this.#evr[length++] = 58;
    }
    const version = xml.attribute(N.ver);
    if (version >= 0) length = this.#copy(version, xml, length);
    if (release >= 0 && xml.attributeEnd(release) > xml.attributeStart(release)) {
      this.#evr[length++] = 45;
      length = this.#copy(release, xml, length);
    }
    return this.#strings.intern(this.#evr, 0, length);
  }

  /** Copies a value behind `length` bytes, leaving room for a separator; returns the new length. */
  #copy(attribute: number, xml: XmlScanner, length: number): number {
    const { window } = xml;
    const start = xml.attributeStart(attribute);
    const end = xml.attributeEnd(attribute);
    if (length + end - start + 2 > this.#evr.length) {
      const grown = new Uint8Array((length + end - start + 2) * 2);
      grown.set(this.#evr);
      this.#evr = grown;
    }
    let to = length;
    for (let i = start; i < end; i++) this.#evr[to++] = window[i]!;
    return to;
  }

  #intern(attribute: number, xml: XmlScanner): number {
    if (attribute < 0) return 0;
    return this.#strings.intern(xml.window, xml.attributeStart(attribute), xml.attributeEnd(attribute));
  }
}

function isZero(xml: XmlScanner, attribute: number): boolean {
  const start = xml.attributeStart(attribute);
  const length = xml.attributeEnd(attribute) - start;
  return length === 0 || (length === 1 && xml.window[start] === 48);
}
