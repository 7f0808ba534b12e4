import type { FlagSpec } from '@ostrata/contract';

/** Flags of every verb that looks into repositories, named as dnf's. */
export const repositoryFlags = {
  repo: { kind: 'string', summary: 'Only these repositories, also disabled ones (ids and patterns)', multiple: true },
  repoid: { kind: 'string', summary: 'The same as --repo', multiple: true, hidden: true },
  enablerepo: { kind: 'string', summary: 'These repositories as well (ids and patterns)', multiple: true },
  disablerepo: { kind: 'string', summary: 'Not these repositories (ids and patterns)', multiple: true },
  repofrompath: { kind: 'string', summary: 'One more repository, as ID,PATH or ID,URL', multiple: true },
  reposdir: { kind: 'string', summary: 'Directory of .repo files in place of the configured ones', multiple: true },
  releasever: { kind: 'string', summary: 'What $releasever in .repo files stands for' },
  cacheonly: { kind: 'boolean', char: 'C', summary: 'Use what is in the cache and open no connection' },
} as const satisfies Record<string, FlagSpec>;
