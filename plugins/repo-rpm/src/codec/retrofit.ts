import { dependencies, Sense } from './dependencies.ts';
import { RpmFormatError } from './errors.ts';
import type { Header, TagAddition } from './header.ts';
import type { HeaderEntry } from './header-blob.ts';
import { formatEvr, isSource, nevraOf } from './nevra.ts';
import { SIGNATURE_MERGES } from './signature-tags.ts';
import { Tag, tagName, tagType } from './tags.ts';

const MAX_SIGNATURE_COUNT = 16 * 1024 * 1024;
const FIRST_LEGACY_TAG = 1000;
const SENSE_MASK = Sense.LESS | Sense.GREATER | Sense.EQUAL;

function invalid(tag: number): RpmFormatError {
  const name = tagName(tag) ?? tag;
  return new RpmFormatError('RPM_TAG_INVALID', `the signature header's ${name} is invalid or stands in both headers`, {
    tag,
  });
}

/**
 * The main header with the tags of the signature header, renumbered where the two clash, as rpm keeps them.
 * @throws RpmFormatError RPM_TAG_INVALID when a tag has the wrong type or count or is in both headers.
 */
export function mergeSignatureTags(header: Header, signature: Header): Header {
  const modern = (header.number(Tag.RPMFORMAT) ?? 0) >= 6;
  const merged: HeaderEntry[] = [];
  for (const { from, to, count, either } of SIGNATURE_MERGES) {
    const entry = signature.entry(from);
    if (header.has(to)) {
      if (either && !entry && !modern) continue;
      throw invalid(to);
    }
    if (!entry || (modern && from >= FIRST_LEGACY_TAG)) continue;
    if (entry.type !== tagType(to) || entry.count > MAX_SIGNATURE_COUNT || (count > 0 && entry.count !== count)) {
      throw invalid(to);
    }
    merged.push({ ...entry, tag: to });
  }
  return header.withEntries(merged);
}

/** The one list of full paths of old packages, as directories, indexes and base names. */
function compressFileNames(names: readonly string[]): TagAddition[] {
  const source = !names[0]?.startsWith('/');
  const directories = new Map<string, number>();
  const indexes: number[] = [];
  const baseNames: string[] = [];
  for (const name of names) {
    const cut = source ? 0 : name.lastIndexOf('/') + 1;
    const directory = name.slice(0, cut);
    const index = directories.get(directory) ?? directories.size;
    directories.set(directory, index);
    indexes.push(index);
    baseNames.push(name.slice(cut));
  }
  return [
    { tag: Tag.DIRINDEXES, value: indexes },
    { tag: Tag.BASENAMES, value: baseNames },
    { tag: Tag.DIRNAMES, value: [...directories.keys()] },
  ];
}

/** Whether a header that says neither is a source package: one directory, the empty one. */
function looksLikeSource(header: Header): boolean {
  const directories = header.strings(Tag.DIRNAMES);
  return directories.length === 1 && directories[0] === '';
}

/** A binary package that does not provide itself: rpm before 3.0.3 did not write it down, nor versions of provides at all. */
function selfProvide(header: Header): TagAddition[] {
  const nevra = nevraOf(header);
  const own = formatEvr(nevra);
  const provides = header.has(Tag.PROVIDENAME) ? dependencies(header, 'provides') : [];
  const known = provides.some(
    ({ name, evr, flags }) => name === nevra.name && evr === own && (flags & SENSE_MASK) === Sense.EQUAL,
  );
  if (nevra.name === '' || known) return [];
  return [
    { tag: Tag.PROVIDENAME, value: [...provides.map(({ name }) => name), nevra.name] },
    { tag: Tag.PROVIDEVERSION, value: [...provides.map(({ evr }) => evr), own] },
    { tag: Tag.PROVIDEFLAGS, value: [...provides.map(({ flags }) => flags), Sense.EQUAL] },
  ];
}

/** Brings the forms of rpm 3 and before up to date: file names, the mark that tells source from binary packages, the provide of itself. */
export function retrofit(header: Header): Header {
  let result = header;
  if (header.has(Tag.OLDFILENAMES)) {
    if (!header.has(Tag.DIRNAMES)) result = result.with(compressFileNames(header.strings(Tag.OLDFILENAMES)));
    result = result.without([Tag.OLDFILENAMES]);
  }
  if (!result.has(Tag.SOURCERPM) && !result.has(Tag.SOURCEPACKAGE)) {
    result = result.with([
      looksLikeSource(result) ? { tag: Tag.SOURCEPACKAGE, value: 1 } : { tag: Tag.SOURCERPM, value: '(none)' },
    ]);
  }
  if (header.region !== Tag.HEADERIMMUTABLE && !isSource(result)) result = result.with(selfProvide(result));
  return result;
}
