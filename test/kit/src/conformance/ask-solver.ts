import assert from 'node:assert/strict';
import {
  type Context,
  EMPTY_INTENT,
  evrOf,
  type Intent,
  identityAt,
  isHostError,
  type PackageGroup,
  type Solver,
  type TableEntry,
} from '@ostrata/core';
import type { FakePackage } from '../fakes/packages.ts';
import { packageTable } from '../fakes/table.ts';
import { compareEvr } from '../fakes/version.ts';

export interface SolverFixture extends AsyncDisposable {
  readonly solver: Solver;
  readonly ctx: Context;
  /** Aborts `ctx.signal`. */
  abort(): void;
}

/** What cases ask: packages by source, what is installed, and names to install. */
export interface Question {
  readonly available: readonly FakePackage[] | { readonly [source: string]: readonly FakePackage[] };
  readonly installed?: readonly FakePackage[];
  readonly intent?: Partial<Intent>;
  readonly want?: readonly string[];
  /** By source. Smaller is preferred. */
  readonly priorities?: { readonly [source: string]: number };
  /** Of every source. */
  readonly groups?: readonly PackageGroup[];
}

const describeEntry = ({ table, index }: TableEntry) => {
  const identity = identityAt(table, index);
  return `${identity.name}-${evrOf(identity)}`;
};

/** Solves, and gives what comes and goes as `name-evr`. */
export async function ask({ solver, ctx }: SolverFixture, question: Question) {
  const { available, installed, intent = {}, want = [], priorities = {}, groups = [] } = question;
  const sources = Array.isArray(available)
    ? { main: available as readonly FakePackage[] }
    : (available as { [id: string]: readonly FakePackage[] });
  const result = await solver.solve(
    {
      intent: { ...EMPTY_INTENT, arch: 'x86_64', install: want.map((spec) => ({ spec })), ...intent },
      available: Object.entries(sources).map(([id, packages]) =>
        packageTable(id, packages, { priority: priorities[id] ?? 99, groups }),
      ),
      installed: installed === undefined ? null : packageTable('@installed', installed),
      compare: compareEvr,
    },
    ctx,
  );
  return {
    install: result.install.map(describeEntry),
    remove: result.remove.map(describeEntry),
    reasons: Object.fromEntries(result.install.map((entry) => [entry.table.name(entry.index), entry.reason])),
    sources: result.install.map(({ table }) => table.source),
  };
}

/** Fails unless there is no answer, and the reason names these. */
export async function explains(fixture: SolverFixture, question: Question, ...names: readonly string[]): Promise<void> {
  const error: unknown = await ask(fixture, question).catch((thrown) => thrown);
  assert.ok(isHostError(error), 'was solved');
  const words = [error.message, ...error.problems.map(({ message }) => message)].join('\n');
  for (const name of names) assert.ok(words.includes(name), `${name} in: ${words}`);
}
