import type { Advisory } from '@ostrata/contract';
import { decimal } from './decimal.ts';
import { numberNames } from './names.ts';
import { type XmlHandler, type XmlLimits, XmlScanner } from './xml-scanner.ts';

const NAMES = [
  'updates',
  'update',
  'type',
  'id',
  'title',
  'severity',
  'description',
  'issued',
  'date',
  'references',
  'reference',
  'href',
  'pkglist',
  'collection',
  'package',
  'name',
  'epoch',
  'version',
  'release',
  'arch',
] as const;
const N = numberNames(NAMES);

const MAX_EPOCH = 2 ** 32 - 1;

/** Bytes that an updateinfo file may have, decompressed: Fedora's has 50 MB. */
export const MAX_UPDATEINFO = 1024 * 2 ** 20;

type Draft = {
  -readonly [Key in keyof Advisory]: Advisory[Key] extends readonly (infer Item)[] ? Item[] : Advisory[Key];
};

/** Reads `updateinfo.xml` as its bytes arrive (createrepo_c, src/xml_dump_updateinfo.c). */
export class UpdateInfoReader implements XmlHandler {
  readonly #xml: XmlScanner;
  readonly #advisories: Advisory[] = [];
  #draft: Draft | null = null;
  #list = 0;

  constructor(limits: Partial<XmlLimits> = {}) {
    this.#xml = new XmlScanner(NAMES, this, { size: MAX_UPDATEINFO, ...limits });
  }

  /** @throws MetadataError */
  write(chunk: Uint8Array): void {
    this.#xml.write(chunk);
  }

  /** @throws MetadataError */
  end(): Advisory[] {
    this.#xml.end();
    return this.#advisories;
  }

  open(name: number, xml: XmlScanner): boolean {
    switch (xml.depth) {
      case 1:
        xml.expectRoot(name, N.updates);
        return false;
      case 2:
        this.#draft = name === N.update ? draft(xml.attributeText(N.type) ?? '') : null;
        return false;
      case 3:
        this.#list = name;
        if (name === N.issued && this.#draft !== null) this.#draft.issued = timeOf(xml.attributeText(N.date) ?? '');
        return name === N.id || name === N.title || name === N.severity || name === N.description;
      case 4:
        if (this.#list === N.references && name === N.reference) this.#reference(xml);
        return false;
      case 5:
        if (this.#list === N.pkglist && name === N.package) this.#package(xml);
        return false;
      default:
        return false;
    }
  }

  close(name: number, xml: XmlScanner): void {
    const advisory = this.#draft;
    if (advisory === null) return;
    if (xml.depth === 3) {
      if (name === N.id) advisory.id = xml.textString().trim();
      else if (name === N.title) advisory.title = xml.textString();
      else if (name === N.severity) advisory.severity = xml.textString().trim();
      else if (name === N.description) advisory.description = xml.textString();
    } else if (xml.depth === 2) {
      if (advisory.id === '') throw xml.error('METADATA_INVALID', 'an advisory has no id');
      this.#advisories.push(advisory);
      this.#draft = null;
    }
  }

  #reference(xml: XmlScanner): void {
    const text = (name: number): string => xml.attributeText(name) ?? '';
    this.#draft?.references.push({ type: text(N.type), id: text(N.id), href: text(N.href), title: text(N.title) });
  }

  #package(xml: XmlScanner): void {
    if (this.#draft === null) return;
    const text = (name: number): string => xml.attributeText(name) ?? '';
    const name = text(N.name);
    const version = text(N.version);
    if (name === '' || version === '') {
      const which = this.#draft.id === '' ? 'an advisory' : `the advisory ${this.#draft.id.slice(0, 80)}`;
      throw xml.error('METADATA_INVALID', `${which} names a package without a ${name === '' ? 'name' : 'version'}`);
    }
    this.#draft.packages.push({
      name,
      epoch: decimal(text(N.epoch) || '0', 'an epoch', MAX_EPOCH, xml.line),
      version,
      release: text(N.release),
      arch: text(N.arch),
    });
  }
}

function draft(type: string): Draft {
  return { id: '', type, severity: '', title: '', description: '', issued: 0, references: [], packages: [] };
}

/** `YYYY-MM-DD[ HH:MM:SS]` in UTC, or seconds since the epoch; 0 for what is neither. */
function timeOf(text: string): number {
  if (/^[0-9]{1,12}$/.test(text)) return Number(text);
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?/.exec(text);
  if (match === null) return 0;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0));
  return Math.max(0, Date.UTC(year!, month! - 1, day!, hour, minute, second) / 1000);
}
