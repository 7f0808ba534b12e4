import { type CommandSpec, definePlugin } from '@ostrata/contract';
import { configSchema, type QueryConfig } from './config.schema.ts';
import { ERRORS } from './errors.ts';
import { Input } from './input.ts';
import { repositoryFlags } from './repositories/flags.ts';
import { QUERY_SETTINGS } from './settings.ts';
import { repoqueryFlags } from './verbs/repoquery-flags.ts';

const search: CommandSpec = {
  id: 'search',
  summary: 'Search packages of repositories by words in names and summaries',
  description:
    'Every word must be in the name or the summary; patterns stand for the whole of them. Nothing found is no error.',
  args: [{ name: 'term', summary: 'Words or patterns', required: true, multiple: true }],
  flags: {
    all: { kind: 'boolean', char: 'a', summary: 'Any word, also in descriptions and URLs' },
    ...repositoryFlags,
  },
  examples: ['ostrata search web server', 'ostrata search --all --repo baseos ldap'],
  run: async (input, ctx) => (await import('./verbs/search-run.ts')).runSearch(new Input(input), ctx),
};

const repoquery: CommandSpec = {
  id: 'repoquery',
  summary: 'Query packages of repositories, with the options of dnf',
  description:
    'KEY is a name, `name.arch`, `name-[epoch:]version[-release][.arch]`, a file or a pattern. Without KEY all packages. Nothing found is no error.',
  args: [{ name: 'key', summary: 'Packages to look for', required: false, multiple: true }],
  flags: repoqueryFlags,
  examples: [
    'ostrata repoquery --info bash',
    'ostrata repoquery --whatprovides /usr/bin/vi --latest-limit 1',
    'ostrata repoquery --whatrequires openssl-libs --recursive --qf "%{name} %{evr}"',
    'ostrata repoquery --requires --resolve --repofrompath mine,/srv/repository --repo mine bash',
  ],
  run: async (input, ctx) => (await import('./verbs/repoquery-run.ts')).runRepoquery(new Input(input), ctx),
};

const repoList: CommandSpec = {
  id: 'repo list',
  summary: 'List repositories; with --verbose also their packages and sizes',
  args: [{ name: 'pattern', summary: 'Ids or patterns', required: false, multiple: true }],
  flags: {
    all: { kind: 'boolean', summary: 'Also disabled ones' },
    enabled: { kind: 'boolean', summary: 'Enabled ones (the default)' },
    disabled: { kind: 'boolean', summary: 'Disabled ones' },
    ...repositoryFlags,
  },
  examples: ['ostrata repo list --all', 'ostrata repo list --verbose --json'],
  run: async (input, ctx) => (await import('./verbs/repo-list-run.ts')).runRepoList(new Input(input), ctx),
};

const refreshMd: CommandSpec = {
  id: 'refresh-md',
  aliases: ['makecache'],
  summary: 'Bring the metadata of repositories into the cache',
  description: 'Servers are always asked whether metadata changed, and what did not change is not fetched again.',
  flags: {
    force: { kind: 'boolean', char: 'f', summary: 'As without: a cache that is not current is never used' },
    ...repositoryFlags,
    stateroot: { kind: 'string', summary: 'Has no effect: the cache is that of the machine', hidden: true },
  },
  examples: ['ostrata refresh-md', 'ostrata refresh-md --enablerepo updates-testing'],
  run: async (input, ctx) => (await import('./verbs/refresh-md-run.ts')).runRefreshMd(new Input(input), ctx),
};

/** Verbs that search and query repositories. They need the source `rpm-md` and the definitions of .repo files that repo-rpm provides. */
export default definePlugin<QueryConfig>({
  name: 'query',
  apiVersion: '^0.1.0',
  config: configSchema,
  errors: ERRORS,
  commands: [search, repoquery, repoList, refreshMd],
  apply({ config, provide }) {
    provide(QUERY_SETTINGS, () => config);
  },
});
