import type { Exploration, Finding } from './explore.ts';
import type { Fault } from './injector.ts';

/** So many of the points of a change: a part of every kind of operation, by a seed. */
export function sample(exploration: Exploration, count: number, seed: number): Fault[] {
  const all = exploration.faults();
  if (count >= all.length) return all;
  const random = generator(seed);
  const groups = Map.groupBy(all, ({ mode, at }) => `${mode} ${exploration.calls[at - 1]!.operation}`);
  const shuffled = [...groups.values()].map((group) => shuffle(group, random));
  const longest = Math.max(...shuffled.map(({ length }) => length));
  // Round by round, so that rare operations come first; the kinds in another order each time.
  const rounds = Array.from({ length: longest }, (_, round) =>
    shuffle(
      shuffled.flatMap((group) => group.slice(round, round + 1)),
      random,
    ),
  );
  return rounds.flat().slice(0, count);
}

/** Tries points, so many at a time. */
export async function tryAll(exploration: Exploration, faults: readonly Fault[], jobs: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  const queue = faults.values();
  const worker = async () => {
    for (const fault of queue) {
      const finding = await exploration.try(fault);
      if (finding !== null) findings.push(finding);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return findings.sort((a, b) => a.fault.at - b.fault.at);
}

function shuffle<T>(list: readonly T[], random: () => number): T[] {
  const keys = new Map(list.map((each) => [each, random()]));
  return [...list].sort((a, b) => keys.get(a)! - keys.get(b)!);
}

/** mulberry32: numbers from 0 to 1. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
