import { SYSTEM } from '../pool/columns.ts';
import type { Pool } from '../pool/pool.ts';
import type { Changes } from '../rules/changes.ts';
import type { Job } from '../rules/job.ts';
import { IntList } from '../util/int-list.ts';
import { RuleStore } from './rule-store.ts';

/** A range of rule numbers, the end excluded. */
export interface Range {
  start: number;
  end: number;
}

export const inRange = (range: Range, rule: number): boolean => rule >= range.start && rule < range.end;

/** Why a package was chosen when no rule left only it. */
export const BECAUSE_JOB = 1;
export const BECAUSE_REQUIRED = 2;
export const BECAUSE_WEAK = 3;
export const BECAUSE_INSTALLED = 4;

/** An open choice: the other candidates are tried when something better may come of it. */
export interface Branch {
  readonly level: number;
  /** Candidates; negative ones were tried. */
  readonly candidates: Int32Array;
}

/** Unsatisfiable: the jobs and policies that cannot hold together, and all rules that prove it. */
export interface Problem {
  /** Rules that are not from package metadata, normalised to the first rule of their job. */
  readonly causes: number[];
  readonly proof: number[];
}

/**
 * Everything the search works on. Decisions: `level[p]` is 0 for undecided, the level for "in" and its negative for "out"; `queue` has
 * them in order as literals and `why` the rule that forced each one, or the negated rule of a free choice.
 */
export class SatState {
  readonly pool: Pool;
  readonly rules: RuleStore;
  readonly level: Int32Array;
  readonly queue = new IntList(1024);
  readonly why = new IntList(1024);
  /** By level: why its first decision was made, one of `BECAUSE_…`. */
  readonly reasons = new IntList(64);
  propagated = 0;
  branches: Branch[] = [];

  /** Heads of the watch lists, by literal + number of packages. */
  watches = new Int32Array(0);
  /** Rules of one literal. */
  readonly assertions = new IntList(256);

  packageRules: Range = { start: 1, end: 1 };
  /** One rule for each installed package, or a placeholder: it stays or is replaced by anything that replaces it. */
  featureRules: Range = { start: 1, end: 1 };
  /** The same without downgrades and changes of architecture. */
  updateRules: Range = { start: 1, end: 1 };
  jobRules: Range = { start: 1, end: 1 };
  /** By job rule: number of its job. */
  readonly jobOf = new IntList(64);
  inferiorArchRules: Range = { start: 1, end: 1 };
  /** What a `distupgrade` lets go. */
  distupgradeRules: Range = { start: 1, end: 1 };
  /** What packages of preferred repositories hide. */
  priorityRules: Range = { start: 1, end: 1 };
  blacklistRules: Range = { start: 1, end: 1 };
  /** Packages that come together because they obsolete the same one. */
  obsoleterRules: Range = { start: 1, end: 1 };
  /** Recommendations that count as requirements. */
  recommendRules: Range = { start: 1, end: 1 };
  bestRules: Range = { start: 1, end: 1 };
  /** By best rule: the job rule it sharpens, or the installed package whose update rule it sharpens, negated. */
  readonly bestOf = new IntList(16);
  choiceRules: Range = { start: 1, end: 1 };
  /** By choice rule: the package rule it sharpens. */
  readonly choiceOf = new IntList(64);
  learntStart = 1;
  /** By learnt rule: offset of the rules it was learnt from in `learntPool`, which end with 0. */
  readonly learntWhy = new IntList(64);
  readonly learntPool = new IntList(256);
  /** 1 for rules that give way when they stand in the way of an answer. */
  weak = new Uint8Array(0);

  readonly jobs: readonly Job[];
  readonly changes: Changes;
  /** Rules of policies that jobs break. */
  readonly brokenPolicies = new Set<number>();
  /** By installed package that others update without replacing it: these others. */
  readonly sideUpdates = new Map<number, readonly number[]>();
  /** Index of the installed package to look at first. */
  installedAt = 0;
  /** Installed packages that no repository has any more. */
  readonly orphans: number[] = [];
  /** 1 for installed packages that nothing shall keep or update: jobs remove or replace them. */
  readonly noUpdate: Uint8Array;
  /** 1 for installed packages that only leaving packages needed; null when that does not count. */
  unneeded: Uint8Array | null = null;
  /** Installed packages that were given up for jobs with `cleandeps`: what only they need is unneeded as well. */
  readonly givenUp = new Set<number>();
  readonly problems: Problem[] = [];
  learnt = 0;
  /** Rules below `openableUntil` that may leave a choice. */
  readonly openable = new IntList(1024);
  openableUntil = 1;
  /** Packages that recommend or supplement anything, ascending; null until somebody asks. */
  hinting: Int32Array | null = null;
  /** 1 for packages whose rules were made: all that can play a part. */
  visited: Uint8Array = new Uint8Array(0);
  /** The same packages, ascending. */
  reached: Int32Array = new Int32Array(0);
  /** Scratch marks by package; all 0 between uses. */
  readonly seen: Uint8Array;

  /** Packages recommended and suggested by what is decided; `hintsAt` is how far `queue` was looked at, -1 to begin anew. */
  readonly recommended: Uint8Array;
  readonly suggested: Uint8Array;
  hintsAt = -1;
  /** Rich dependencies behind these marks. */
  richHints: number[] = [];

  constructor(pool: Pool, jobs: readonly Job[], changes: Changes) {
    this.pool = pool;
    this.jobs = jobs;
    this.changes = changes;
    this.noUpdate = new Uint8Array(pool.count);
    this.rules = new RuleStore(pool.providers);
    this.level = new Int32Array(pool.count);
    this.seen = new Uint8Array(pool.count);
    this.recommended = new Uint8Array(pool.count);
    this.suggested = new Uint8Array(pool.count);
  }

  isTrue(literal: number): boolean {
    return literal > 0 ? this.level[literal]! > 0 : this.level[-literal]! < 0;
  }

  isFalse(literal: number): boolean {
    return literal > 0 ? this.level[literal]! < 0 : this.level[-literal]! > 0;
  }

  /** Records a decision. */
  decide(literal: number, level: number, why: number): void {
    if (literal > 0) this.level[literal] = level;
    else this.level[-literal] = -level;
    this.queue.push(literal);
    this.why.push(why);
  }

  /** The machine itself is decided before everything else. */
  begin(): void {
    this.decide(SYSTEM, 1, 0);
    this.reasons.clear();
    this.reasons.push(0);
    this.reasons.push(0);
  }

  /** Takes back all decisions above a level. */
  revert(level: number): void {
    const { queue } = this;
    while (queue.length > 0) {
      const literal = queue.at(queue.length - 1);
      const p = Math.abs(literal);
      if (Math.abs(this.level[p]!) <= level) break;
      this.level[p] = 0;
      queue.length--;
      this.why.length--;
      this.propagated = queue.length;
    }
    while (this.branches.length > 0 && this.branches[this.branches.length - 1]!.level >= level) this.branches.pop();
    if (this.hintsAt > queue.length) this.hintsAt = -1;
    this.reasons.length = level + 1;
  }

  /** Takes back everything: rules were switched on or off. */
  reset(): void {
    for (let i = 0; i < this.queue.length; i++) this.level[Math.abs(this.queue.at(i))] = 0;
    this.queue.clear();
    this.why.clear();
    this.reasons.clear();
    this.hintsAt = -1;
    this.propagated = 0;
    this.branches = [];
    this.#switchLearnt();
  }

  /** A learnt rule counts only while all the rules it was learnt from do. */
  #switchLearnt(): void {
    const { rules } = this;
    for (let rule = this.learntStart; rule < rules.count; rule++) {
      let disabled = 0;
      for (let i = this.learntWhy.at(rule - this.learntStart); this.learntPool.at(i) !== 0; i++) {
        if (rules.disabled[this.learntPool.at(i)] !== 0) {
          disabled = 1;
          break;
        }
      }
      rules.disabled[rule] = disabled;
    }
  }
}
