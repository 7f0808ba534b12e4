import type { FlagSpec } from '@ostrata/contract';
import { repositoryFlags } from '../repositories/flags.ts';

const many = (summary: string): FlagSpec => ({ kind: 'string', summary, multiple: true });
const on = (summary: string, char?: string): FlagSpec => ({
  kind: 'boolean',
  summary,
  ...(char === undefined ? {} : { char }),
});

/** The flags of `dnf repoquery`, as far as they are about repositories. */
export const repoqueryFlags = {
  // Which packages.
  all: on('All packages (the same as no KEY)', 'a'),
  available: on('Packages of repositories; there are no others here'),
  arch: many('Only packages of these architectures'),
  archlist: { ...many('The same as --arch'), hidden: true },
  file: { ...many('Packages that have this file or pattern'), char: 'f' },
  whatprovides: many('Packages that provide this name, `NAME >= VERSION`, file or pattern'),
  whatrequires: many('Packages that require it, or what a package of that name provides'),
  whatconflicts: many('Packages that conflict with it'),
  whatobsoletes: many('Packages that obsolete it'),
  whatrecommends: many('Packages that recommend it'),
  whatsuggests: many('Packages that suggest it'),
  whatsupplements: many('Packages that supplement it'),
  whatenhances: many('Packages that enhance it'),
  whatdepends: many('Packages that require, recommend, suggest, supplement or enhance it'),
  alldeps: on('With --whatrequires: also what is required by other names and files (the default)'),
  exactdeps: on('With --whatrequires: only what is required by this very name'),
  recursive: on('With --whatrequires or --requires --resolve: over any number of steps'),
  srpm: on('The source packages of what is found'),
  'latest-limit': { kind: 'integer', summary: 'The newest N versions of each name; below 0 all but the newest N' },
  'show-duplicates': on('All versions (the default)'),
  // What of them.
  info: on('Everything about each package', 'i'),
  list: on('The files of each package', 'l'),
  source: on('The source package of each package', 's'),
  changelogs: on('What changed in each package'),
  location: on('Where the package file is'),
  deplist: on('Requirements of each package, and what provides them'),
  tree: on('With --whatrequires or a kind of dependency: a tree of packages'),
  qf: { kind: 'string', summary: 'Format of each line, such as "%{name} %{evr}\\n"; see --querytags' },
  queryformat: { kind: 'string', summary: 'The same as --qf', hidden: true },
  querytags: on('The tags that --qf knows'),
  nevra: on('name-epoch:version-release.arch (the default)'),
  nvr: on('name-version-release'),
  envra: on('epoch:name-version-release.arch'),
  provides: on('What the packages provide'),
  requires: on('What the packages require'),
  'requires-pre': on('What their pre-install scripts require'),
  conflicts: on('What the packages conflict with'),
  obsoletes: on('What the packages obsolete'),
  recommends: on('What the packages recommend'),
  suggests: on('What the packages suggest'),
  supplements: on('What the packages supplement'),
  enhances: on('What the packages enhance'),
  depends: on('All that the packages require, recommend, suggest, supplement and enhance'),
  resolve: on('With a kind of dependency: the packages that provide it'),
  ...repositoryFlags,
} as const satisfies Record<string, FlagSpec>;
