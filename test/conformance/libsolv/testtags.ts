import type { PoolBuilder } from '../../../plugins/solver-sat/src/pool/builder.ts';
import type { DependencyKind } from '../../../plugins/solver-sat/src/pool/columns.ts';
import { caseDependency } from './dependency.ts';
import type { RepoBlock } from './script.ts';
import { Unsupported } from './unsupported.ts';

const LISTS: Record<string, DependencyKind> = {
  Prv: 'provides',
  Req: 'requires',
  Prq: 'preRequires',
  Con: 'conflicts',
  Obs: 'obsoletes',
  Rec: 'recommends',
  Sug: 'suggests',
  Sup: 'supplements',
  Enh: 'enhances',
};

interface Draft {
  readonly name: string;
  readonly evr: string;
  readonly arch: string;
  vendor: string;
  readonly lists: Partial<Record<DependencyKind, number[]>>;
  readonly files: string[];
}

/** Adds a repository block in libsolv's `testtags` form to a pool. `added` takes every package as `NEVRA@REPOSITORY` with its id. */
export function addRepo(
  builder: PoolBuilder,
  block: RepoBlock,
  installed: boolean,
  added: (package_: string, id: number) => void,
): void {
  const repo = builder.addRepo({ id: block.name, priority: block.priority, installed });
  if (block.type === 'empty') return;
  if (block.type !== 'testtags') throw new Unsupported(`repositories in the form "${block.type}"`);
  let draft: Draft | null = null;
  let version = 0;
  const flush = () => {
    if (draft === null) return;
    const { name, evr, arch } = draft;
    const id = builder.addPackage(repo, draft, draft.lists, draft.files);
    // Later versions of the form have what SUSE's words stand for in their place.
    if (version === 2) builder.readSuse(id);
    added(`${name}-${evr}.${arch}@${block.name}`, id);
  };
  for (const line of block.lines) {
    const [, tag, value] = /^=(\w+): ?(.*)$/.exec(line.trim()) ?? [];
    if (tag === undefined || value === undefined) continue;
    if (tag === 'Ver') version = Number.parseInt(value, 10);
    else if (tag === 'Pkg') {
      flush();
      const [name, upstream, release, arch] = value.trim().split(/\s+/);
      draft = {
        name: name!,
        evr: release === undefined || release === '' ? upstream! : `${upstream}-${release}`,
        arch: arch ?? 'noarch',
        vendor: '',
        lists: {},
        files: [],
      };
    } else if (draft !== null) addTag(builder, draft, tag, value.trim());
  }
  flush();
}

function addTag(builder: PoolBuilder, draft: Draft, tag: string, value: string): void {
  const kind = LISTS[tag];
  const add = (list: DependencyKind, dependency: number) => {
    draft.lists[list] = [...(draft.lists[list] ?? []), dependency];
  };
  if (kind !== undefined) {
    const dependency = caseDependency(builder, value);
    add(kind, dependency);
    if (kind === 'preRequires') add('requires', dependency);
  } else if (tag === 'Vnd') draft.vendor = value;
  else if (tag === 'Fls') draft.files.push(value);
}
