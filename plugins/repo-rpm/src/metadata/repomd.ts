import type { Checksum } from '@ostrata/contract';
import { decimal } from './decimal.ts';
import { numberNames } from './names.ts';
import { joinBase } from './primary.ts';
import { type XmlHandler, XmlScanner } from './xml-scanner.ts';

const NAMES = [
  'repomd',
  'revision',
  'data',
  'type',
  'checksum',
  'open-checksum',
  'location',
  'href',
  'xml:base',
  'timestamp',
  'size',
  'open-size',
] as const;
const N = numberNames(NAMES);

/** One metadata file of a repository. */
export interface RepomdFile {
  /** `primary`, `filelists`, `group`, … */
  readonly type: string;
  /** Relative to the repository's base, or a URL. */
  readonly location: string;
  /** Of the file as it is served; old repositories may lack it. */
  readonly checksum: Checksum | null;
  /** Of what it holds, decompressed. */
  readonly openChecksum: Checksum | null;
  readonly size: number | null;
  readonly openSize: number | null;
}

/** `repomd.xml`: what metadata a repository has. */
export interface Repomd {
  readonly revision: string;
  /** The latest time of its files; seconds since the epoch. */
  readonly timestamp: number;
  /** By type; of a type that stands twice, the first. */
  readonly files: ReadonlyMap<string, RepomdFile>;
}

/** Bytes that `repomd.xml` may have: real ones have a few KB. */
export const MAX_REPOMD = 4 * 2 ** 20;

class RepomdReader implements XmlHandler {
  revision = '';
  timestamp = 0;
  readonly files = new Map<string, RepomdFile>();
  #type = '';
  #file: { -readonly [Key in keyof RepomdFile]?: RepomdFile[Key] } = {};
  #algorithm = '';

  open(name: number, xml: XmlScanner): boolean {
    if (xml.depth === 1) xml.expectRoot(name, N.repomd);
    if (xml.depth === 2) {
      if (name === N.data) {
        this.#type = xml.attributeText(N.type) ?? '';
        if (this.#type === '') throw xml.error('METADATA_INVALID', 'a metadata file has no type');
        this.#file = {};
      }
      return name === N.revision;
    }
    if (xml.depth !== 3) return false;
    if (name === N.location) {
      const href = xml.attributeText(N.href) ?? '';
      const base = xml.attributeText(N['xml:base']);
      this.#file.location = base === undefined || href === '' ? href : joinBase(base, href);
    }
    if (name === N.checksum || name === N['open-checksum'])
      this.#algorithm = (xml.attributeText(N.type) ?? '').toLowerCase();
    return name >= N.checksum;
  }

  close(name: number, xml: XmlScanner): void {
    if (xml.depth === 2) {
      if (name === N.revision) this.revision = xml.textString().trim();
      if (name === N.data) this.#finish(xml);
    } else if (xml.depth === 3) this.#property(name, xml);
  }

  #property(name: number, xml: XmlScanner): void {
    const text = xml.textString().trim();
    const bytes = (): number =>
      decimal(text, `the size of "${this.#type.slice(0, 40)}"`, Number.MAX_SAFE_INTEGER, xml.line);
    if (name === N.checksum) this.#file.checksum = this.#checksum(text, xml);
    else if (name === N['open-checksum']) this.#file.openChecksum = this.#checksum(text, xml);
    else if (name === N.size) this.#file.size = bytes();
    else if (name === N['open-size']) this.#file.openSize = bytes();
    else if (name === N.timestamp) {
      // Old tools write a fraction of a second.
      const seconds = Number(text);
      if (!(seconds >= 0 && seconds < 2 ** 53))
        throw xml.error('METADATA_INVALID', `"${text.slice(0, 40)}" is no time`);
      this.timestamp = Math.max(this.timestamp, Math.floor(seconds));
    }
  }

  #checksum(text: string, xml: XmlScanner): Checksum {
    const value = text.toLowerCase();
    if (!/^[0-9a-f]{32,128}$/.test(value) || this.#algorithm === '') {
      throw xml.error('METADATA_INVALID', `the checksum of "${this.#type.slice(0, 40)}" is no checksum`);
    }
    return { algorithm: this.#algorithm, value };
  }

  #finish(xml: XmlScanner): void {
    const { location } = this.#file;
    if (location === undefined || location === '') {
      throw xml.error('METADATA_INVALID', `the metadata file "${this.#type.slice(0, 40)}" has no location`);
    }
    if (this.files.has(this.#type)) return;
    const { checksum = null, openChecksum = null, size = null, openSize = null } = this.#file;
    this.files.set(this.#type, { type: this.#type, location, checksum, openChecksum, size, openSize });
  }
}

/** Reads `repomd.xml` (createrepo_c, src/xml_dump_repomd.c). @throws MetadataError */
export function parseRepomd(bytes: Uint8Array): Repomd {
  const reader = new RepomdReader();
  const xml = new XmlScanner(NAMES, reader, { size: MAX_REPOMD });
  xml.write(bytes);
  xml.end();
  return { revision: reader.revision, timestamp: reader.timestamp, files: reader.files };
}
