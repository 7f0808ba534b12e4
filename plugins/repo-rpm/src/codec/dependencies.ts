import { RpmFormatError } from './errors.ts';
import type { Header } from './header.ts';
import { Tag, tagName } from './tags.ts';

/** Bits of a dependency's flags (rpm, include/rpm/rpmds.h). */
export const Sense = {
  LESS: 1 << 1,
  GREATER: 1 << 2,
  EQUAL: 1 << 3,
  POSTTRANS: 1 << 5,
  PREREQ: 1 << 6,
  PRETRANS: 1 << 7,
  INTERP: 1 << 8,
  SCRIPT_PRE: 1 << 9,
  SCRIPT_POST: 1 << 10,
  SCRIPT_PREUN: 1 << 11,
  SCRIPT_POSTUN: 1 << 12,
  SCRIPT_VERIFY: 1 << 13,
  FIND_REQUIRES: 1 << 14,
  FIND_PROVIDES: 1 << 15,
  TRIGGERIN: 1 << 16,
  TRIGGERUN: 1 << 17,
  TRIGGERPOSTUN: 1 << 18,
  MISSINGOK: 1 << 19,
  PREUNTRANS: 1 << 20,
  POSTUNTRANS: 1 << 21,
  RPMLIB: 1 << 24,
  TRIGGERPREIN: 1 << 25,
  CONFIG: 1 << 28,
  META: 1 << 29,
} as const;

/** One dependency. A rich dependency has its whole expression, parentheses included, as its name. */
export interface Dependency {
  readonly name: string;
  /** `<`, `<=`, `=`, `>=`, `>`, or empty for any version. */
  readonly operator: string;
  /** `[epoch:]version[-release]`, or empty. */
  readonly evr: string;
  /** Bits of `Sense`. */
  readonly flags: number;
}

/** The kinds of dependencies with their three tags: name, flags, version. */
export const DEPENDENCY_TAGS = {
  provides: [Tag.PROVIDENAME, Tag.PROVIDEFLAGS, Tag.PROVIDEVERSION],
  requires: [Tag.REQUIRENAME, Tag.REQUIREFLAGS, Tag.REQUIREVERSION],
  conflicts: [Tag.CONFLICTNAME, Tag.CONFLICTFLAGS, Tag.CONFLICTVERSION],
  obsoletes: [Tag.OBSOLETENAME, Tag.OBSOLETEFLAGS, Tag.OBSOLETEVERSION],
  recommends: [Tag.RECOMMENDNAME, Tag.RECOMMENDFLAGS, Tag.RECOMMENDVERSION],
  suggests: [Tag.SUGGESTNAME, Tag.SUGGESTFLAGS, Tag.SUGGESTVERSION],
  supplements: [Tag.SUPPLEMENTNAME, Tag.SUPPLEMENTFLAGS, Tag.SUPPLEMENTVERSION],
  enhances: [Tag.ENHANCENAME, Tag.ENHANCEFLAGS, Tag.ENHANCEVERSION],
  order: [Tag.ORDERNAME, Tag.ORDERFLAGS, Tag.ORDERVERSION],
} as const;

export type DependencyKind = keyof typeof DEPENDENCY_TAGS;

function operatorOf(flags: number): string {
  const less = flags & Sense.LESS ? '<' : '';
  const greater = flags & Sense.GREATER ? '>' : '';
  return `${less}${greater}${flags & Sense.EQUAL ? '=' : ''}`;
}

/**
 * Reads dependencies from three parallel arrays.
 * @throws RpmFormatError RPM_TAG_INVALID when their lengths differ.
 */
export function readDependencies(header: Header, tags: readonly [number, number, number]): Dependency[] {
  const [nameTag, flagsTag, versionTag] = tags;
  const names = header.strings(nameTag);
  if (names.length === 0) return [];
  const flags = header.numbers(flagsTag);
  const versions = header.strings(versionTag);
  for (const [tag, values] of [
    [flagsTag, flags],
    [versionTag, versions],
  ] as const) {
    // Packages older than rpm 3.0.3 have provides without versions.
    if (values.length !== 0 && values.length !== names.length) {
      throw new RpmFormatError(
        'RPM_TAG_INVALID',
        `${tagName(tag)} has ${values.length} values for ${names.length} names`,
        { tag, values: values.length, names: names.length },
      );
    }
  }
  return names.map((name, i) => {
    const evr = versions[i] ?? '';
    const sense = flags[i] ?? 0;
    return { name, operator: evr === '' ? '' : operatorOf(sense), evr, flags: sense };
  });
}

/** The dependencies of one kind, in the header's order. */
export function dependencies(header: Header, kind: DependencyKind): Dependency[] {
  return readDependencies(header, DEPENDENCY_TAGS[kind]);
}

/** `name operator evr`, as rpm prints it. */
export function formatDependency({ name, operator, evr }: Dependency): string {
  return operator === '' ? name : `${name} ${operator} ${evr}`;
}

/** What a requirement is for, in the words and the order in which rpm prints them. */
const PURPOSES: readonly (readonly [number, string])[] = [
  [Sense.SCRIPT_PRE, 'pre'],
  [Sense.SCRIPT_POST, 'post'],
  [Sense.SCRIPT_PREUN, 'preun'],
  [Sense.SCRIPT_POSTUN, 'postun'],
  [Sense.SCRIPT_VERIFY, 'verify'],
  [Sense.INTERP, 'interp'],
  [Sense.RPMLIB, 'rpmlib'],
  [Sense.FIND_REQUIRES | Sense.FIND_PROVIDES, 'auto'],
  [Sense.PREREQ, 'prereq'],
  [Sense.PRETRANS, 'pretrans'],
  [Sense.POSTTRANS, 'posttrans'],
  [Sense.PREUNTRANS, 'preuntrans'],
  [Sense.POSTUNTRANS, 'postuntrans'],
  [Sense.CONFIG, 'config'],
  [Sense.MISSINGOK, 'missingok'],
  [Sense.META, 'meta'],
];

/** What a requirement is for: `pre`, `post`, `interp`, `rpmlib`, `auto`… or `manual` when nothing is said. */
export function dependencyPurposes({ flags }: Dependency): string[] {
  const purposes = PURPOSES.filter(([bits]) => (flags & bits) !== 0).map(([, word]) => word);
  return purposes.length > 0 ? purposes : ['manual'];
}
