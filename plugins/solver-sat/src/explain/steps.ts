import type { Pool } from '../pool/pool.ts';
import { dependencyText } from '../pool/text.ts';
import type { Job } from '../rules/job.ts';
import { type PackageRuleKind, PackageRules } from '../rules/package-rules.ts';
import { inRange, type SatState } from '../sat/state.ts';
import { hiddenProviders, unusableBecause } from './missing.ts';

/** A rule of a proof with what it stands for. */
export interface ProofRule {
  readonly literals: readonly number[];
  readonly job: Job | null;
  readonly kind: PackageRuleKind | 'job' | 'policy';
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
  readonly unusable: readonly { readonly package: string; readonly reason: string }[];
}

/** Says for every rule of a proof where it comes from. */
export function proofRules(state: SatState, jobs: readonly Job[], proof: readonly number[]): ProofRule[] {
  const origins = new Map<number, Map<string, Omit<ProofRule, 'literals' | 'job'>>>();
  return proof.map((rule): ProofRule => {
    const literals = state.rules.literals(rule);
    if (inRange(state.jobRules, rule)) {
      return { literals, job: jobs[state.jobOf.at(rule - state.jobRules.start)]!, kind: 'job', from: 0, dep: 0 };
    }
    if (rule >= state.packageRules.end) return { literals, job: null, kind: 'policy', from: 0, dep: 0 };
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

function rulesOf(pool: Pool, p: number): Map<string, Omit<ProofRule, 'literals' | 'job'>> {
  const found = new Map<string, Omit<ProofRule, 'literals' | 'job'>>();
  const { data } = pool.providers;
  const rules = new PackageRules(
    pool,
    { multiversion: null, repairInstalled: false },
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

/** Puts the rules of a proof in the order of a story: what was asked, what that needs, and who forbids it. */
export function tell(pool: Pool, rules: readonly ProofRule[], reasons: readonly string[]): Step[] {
  const steps: Step[] = [];
  const told = new Set<ProofRule>();
  const queue: number[] = [];
  const met = new Set<number>();
  const say = (rule: ProofRule) => {
    if (told.has(rule)) return;
    told.add(rule);
    steps.push(stepOf(pool, rule, reasons));
    for (const literal of rule.literals) {
      if (literal > 0 && !met.has(literal)) {
        met.add(literal);
        queue.push(literal);
      }
    }
  };
  for (const rule of rules) if (rule.job?.kind === 'install') say(rule);
  for (let head = 0; head < queue.length; head++) {
    const p = queue[head]!;
    for (const rule of rules)
      if (rule.from === p && (rule.kind === 'requires' || rule.kind === 'nothing-provides')) say(rule);
  }
  for (const rule of rules) if (rule.from !== 0) say(rule);
  for (const rule of rules) say(rule);
  return steps;
}

function stepOf(pool: Pool, rule: ProofRule, reasons: readonly string[]): Step {
  const dependency = rule.dep === 0 ? null : dependencyText(pool, rule.dep);
  const others = rule.literals
    .filter((literal) => Math.abs(literal) !== rule.from && Math.abs(literal) > 1)
    .map(Math.abs);
  const packages = others.map((p) => pool.text(p));
  const from = rule.from === 0 ? '' : pool.text(rule.from);
  const step = (text: string, subject = from, kind: Step['kind'] = rule.kind): Step => ({
    kind,
    text,
    subject,
    dependency,
    packages,
    unusable: [],
  });
  const listed = enumerate(packages, 'or');
  switch (rule.kind) {
    case 'job': {
      const { kind, spec } = rule.job!;
      if (kind === 'install')
        return step(
          packages.length === 1 && packages[0] !== spec ? `"${spec}" means ${listed}` : `"${spec}" was asked for`,
          spec,
        );
      if (kind === 'lock') return step(`the base has ${spec}, which must stay as it is`, spec, 'lock');
      return step(`"${spec}" shall be removed`, spec, 'erase');
    }
    case 'requires':
      return step(`${from} requires ${dependency}, which ${packages.length === 1 ? 'only ' : ''}${listed} provides`);
    case 'nothing-provides': {
      const unusable = hiddenProviders(pool, rule.dep).map((p) => ({
        package: pool.text(p),
        reason: unusableBecause(pool, p, reasons),
      }));
      const known = unusable.slice(0, 3).map((entry) => `${entry.package}: ${entry.reason}`);
      const tail = known.length > 0 ? ` that may be used (${known.join('; ')})` : '';
      return { ...step(`nothing provides ${dependency}${tail}, which ${from} requires`), unusable };
    }
    case 'conflicts':
      return step(`${from} conflicts with ${dependency}${packages.length > 0 ? `, which ${listed} provides` : ''}`);
    case 'self-conflict':
      return step(`${from} conflicts with ${dependency}, which it provides itself`);
    case 'obsoletes':
      return step(`${from} obsoletes ${dependency}, which is ${listed}`);
    case 'same-name':
      return step(`only one of ${enumerate([from, ...packages], 'and')} can be installed`);
    case 'not-installable':
      return step(`${from} cannot be installed: ${unusableBecause(pool, rule.from, reasons)}`);
    case 'policy':
      return step(policyText(pool, rule, packages), packages[0] ?? '');
  }
}

function policyText(pool: Pool, rule: ProofRule, packages: readonly string[]): string {
  const [first] = rule.literals;
  if (first !== undefined && first < 0) return `${pool.text(-first)} is for an inferior architecture`;
  return `${packages[0]} is installed and may only be replaced by ${enumerate(packages.slice(1), 'or') || 'nothing'}`;
}

function enumerate(items: readonly string[], word: string): string {
  const shown = items.length > 4 ? [...items.slice(0, 3), `${items.length - 3} more`] : items;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} ${word} ${shown[shown.length - 1]}`;
}
