import type { HostError, Json } from '@ostrata/contract';
import { solverError } from '../errors.ts';
import type { Pool } from '../pool/pool.ts';
import { isComparison } from '../pool/relations.ts';
import type { Job } from '../rules/job.ts';
import type { SatState } from '../sat/state.ts';
import { minimalContradiction } from './minimal.ts';
import { NO_OBSTACLES, type Obstacles, remediesOf, unusableData } from './obstacles.ts';
import { type ProofRule, proofRules, type Step, type Story, tell } from './steps.ts';

/** Steps of a story that fit into a message; the whole story is in the error's data. */
const SHOWN_STEPS = 6;

/** One error for every contradiction the search met: the rules that are needed for it, as a story and as data. */
export function explainProblems(
  state: SatState,
  jobs: readonly Job[],
  obstacles: Obstacles = NO_OBSTACLES,
): HostError[] {
  return state.problems.map(({ proof }) => {
    const rules = minimalContradiction(proofRules(state, jobs, inTrialOrder(state, proof)));
    return problem(state.pool, rules, tell(state.pool, rules, obstacles));
  });
}

/** Rules of package metadata first: what can be left out there makes the story shorter, and jobs are what it is about. */
function inTrialOrder(state: SatState, proof: readonly number[]): number[] {
  const fromPackages = proof.filter((rule) => rule < state.packageRules.end);
  const others = proof.filter((rule) => rule >= state.packageRules.end);
  return [...fromPackages, ...others.sort((a, b) => a - b)];
}

function problem(pool: Pool, rules: readonly ProofRule[], { all, short }: Story): HostError {
  const wanted = [...new Set(rules.flatMap((rule) => (rule.job?.kind === 'install' ? [rule.job.spec] : [])))];
  const what = wanted.length === 0 ? 'The base cannot stay as it is' : `${quoted(wanted)} cannot be installed`;
  // A request for exactly one package needs no step of its own.
  const told = short.filter((step) => step.kind !== 'job' || !step.packages.includes(step.subject));
  const texts = [...new Set(told.map((step) => step.text))];
  const shown = texts.length > SHOWN_STEPS ? [...texts.slice(0, 3), ...texts.slice(3 - SHOWN_STEPS)] : texts;
  return solverError('SOLVER_CONFLICT', `${what}: ${shown.join('; ')}.`, {
    hint: hintFor(pool, rules, short, wanted),
    data: { requested: wanted, steps: all.map(stepData) },
  });
}

function stepData(step: Step): { readonly [key: string]: Json } {
  return { ...step, packages: [...step.packages], unusable: unusableData(step.unusable) };
}

function quoted(specs: readonly string[]): string {
  const shown = specs.map((spec) => `"${spec}"`);
  return shown.length === 1 ? shown[0]! : `${shown.slice(0, -1).join(', ')} and ${shown[shown.length - 1]} together`;
}

function hintFor(pool: Pool, rules: readonly ProofRule[], steps: readonly Step[], wanted: readonly string[]): string {
  const leaveOut = wanted.length > 0 ? ` or leave out ${wanted.map((spec) => `"${spec}"`).join(' or ')}` : '';
  const remedies = remediesOf(steps.flatMap((step) => step.unusable));
  if (remedies !== '') return `${remedies}${leaveOut}.`;
  const told = new Set(steps.map((step) => step.subject));
  const absent = rules.filter((rule) => rule.kind === 'nothing-provides');
  const missing = absent.find((rule) => told.has(pool.text(rule.from))) ?? absent[0];
  if (missing !== undefined) {
    const versions = otherVersions(pool, missing.dep);
    const have = versions.length > 0 ? `The sources have ${versions.join(', ')}. ` : '';
    return `${have}Add a package source that has what is missing${leaveOut}.`;
  }
  const locked = rules.flatMap((rule) => (rule.job?.kind === 'lock' ? rule.job.candidates.flat() : []));
  const names = [...new Set(locked.map((p) => pool.strings.text(pool.name[p]!)))];
  if (names.length > 0) {
    const list = names.join(' ');
    return `Override ${names.join(', ')} of the base: replace (ostrata override replace) or remove it (ostrata override remove ${list})${leaveOut}.`;
  }
  return `Ask for packages that go together${leaveOut}.`;
}

/** Packages that provide what is wanted in other versions. */
function otherVersions(pool: Pool, dep: number): string[] {
  if (dep >= 0 || !isComparison(pool.relations.operator(dep))) return [];
  const { providers } = pool;
  const found: string[] = [];
  for (let i = providers.of(pool.relations.left(dep)); providers.data[i] !== 0 && found.length < 3; i++) {
    found.push(pool.text(providers.data[i]!));
  }
  return found;
}
