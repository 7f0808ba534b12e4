import type { CommandResult, Context, Json } from '@ostrata/contract';
import type { Catalog } from '../catalog/catalog.ts';
import { rangeOf } from '../catalog/dependencies.ts';
import { latest } from '../catalog/latest.ts';
import { Providers } from '../catalog/providers.ts';
import { relationText, shortNevra } from '../format/nevra.ts';

/** The requirements of each package with the newest packages that provide them. */
export async function deplist(catalog: Catalog, found: ReadonlySet<number>, ctx: Context): Promise<CommandResult> {
  const known = new Map<string, string[]>();
  const requiredBy = (p: number) => {
    const { table, index } = catalog.at(p);
    return table.relations(index, 'requires');
  };
  const ranges = [...found].flatMap((p) => requiredBy(p).map(rangeOf));
  const all = await Providers.load(catalog, ranges, ctx);
  const blocks: { text: string; data: Json }[] = [];
  for (const p of found) {
    ctx.signal.throwIfAborted();
    const relations = new Map(requiredBy(p).map((one) => [relationText(one), one]));
    const dependencies = [...relations.keys()].sort().map((dependency) => {
      let providers = known.get(dependency);
      if (providers === undefined) {
        const packages = latest(catalog, all.of([rangeOf(relations.get(dependency)!)]), 1);
        providers = [...new Set([...packages].map((q) => shortNevra(catalog, q)))].sort();
        known.set(dependency, providers);
      }
      return { dependency, providers };
    });
    const nevra = shortNevra(catalog, p);
    const lines = dependencies.flatMap(({ dependency, providers }) => [
      `  dependency: ${dependency}`,
      ...providers.map((provider) => `   provider: ${provider}`),
    ]);
    blocks.push({
      text: [`package: ${nevra}`, ...lines].join('\n'),
      data: { nevra, repo: catalog.repo(p), dependencies },
    });
  }
  blocks.sort((a, b) => (a.text < b.text ? -1 : 1));
  const texts = [...new Set(blocks.map(({ text }) => text))];
  return { data: blocks.map(({ data }) => data), text: texts.length === 0 ? '' : `${texts.join('\n\n')}\n` };
}
