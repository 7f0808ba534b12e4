import { globToRegExp, isGlob } from '@ostrata/package-spec';
import type { Catalog } from './catalog.ts';

/** Whether words name files: absolute, or a pattern of such. */
export function isFilePattern(text: string): boolean {
  return text.startsWith('/') || text.startsWith('*/');
}

/** The parts of a package that a key names; the others may be anything. */
interface Wanted {
  readonly name: string;
  readonly epoch?: string | undefined;
  readonly version?: string;
  readonly release?: string;
  readonly arch?: string;
}

const NAME = '([^:(/=<> ]+)';
const VERSION = '(?:(\\d+|[*?]):)?([^-:(/=<> ]+)';
const RELEASE = '([^-:(/=<> ]+)';
const ARCH = '([^-:.(/=<> ]+)';

/** How a key may be read, in the order in which that is tried (dnf: hawkey's forms NEVRA, NA, NAME, NEVR, NEV). */
const FORMS: readonly ((key: string) => Wanted | null)[] = [
  (key) => {
    const [, name, epoch, version, release, arch] = matched(`${NAME}-${VERSION}-${RELEASE}\\.${ARCH}`, key);
    return name === undefined ? null : { name, epoch, version: version!, release: release!, arch: arch! };
  },
  (key) => {
    const [, name, arch] = matched(`${NAME}\\.${ARCH}`, key);
    return name === undefined ? null : { name, arch: arch! };
  },
  (key) => (matched(NAME, key).length > 0 ? { name: key } : null),
  (key) => {
    const [, name, epoch, version, release] = matched(`${NAME}-${VERSION}-${RELEASE}`, key);
    return name === undefined ? null : { name, epoch, version: version!, release: release! };
  },
  (key) => {
    const [, name, epoch, version] = matched(`${NAME}-${VERSION}`, key);
    return name === undefined ? null : { name, epoch, version: version! };
  },
];

function matched(source: string, key: string): readonly (string | undefined)[] {
  return new RegExp(`^${source}$`, 'u').exec(key) ?? [];
}

/**
 * Packages that a key names: `name`, `name.arch`, `name-[epoch:]version[-release][.arch]`, with shell patterns in all of them. The first
 * reading that fits any package counts; a pattern may also fit all of `name-[epoch:]version-release.arch`. None: an empty list.
 */
export function named(catalog: Catalog, key: string, { ignoreCase = false } = {}): number[] {
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  for (const form of FORMS) {
    const wanted = form(fold(key));
    if (wanted === null) continue;
    const found = fitting(catalog, wanted, fold);
    if (found.length > 0) return found;
  }
  if (!isGlob(key)) return [];
  const whole = globToRegExp(fold(key));
  return catalog.all.filter((p) => {
    const evr = catalog.evr(p);
    const evrs = evr.includes(':') ? [evr, evr.slice(evr.indexOf(':') + 1)] : [evr, `0:${evr}`];
    return evrs.some((text) => whole.test(fold(`${catalog.name(p)}-${text}.${catalog.arch(p)}`)));
  });
}

function fitting(catalog: Catalog, wanted: Wanted, fold: (text: string) => string): number[] {
  const test = (part: string | undefined): ((text: string) => boolean) => {
    if (part === undefined) return () => true;
    if (!isGlob(part)) return (text) => fold(text) === part;
    const glob = globToRegExp(part);
    return (text) => glob.test(fold(text));
  };
  const name = test(wanted.name);
  const epoch = test(wanted.epoch);
  const version = test(wanted.version);
  const release = test(wanted.release);
  const arch = test(wanted.arch);
  const found: number[] = [];
  for (let p = 0; p < catalog.count; p++) {
    if (!name(catalog.name(p)) || !arch(catalog.arch(p))) continue;
    if (wanted.version !== undefined) {
      const { table, index } = catalog.at(p);
      if (!version(table.version(index)) || !release(table.release(index))) continue;
      if (!epoch(String(table.epoch(index)))) continue;
    }
    found.push(p);
  }
  return found;
}
