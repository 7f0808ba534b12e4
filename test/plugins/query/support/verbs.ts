import type { CommandResult, Context, PackageTable, Snapshot, Source, SourceRef } from '@ostrata/core';
import type { SourceDefinition } from '@ostrata/source-definitions';
import { type FakePackage, packageTable, testContext } from '@ostrata/testkit';
import plugin from '../../../../plugins/query/src/index.ts';
import { compareEvr, parseEvr } from '../../../../plugins/repo-rpm/src/codec/index.ts';

export const compare = (a: string, b: string): number => compareEvr(parseEvr(a), parseEvr(b));

/** Repositories by id; an id that begins with `-` is a disabled one. */
export type FakeRepositories = Readonly<Record<string, readonly FakePackage[]>>;

/** Runs verbs of the plugin over repositories that a test wrote down. */
export class FakeMachine {
  readonly warnings: string[] = [];
  /** Ids of repositories whose metadata, and whose file lists, were asked for. */
  readonly refreshed: string[] = [];
  readonly fileListsOf: string[] = [];
  /** Wraps tables: file lists are complete only after they were loaded. */
  readonly #tables: ReadonlyMap<string, PackageTable>;
  readonly #definitions: readonly SourceDefinition[];

  constructor(repositories: FakeRepositories) {
    const entries = Object.entries(repositories).map(([key, packages]) => [key.replace(/^-/, ''), packages] as const);
    this.#tables = new Map(entries.map(([id, packages]) => [id, this.#lazily(packageTable(id, packages))]));
    this.#definitions = Object.keys(repositories).map((key) => {
      const id = key.replace(/^-/, '');
      const source = { id, kind: 'rpm-md', priority: 99, options: { baseurl: [`https://example.org/${id}`] } };
      return { id, name: `Repository ${id}`, enabled: id === key, file: '/etc/x.repo', source, problem: null };
    });
  }

  #lazily(table: PackageTable): PackageTable {
    let loaded = false;
    const few = (path: string) => path.startsWith('/etc/') || path.includes('bin/');
    return {
      ...table,
      get filesComplete() {
        return loaded;
      },
      files: (index) => (loaded ? table.files(index) : table.files(index).filter(few)),
      loadFiles: async () => {
        loaded = true;
        this.fileListsOf.push(table.source);
      },
    };
  }

  /** @param args of the last argument; `flags` by name */
  async run(
    id: string,
    args: readonly string[] = [],
    flags: Readonly<Record<string, string | number | boolean | readonly string[]>> = {},
  ): Promise<CommandResult> {
    const source: Source = {
      refresh: async (ref: SourceRef): Promise<Snapshot> => {
        this.refreshed.push(ref.id);
        const packages = this.#tables.get(ref.id)?.count ?? 0;
        return { source: ref, digest: ref.id, timestamp: 1_700_000_000, packages, extras: {} };
      },
      open: async ({ source: ref }) => this.#tables.get(ref.id)!,
      fetch: async () => {
        throw new Error('a query fetches no package');
      },
    };
    await using test = testContext({
      'source:rpm-md': source,
      'source-definitions:rpm-md': { read: async () => this.#definitions },
      'package-format:rpm': { compare },
      'query-settings': { reposdir: ['/etc/yum.repos.d'], releasever: '9' },
    });
    const command = plugin.commands!.find((spec) => spec.id === id)!;
    if (!('run' in command)) throw new Error(id);
    const name = command.args?.[0]?.name ?? 'none';
    const result = await command.run({ args: { [name]: args }, flags }, test.ctx as Context);
    for (const event of test.events) if (event.type === 'warning') this.warnings.push(event.text);
    return result;
  }

  async lines(
    id: string,
    args: readonly string[] = [],
    flags: Readonly<Record<string, string | number | boolean | readonly string[]>> = {},
  ): Promise<string[]> {
    const { text } = await this.run(id, args, flags);
    return text.split('\n').filter((line) => line !== '');
  }
}
