import type { CommandResult, Context, Json, RelationKind } from '@ostrata/contract';
import type { Catalog } from '../catalog/catalog.ts';
import { aboutPackages, aboutText, rangeOf } from '../catalog/dependencies.ts';
import { providersOf } from '../catalog/providers.ts';
import { queryError } from '../errors.ts';
import { fullNevra, relationText } from '../format/nevra.ts';
import type { Input } from '../input.ts';

/** A tree deeper than any real one; packages are opened once only. */
const MAX_DEPTH = 1000;

interface Node {
  readonly p: number;
  readonly children: readonly Node[];
}

/** Packages with those they lead to: by what they provide to others (`--whatrequires`) or by one kind of their dependencies. */
export async function treeText(
  catalog: Catalog,
  roots: ReadonlySet<number>,
  base: ReadonlySet<number>,
  kinds: readonly RelationKind[] | null,
  input: Input,
  ctx: Context,
): Promise<CommandResult> {
  if (kinds === null && input.list('whatrequires').length === 0) {
    throw queryError('QUERY_OPTIONS', '--tree needs --whatrequires or a kind of dependency, such as --requires.', {
      hint: 'For instance: ostrata repoquery --requires --tree bash',
    });
  }
  const exact = input.flag('exactdeps');
  const next = async (p: number): Promise<ReadonlySet<number>> => {
    if (kinds === null) {
      const texts = aboutText(catalog, 'requires', [catalog.name(p)]);
      const provided = exact ? [] : await aboutPackages(catalog, 'requires', new Set([p]), ctx);
      return new Set([...texts, ...provided].filter((q) => base.has(q)));
    }
    const { table, index } = catalog.at(p);
    const ranges = kinds.flatMap((kind) => table.relations(index, kind)).map(rangeOf);
    const found = await providersOf(catalog, ranges, ctx);
    // One package a name and architecture, the last one.
    return new Set(new Map([...found].map((q) => [`${catalog.name(q)}.${catalog.arch(q)}`, q])).values());
  };
  const seen = new Set<number>();
  const grow = async (packages: ReadonlySet<number>, depth: number): Promise<Node[]> => {
    const nodes: Node[] = [];
    const sorted = [...packages].sort((a, b) => (fullNevra(catalog, a) < fullNevra(catalog, b) ? -1 : 1));
    for (const p of sorted) {
      ctx.signal.throwIfAborted();
      if (seen.has(p) || depth > MAX_DEPTH) nodes.push({ p, children: [] });
      else {
        seen.add(p);
        nodes.push({ p, children: await grow(await next(p), depth + 1) });
      }
    }
    return nodes;
  };
  const nodes: Node[] = [];
  for (const root of [...roots].sort((a, b) => (fullNevra(catalog, a) < fullNevra(catalog, b) ? -1 : 1))) {
    seen.clear();
    nodes.push(...(await grow(new Set([root]), 0)));
  }
  return {
    data: nodes.map((node) => data(catalog, node)),
    text: nodes.map((node) => text(catalog, node, -1)).join(''),
  };
}

function text(catalog: Catalog, { p, children }: Node, level: number): string {
  const below = children.map((child) => text(catalog, child, level + 1)).join('');
  if (level < 0) return `${fullNevra(catalog, p)}\n${below}`;
  const { table, index } = catalog.at(p);
  const requires = table.relations(index, 'requires').map(relationText);
  return ` ${'|   '.repeat(level)}\\_ ${fullNevra(catalog, p)} [${requires.length}: ${requires.join(', ')}]\n${below}`;
}

function data(catalog: Catalog, { p, children }: Node): Json {
  return {
    nevra: fullNevra(catalog, p),
    repo: catalog.repo(p),
    children: children.map((child) => data(catalog, child)),
  };
}
