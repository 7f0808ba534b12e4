import type { Context } from '../context.ts';
import type { Intent, PackageReason } from '../records/index.ts';
import type { PackageTable } from './source.ts';
import { capability } from './token.ts';

export interface SolveRequest {
  readonly intent: Intent;
  /** What can be installed. */
  readonly available: readonly PackageTable[];
  /** What the base has; null when composing from nothing. */
  readonly installed: PackageTable | null;
  /** Compares two `[epoch:]version[-release]` of the tables' format: negative, zero or positive. */
  compare(a: string, b: string): number;
}

/** A package of a table. */
export interface TableEntry {
  readonly table: PackageTable;
  readonly index: number;
}

export interface Transaction {
  /** In installation order: requirements first, those of pre-install scripts most strongly. */
  readonly install: readonly (TableEntry & { readonly reason: PackageReason })[];
  /** Installed packages that go. */
  readonly remove: readonly TableEntry[];
  /** Weak requests that were left out, with the reason in words. */
  readonly skipped: readonly { readonly spec: string; readonly reason: string }[];
}

/** Answers an intent. Deterministic: the same tables in the same order give the same transaction. */
export interface Solver {
  /** Throws a HostError whose `problems` explain in words why there is no answer, with the proof as data. */
  solve(request: SolveRequest, ctx: Context): Promise<Transaction>;
}

export const SOLVER = capability<Solver>('solver');
