import type { Checksum } from '@ostrata/contract';
import { decimal } from './decimal.ts';
import { MetadataError } from './errors.ts';
import { numberNames } from './names.ts';
import { type XmlHandler, XmlScanner } from './xml-scanner.ts';

/** Bytes that a list of mirrors may have. */
export const MAX_MIRRORS = 8 * 2 ** 20;

const SCHEMES = /^(https?|file):\/\/\S+$/i;

/**
 * The URLs of a mirror list: one a line; lines with `#` are comments, and schemes that no transport knows (ftp, rsync) are left out.
 * @throws MetadataError METADATA_UNEXPECTED for what is no such list, such as an error page.
 */
export function parseMirrorList(bytes: Uint8Array): string[] {
  const urls: string[] = [];
  const lines = Buffer.from(bytes).toString('utf8').split(/\r?\n/);
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (SCHEMES.test(line)) urls.push(line);
    else if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(line)) {
      throw new MetadataError('METADATA_UNEXPECTED', `"${line.slice(0, 60)}" is no URL of a mirror`, index + 1);
    }
  }
  return urls;
}

/** A version of a file that a metalink vouches for. */
export interface MetalinkVersion {
  readonly checksums: readonly Checksum[];
  readonly size: number | null;
  readonly timestamp: number | null;
}

export interface Metalink {
  /** The current version, then older ones that mirrors may still have. */
  readonly versions: readonly MetalinkVersion[];
  /** URLs of the file itself, best first. */
  readonly urls: readonly string[];
}

const NAMES = [
  'metalink',
  'files',
  'file',
  'name',
  'size',
  'mm0:timestamp',
  'verification',
  'hash',
  'type',
  'mm0:alternates',
  'mm0:alternate',
  'resources',
  'url',
  'preference',
  'priority',
] as const;
const N = numberNames(NAMES);

interface Version {
  checksums: Checksum[];
  size: number | null;
  timestamp: number | null;
}

class MetalinkReader implements XmlHandler {
  readonly #file: string;
  readonly versions: Version[] = [];
  readonly urls: { url: string; rank: number }[] = [];
  #inFile = false;
  #type = '';
  #rank = 0;

  constructor(file: string) {
    this.#file = file;
  }

  open(name: number, xml: XmlScanner): boolean {
    if (xml.depth === 1) xml.expectRoot(name, N.metalink);
    if (name === N.file) {
      this.#inFile = xml.attributeText(N.name) === this.#file;
      if (this.#inFile) this.#newVersion();
    }
    if (!this.#inFile) return false;
    if (name === N['mm0:alternate']) this.#newVersion();
    if (name === N.hash) this.#type = (xml.attributeText(N.type) ?? '').toLowerCase().replace(/^sha-/, 'sha');
    if (name === N.url) {
      const preference = xml.attributeText(N.preference);
      const priority = xml.attributeText(N.priority);
      const number = Number(preference ?? priority ?? '0');
      const rank = Number.isFinite(number) ? number : 0;
      // Version 3 prefers great numbers, version 4 small ones.
      this.#rank = preference === undefined ? -rank : rank;
    }
    return name === N.hash || name === N.size || name === N['mm0:timestamp'] || name === N.url;
  }

  close(name: number, xml: XmlScanner): void {
    if (!this.#inFile) return;
    const version = this.versions.at(-1)!;
    const text = xml.textString().trim();
    if (name === N.file) this.#inFile = false;
    else if (name === N.hash) {
      if (/^[0-9a-fA-F]{32,128}$/.test(text))
        version.checksums.push({ algorithm: this.#type, value: text.toLowerCase() });
    } else if (name === N.size) version.size = decimal(text, 'a size', Number.MAX_SAFE_INTEGER, xml.line);
    else if (name === N['mm0:timestamp'])
      version.timestamp = decimal(text, 'a timestamp', Number.MAX_SAFE_INTEGER, xml.line);
    else if (name === N.url && SCHEMES.test(text)) this.urls.push({ url: text, rank: this.#rank });
  }

  #newVersion(): void {
    this.versions.push({ checksums: [], size: null, timestamp: null });
  }
}

/**
 * What a metalink says of one file (Metalink 3.0 with the extensions of MirrorManager, and RFC 5854).
 * @throws MetadataError
 */
export function parseMetalink(bytes: Uint8Array, file: string): Metalink {
  const reader = new MetalinkReader(file);
  const xml = new XmlScanner(NAMES, reader, { size: MAX_MIRRORS });
  xml.write(bytes);
  xml.end();
  if (reader.versions.length === 0) throw new MetadataError('METADATA_INVALID', `the metalink does not name ${file}`);
  const urls = reader.urls.sort((a, b) => b.rank - a.rank).map(({ url }) => url);
  if (urls.length === 0)
    throw new MetadataError('METADATA_INVALID', `the metalink names no mirror of ${file} that can be used`);
  return { versions: reader.versions, urls };
}
