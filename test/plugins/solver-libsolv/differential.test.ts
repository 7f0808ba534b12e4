import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Library } from '../../../plugins/solver-libsolv/src/native/library.ts';
import { type UniverseOptions, universes, worldsWith } from '../solver-sat/support/universes.ts';
import { keepsFirst, libsolvAnswers, ownAnswers, type World } from './support/answers.ts';
import { hasLibsolv, LIBSOLV } from './support/library.ts';

/** Universes of each kind; `OSTRATA_DIFFERENTIAL=50000` makes it a long run. */
const RUNS = Number(process.env['OSTRATA_DIFFERENTIAL'] ?? 250);
/** `OSTRATA_SEED` makes it another one. */
const SEED = Number(process.env['OSTRATA_SEED'] ?? 7);

/** Solves universes with both solvers; the smallest one with another answer ends up in the message. */
describe('solver-sat and solver-libsolv (needs libsolv.so.1)', function () {
  this.timeout(30_000 + RUNS * 40);
  let library: Library;
  let keepFirst: boolean;
  before(function () {
    if (!hasLibsolv()) this.skip();
    library = new Library(LIBSOLV);
    keepFirst = keepsFirst(library);
  });

  const agree = (arbitrary: fc.Arbitrary<Omit<World, 'priorities' | 'strictPriority'>>) => {
    const worlds = fc
      .tuple(arbitrary, fc.constantFrom([99], [99, 99], [99, 10], [10, 99]), fc.boolean())
      .map(([universe, priorities, strictPriority]): World => ({ ...universe, priorities, strictPriority }))
      // Before 0.7.29 libsolv updates the packages that are named before all others, where both are asked for.
      .map((world) => (keepFirst ? world : withoutNamedUpdates(world)));
    fc.assert(
      fc.property(worlds, (world) => assert.deepEqual(ownAnswers(world, keepFirst), libsolvAnswers(library, world))),
      { seed: SEED, numRuns: RUNS },
    );
  };

  const plain: [string, UniverseOptions][] = [
    ['simple dependencies', { names: 8, packages: 14, rich: false, installed: false }],
    ['rich dependencies', { names: 8, packages: 14, rich: true, installed: false }],
    ['installing and erasing on an installed system', { names: 8, packages: 14, rich: true, installed: true }],
    ['many candidates', { names: 6, packages: 40, rich: true, installed: true }],
  ];
  for (const [name, options] of plain) it(`agree: ${name}`, () => agree(universes(options)));

  const kinds: [string, Parameters<typeof worldsWith>[0]][] = [
    ['updates', ['update']],
    ['distupgrades', ['distupgrade', 'install']],
    ['locks', ['lock', 'update']],
    ['what is favoured and shunned', ['favor', 'disfavor', 'install']],
    ['installing and updating', ['install', 'update']],
    ['jobs that give way', ['install', 'erase', 'lock', 'update']],
    ['repairs', ['verify', 'update']],
    ['packages that may go', ['allow-uninstall', 'update', 'distupgrade']],
    ['several versions', ['multiversion', 'install', 'update']],
    ['blacklists', ['blacklist', 'install']],
    ['orphans that go', ['drop-orphaned', 'distupgrade', 'install']],
    ['requirements that give way', ['weaken', 'install', 'erase']],
    ['what never comes as a recommendation', ['exclude-weak', 'install']],
  ];
  it('agree: what goes with what needed it', () => agree(worldsWith(['erase', 'keep', 'install', 'update'], 16, true)));
  for (const [name, jobs] of kinds) it(`agree: ${name}`, () => agree(worldsWith(jobs, 16)));
});

function withoutNamedUpdates(world: World): World {
  const { wishes = [] } = world;
  const all = wishes.some(({ kind, name }) => name === null && (kind === 'update' || kind === 'distupgrade'));
  if (!all) return world;
  return { ...world, wishes: wishes.filter(({ kind, name }) => name === null || kind !== 'update') };
}
