import type { Pool } from '../pool/pool.ts';
import { dependencyText } from '../pool/text.ts';
import type { Job } from '../rules/job.ts';
import { type PackageRuleKind, PackageRules } from '../rules/package-rules.ts';
import { inRange, type Range, type SatState } from '../sat/state.ts';
import { type Obstacles, obstacleOf, type Unusable, unusableFor } from './obstacles.ts';

/** Policies that rules come from. */
export type Policy =
  | 'arch'
  | 'distupgrade'
  | 'priority'
  | 'blacklist'
  | 'obsoleters'
  | 'recommends'
  | 'best'
  | 'choice'
  | 'installed';

/** A rule of a proof with what it stands for. */
export interface ProofRule {
  readonly literals: readonly number[];
  readonly job: Job | null;
  readonly kind: PackageRuleKind | 'job' | 'policy';
  /** For `policy`: what forbids or demands it. */
  readonly policy?: Policy;
  /** The package that says so. */
  readonly from: number;
  readonly dep: number;
}

/** One step of an explanation. */
export interface Step {
  readonly kind: ProofRule['kind'] | 'lock' | 'erase';
  readonly text: string;
  /** `name-evr.arch` of the package that asks for something, or the spec of a job. */
  readonly subject: string;
  readonly dependency: string | null;
  /** Packages that would fulfil it, or the ones it forbids. */
  readonly packages: readonly string[];
  /** Packages that would fulfil it but must not be used, with the reason. */
  readonly unusable: readonly Unusable[];
}

/** Says for every rule of a proof where it comes from. */
export function proofRules(state: SatState, jobs: readonly Job[], proof: readonly number[]): ProofRule[] {
  const origins = new Map<number, Map<string, Omit<ProofRule, 'literals' | 'job'>>>();
  return proof.map((rule): ProofRule => {
    const literals = state.rules.literals(rule);
    if (inRange(state.jobRules, rule)) {
      return { literals, job: jobs[state.jobOf.at(rule - state.jobRules.start)]!, kind: 'job', from: 0, dep: 0 };
    }
    if (rule >= state.packageRules.end) {
      return { literals, job: null, kind: 'policy', policy: policyOf(state, rule), from: 0, dep: 0 };
    }
    for (const literal of literals) {
      if (literal >= 0) continue;
      let known = origins.get(-literal);
      if (known === undefined) {
        known = rulesOf(state.pool, -literal);
        origins.set(-literal, known);
      }
      const origin = known.get(keyOf(literals));
      if (origin !== undefined) return { literals, job: null, ...origin };
    }
    return { literals, job: null, kind: 'policy', from: 0, dep: 0 };
  });
}

function policyOf(state: SatState, rule: number): Policy {
  const ranges: [Range, Policy][] = [
    [state.inferiorArchRules, 'arch'],
    [state.distupgradeRules, 'distupgrade'],
    [state.priorityRules, 'priority'],
    [state.blacklistRules, 'blacklist'],
    [state.obsoleterRules, 'obsoleters'],
    [state.recommendRules, 'recommends'],
    [state.bestRules, 'best'],
    [state.choiceRules, 'choice'],
  ];
  return ranges.find(([range]) => inRange(range, rule))?.[1] ?? 'installed';
}

function rulesOf(pool: Pool, p: number): Map<string, Omit<ProofRule, 'literals' | 'job'>> {
  const found = new Map<string, Omit<ProofRule, 'literals' | 'job'>>();
  const { data } = pool.providers;
  const rules = new PackageRules(
    pool,
    { multiversion: null, multiversionObsoletes: false, repair: null, recommends: false },
    null,
    (kind, from, a, b, list, dep) => {
      const literals = [a];
      if (b !== 0) literals.push(b);
      const arena = list < data.length ? data : pool.providers.data;
      if (list !== 0) for (let i = list; arena[i] !== 0; i++) literals.push(arena[i]!);
      const key = keyOf(literals);
      if (!found.has(key)) found.set(key, { kind, from, dep });
    },
  );
  rules.add(p);
  return found;
}

function keyOf(literals: readonly number[]): string {
  return [...literals].sort((a, b) => a - b).join(' ');
}

/** Steps of an explanation, all of them and those that lead to the contradiction along the best candidates. */
export interface Story {
  readonly all: readonly Step[];
  readonly short: readonly Step[];
}

/**
 * Puts the rules of a proof in the order of a story: what was asked, what that needs, and who forbids it. All candidates fail in a
 * proof; the short story follows the best one of each choice.
 */
export function tell(pool: Pool, rules: readonly ProofRule[], obstacles: Obstacles): Story {
  const text = new Map(rules.map((rule) => [rule, stepOf(pool, rule, obstacles)]));
  const walk = (candidates: (rule: ProofRule) => readonly number[]): ProofRule[] => {
    const told = new Set<ProofRule>();
    const met = new Set<number>();
    const queue: number[] = [];
    const say = (rule: ProofRule) => {
      told.add(rule);
      for (const p of candidates(rule)) {
        if (met.has(p)) continue;
        met.add(p);
        queue.push(p);
      }
    };
    for (const rule of rules) if (rule.job?.kind === 'install') say(rule);
    for (const rule of rules) if (rule.job?.kind === 'lock' || rule.policy === 'installed') say(rule);
    for (let head = 0; head < queue.length; head++) {
      const of = rules.filter((rule) => rule.from === queue[head] && isNeed(rule));
      for (const rule of of) say(rule);
    }
    const forbids = (rule: ProofRule) => rule.literals.every((literal) => literal > 0 || met.has(-literal));
    for (const rule of rules) if (!told.has(rule) && (rule.from === 0 || forbids(rule))) told.add(rule);
    return [...told];
  };
  const everything = walk(positives);
  const best = walk((rule) => {
    const choice = bestOf(pool, positives(rule));
    return choice === undefined ? [] : [choice];
  });
  return {
    all: [...everything, ...rules.filter((rule) => !everything.includes(rule))].map((rule) => text.get(rule)!),
    short: best.map((rule) => text.get(rule)!),
  };
}

function positives(rule: ProofRule): number[] {
  return rule.literals.filter((literal) => literal > 1);
}

function isNeed(rule: ProofRule): boolean {
  return rule.kind === 'requires' || rule.kind === 'nothing-provides' || rule.kind === 'not-installable';
}

/** The newest build for the best architecture; of different names the first. */
function bestOf(pool: Pool, candidates: readonly number[]): number | undefined {
  let best = candidates[0];
  for (const p of candidates) {
    if (best === undefined || pool.name[p] !== pool.name[best]) continue;
    const byArch = pool.archScore[best]! - pool.archScore[p]!;
    if (byArch > 0 || (byArch === 0 && pool.compareVersions(p, best) > 0)) best = p;
  }
  return best;
}

function stepOf(pool: Pool, rule: ProofRule, obstacles: Obstacles): Step {
  const dependency = rule.dep === 0 ? null : dependencyText(pool, rule.dep);
  const wanted = positives(rule);
  const forbidden = rule.literals.flatMap((literal) => (literal < -1 && -literal !== rule.from ? [-literal] : []));
  const packages = (wanted.length > 0 ? wanted : forbidden).map((p) => pool.text(p));
  const from = rule.from === 0 ? '' : pool.text(rule.from);
  const step = (text: string, subject = from, kind: Step['kind'] = rule.kind): Step => {
    return { kind, text, subject, dependency, packages, unusable: [] };
  };
  const best = bestOf(pool, wanted);
  const more = wanted.length - 1;
  const others = more > 0 ? ` (${more} more ${more === 1 ? 'fails' : 'fail'} as well)` : '';
  switch (rule.kind) {
    case 'job': {
      const { kind, spec } = rule.job!;
      if (kind === 'lock') return step(`the base has ${spec}, which must stay as it is`, spec, 'lock');
      if (kind === 'erase') return step(`"${spec}" shall be removed`, spec, 'erase');
      return step(best === undefined ? `"${spec}" was asked for` : `"${spec}" means ${pool.text(best)}${others}`, spec);
    }
    case 'requires':
      if (best === undefined)
        return step(`${from} requires ${dependency}, which ${enumerate(packages)} stands against`);
      return step(`${from} requires ${dependency}, provided by ${pool.text(best)}${others}`);
    case 'nothing-provides': {
      const unusable = unusableFor(pool, rule.dep, obstacles);
      const known = unusable.slice(0, 3).map((entry) => `${entry.package}: ${entry.obstacle.text}`);
      const tail = known.length > 0 ? ` that may be used (${known.join('; ')})` : '';
      return { ...step(`nothing provides ${dependency}${tail}, which ${from} requires`), unusable };
    }
    case 'conflicts':
      return step(
        `${from} conflicts with ${dependency}${packages.length > 0 ? `, provided by ${enumerate(packages)}` : ''}`,
      );
    case 'obsoletes':
      return step(`${from} obsoletes ${dependency}, which is ${enumerate(packages)}`);
    case 'same-name':
      return step(`only one of ${enumerate([from, ...packages])} can be installed`);
    case 'not-installable':
      return notInstallable(pool, rule.from, step, obstacles);
    case 'policy':
      return step(policyText(pool, rule, packages), packages[0] ?? '');
  }
}

function notInstallable(pool: Pool, p: number, step: (text: string) => Step, obstacles: Obstacles): Step {
  const unusable = [{ package: pool.text(p), obstacle: obstacleOf(pool, p, obstacles) }];
  return { ...step(`${pool.text(p)} cannot be installed: ${unusable[0]!.obstacle.text}`), unusable };
}

function policyText(pool: Pool, rule: ProofRule, packages: readonly string[]): string {
  const [first] = rule.literals;
  const subject = first === undefined ? '' : pool.text(Math.abs(first));
  const partners = positives(rule).map((p) => pool.text(p));
  switch (rule.policy) {
    case 'arch':
      return `${subject} is for an inferior architecture`;
    case 'distupgrade':
      return `${subject} is in none of the sources that the system shall come from`;
    case 'priority':
      return `${subject} is hidden by a source that is preferred`;
    case 'blacklist':
      return `${subject} may only be installed when it is asked for exactly`;
    case 'obsoleters':
      return `${subject} comes together with ${enumerate(partners)}`;
    case 'best':
      return `only the best will do, which is ${enumerate(partners)}`;
  }
  if (packages.length < 2) return `${packages[0]} is installed and must stay`;
  return `${packages[0]} is installed and may only be replaced by ${enumerate(packages.slice(1))}`;
}

function enumerate(items: readonly string[]): string {
  const shown = items.length > 4 ? [...items.slice(0, 3), `${items.length - 3} more`] : items;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown[shown.length - 1]}`;
}
