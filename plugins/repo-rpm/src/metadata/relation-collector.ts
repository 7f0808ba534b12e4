import { COMPARISON, type PackageColumns, PRE_DEPENDENCY, RELATION_KINDS } from '@ostrata/contract';
import { DependencyPool, type StringPool, U32List } from '@ostrata/package-columns';
import { numberNames } from './names.ts';
import type { XmlScanner } from './xml-scanner.ts';

/** Attributes of `rpm:entry`; a reader that collects relations numbers its names beginning with these. */
export const ENTRY_NAMES = ['name', 'flags', 'epoch', 'ver', 'rel', 'pre'] as const;
const N = numberNames(ENTRY_NAMES);

const { GREATER, EQUAL, LESS } = COMPARISON;

const ZERO = 48;
const COLON = 58;
const DASH = 45;

/** Puts the relations of packages into columns; those of one package may come in any order of kinds. */
export class RelationCollector {
  readonly #strings: StringPool;
  readonly #dependencies = new DependencyPool();
  readonly #starts = new U32List(1 << 14);
  readonly #lists = new U32List(1 << 16);
  readonly #kinds = RELATION_KINDS.map(() => new U32List(16));
  #evr: Uint8Array = new Uint8Array(512);

  constructor(strings: StringPool) {
    this.#strings = strings;
  }

  /** Takes the `rpm:entry` that the scanner is at, for a kind by its place in RELATION_KINDS. @throws MetadataError */
  add(kind: number, xml: XmlScanner): void {
    const at = xml.attribute(N.name);
    const name = at < 0 ? 0 : this.#strings.intern(xml.window, xml.attributeStart(at), xml.attributeEnd(at));
    if (name === 0) throw xml.error('METADATA_INVALID', 'a dependency has no name');
    const comparison = comparisonOf(xml);
    let evr = 0;
    if (comparison !== 0) {
      evr = this.evr(xml);
      if (evr === 0) {
        const what = this.#strings.text(name).slice(0, 80);
        throw xml.error('METADATA_INVALID', `a dependency on ${what} has no version`);
      }
    }
    const number = this.#dependencies.intern(name, comparison, evr);
    const pre = xml.attribute(N.pre);
    const isPre = pre >= 0 && xml.window[xml.attributeStart(pre)] === 49;
    this.#kinds[kind]!.push(isPre ? number + PRE_DEPENDENCY : number);
  }

  /** The package is complete. */
  finishPackage(): void {
    for (const list of this.#kinds) {
      this.#starts.push(this.#lists.length);
      this.#lists.append(list);
      list.clear();
    }
  }

  columns(): Pick<PackageColumns, 'dependencies' | 'starts' | 'lists'> {
    this.#starts.push(this.#lists.length);
    return {
      dependencies: this.#dependencies.columns(),
      starts: this.#starts.toArray(),
      lists: this.#lists.toArray(),
    };
  }

  /** The attributes `epoch`, `ver` and `rel` as one string (see `joinEvr`), by its number; 0 without any. */
  evr(xml: XmlScanner): number {
    const epoch = xml.attribute(N.epoch);
    const version = xml.attribute(N.ver);
    const release = xml.attribute(N.rel);
    let length = 0;
    if (epoch >= 0 && !isZero(xml, epoch)) {
      length = this.#copy(epoch, xml, length);
      this.#evr[length++] = COLON;
    } else if (version >= 0 && looksLikeEpoch(xml, version)) {
      this.#evr[length++] = ZERO;
      this.#evr[length++] = COLON;
    }
    if (version >= 0) length = this.#copy(version, xml, length);
    if (release >= 0 && xml.attributeEnd(release) > xml.attributeStart(release)) {
      this.#evr[length++] = DASH;
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
}

/** Bits of `flags` (LT, LE, EQ, GE, GT); 0 without. */
function comparisonOf(xml: XmlScanner): number {
  const flags = xml.attribute(N.flags);
  if (flags < 0) return 0;
  const start = xml.attributeStart(flags);
  const length = xml.attributeEnd(flags) - start;
  if (length === 0) return 0;
  if (length === 2) {
    switch ((xml.window[start]! << 8) | xml.window[start + 1]!) {
      case 0x4551:
        return EQUAL;
      case 0x4745:
        return GREATER | EQUAL;
      case 0x4754:
        return GREATER;
      case 0x4c45:
        return LESS | EQUAL;
      case 0x4c54:
        return LESS;
    }
  }
  throw xml.error('METADATA_INVALID', `"${xml.attributeText(N.flags)?.slice(0, 40)}" is no comparison`);
}

function isZero(xml: XmlScanner, attribute: number): boolean {
  const start = xml.attributeStart(attribute);
  const length = xml.attributeEnd(attribute) - start;
  return length === 0 || (length === 1 && xml.window[start] === ZERO);
}

function looksLikeEpoch(xml: XmlScanner, version: number): boolean {
  const start = xml.attributeStart(version);
  let p = start;
  while (xml.window[p]! >= ZERO && xml.window[p]! < COLON) p++;
  return p > start && p < xml.attributeEnd(version) && xml.window[p] === COLON;
}
