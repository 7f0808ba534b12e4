import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { compareEvr, parseEvr } from '../../plugins/repo-rpm/src/codec/index.ts';
import { explainProblems } from '../../plugins/solver-sat/src/explain/explain.ts';
import { ArchPolicy } from '../../plugins/solver-sat/src/pool/arch.ts';
import { PoolBuilder } from '../../plugins/solver-sat/src/pool/builder.ts';
import type { Pool } from '../../plugins/solver-sat/src/pool/pool.ts';
import type { Job } from '../../plugins/solver-sat/src/rules/job.ts';
import type { SatState } from '../../plugins/solver-sat/src/sat/state.ts';
import { solve } from '../../plugins/solver-sat/src/solve/solve.ts';
import { type CaseResult, failed, passed, skipped } from './case.ts';
import { Unsupported } from './libsolv/unsupported.ts';
import { addChannel } from './satsolver/helix.ts';
import { child, type Element, readXml } from './satsolver/xml.ts';

export const options = [] as const;

/**
 * The test suite of the older satsolver (`*-test.xml` with `*-test.solution` beside it). Where it found a solution, there must be one;
 * an equal one passes, another one is skipped and counted, as policies were different then.
 */
export async function* run(path: string): AsyncGenerator<CaseResult> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('-test.xml'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const name = relative(path, file);
    try {
      yield judge(name, file);
    } catch (error) {
      if (error instanceof Unsupported) yield skipped(name, error.message);
      else yield failed(name, (error as Error).message);
    }
  }
}

function judge(name: string, file: string): CaseResult {
  const test = child(readXml(readFileSync(file, 'utf8')), 'test');
  const solution = readFileSync(file.replace(/\.xml$/, '.solution'), 'utf8');
  const trials = (test?.children ?? []).filter((element) => element.name === 'trial');
  if (trials.length !== 1) throw new Unsupported('several trials in one file');
  const expected = expectedChanges(solution);
  const solved = (uninstall: boolean) =>
    solveTrial(file, child(test, 'setup')?.children ?? [], trials[0]!.children, uninstall);
  let { pool, jobs, state } = solved(false);
  if (expected === null) {
    if (state.problems.length > 0) return passed(name);
    return skipped(name, 'satsolver found a problem or printed no solution; there is one here');
  }
  // satsolver let installed packages go when they stood in the way.
  if (state.problems.length > 0) ({ pool, jobs, state } = solved(true));
  if (state.problems.length > 0) {
    const messages = explainProblems(state, jobs).map(({ message }) => message);
    if (messages.every((message) => /nothing provides \//.test(message))) {
      throw new Unsupported('files that are required but in no package of the case');
    }
    return failed(name, `finds a problem where there was a solution: ${messages[0]}`);
  }
  const found = changes(pool, state);
  const same = found.size === expected.size && [...found].every((change) => expected.has(change));
  return same ? passed(name) : skipped(name, 'a solution, but not the same one');
}

/** `+NEVRA` and `-NEVRA`; null when there is no solution without problems. */
function expectedChanges(solution: string): Set<string> | null {
  const lines = solution.split('\n').map((line) => line.replace(/^>!> /, ''));
  if (!lines.some((line) => line.startsWith('Solution #1')) || /roblems? ?(found|\d+:|!)|Encountered/.test(solution))
    return null;
  const found = new Set<string>();
  const bare = (text: string) => text.replace(/\[.*\]$/, '');
  for (const line of lines) {
    const [, verb, first, second] = /^(install|remove|upgrade) (\S+)(?: => (\S+))?/.exec(line) ?? [];
    if (verb === undefined) continue;
    if (verb !== 'install') found.add(`-${bare(first!)}`);
    if (verb === 'install') found.add(`+${bare(first!)}`);
    if (second !== undefined) found.add(`+${bare(second)}`);
  }
  return found;
}

function changes(pool: Pool, state: SatState): Set<string> {
  const found = new Set<string>();
  for (let p = 2; p < pool.count; p++) {
    if (pool.installed[p] === 1 && state.level[p]! <= 0) found.add(`-${pool.text(p)}`);
    if (pool.installed[p] === 0 && state.level[p]! > 0) found.add(`+${pool.text(p)}`);
  }
  return found;
}

function solveTrial(
  file: string,
  setup: readonly Element[],
  trial: readonly Element[],
  uninstall: boolean,
): { pool: Pool; jobs: Job[]; state: SatState } {
  const builder = new PoolBuilder();
  let arch: string | null = null;
  const wishes: Element[] = [];
  for (const element of setup) {
    const { file: channel, name, priority } = element.attributes;
    if (element.name === 'system' || element.name === 'channel') {
      const path = join(dirname(file), channel!);
      if (!existsSync(path)) throw new Unsupported('a repository that is not there');
      addChannel(builder, path, name ?? '@system', element.name === 'system', Number(priority ?? 0));
    } else if (element.name === 'arch') arch = name ?? null;
    else if (element.name === 'lock' || element.name === 'force-install') wishes.push(element);
    else if (!IGNORED.has(element.name)) throw new Unsupported(`"${element.name}" in the setup of a trial`);
  }
  for (const element of trial) {
    if (KINDS[element.name] !== undefined) wishes.push(element);
    else if (!IGNORED.has(element.name)) throw new Unsupported(`"${element.name}" in a trial`);
  }
  const guess = builder.strings.find('x86_64') === 0 ? 'i686' : 'x86_64';
  const pool = builder.build(new ArchPolicy(arch ?? guess), {
    multilib: false,
    compareVersions: (a, b) => compareEvr(parseEvr(a), parseEvr(b)),
  });
  const jobs = wishes.map((wish) => jobOf(pool, wish));
  return { pool, jobs, state: solve(pool, jobs, { weak: true, policies: { uninstall } }) };
}

const KINDS: Record<string, Job['kind']> = {
  install: 'install',
  uninstall: 'erase',
  lock: 'lock',
  upgrade: 'update',
  distupgrade: 'distupgrade',
  verify: 'verify',
};

/** What says how results are shown, or what the solver cannot be told. */
const IGNORED = new Set(['reportproblems', 'instorder', 'mediaorder', 'showpool', 'subscribe', 'source']);

function jobOf(pool: Pool, { name, attributes }: Element): Job {
  const kind = KINDS[name] ?? 'install';
  const base = { kind, weak: false, best: false, anyArch: false, anyVersion: false };
  if (kind === 'update' || kind === 'distupgrade' || kind === 'verify') {
    return { ...base, spec: 'all', candidates: [[...pool.installedIds]], everything: true };
  }
  const { package: named, name: plain, kind: type, channel, arch, version, release } = attributes;
  const prefix = type === undefined || type === 'package' ? '' : `${type}:`;
  const spec = prefix + (named ?? plain)!;
  const candidates: number[] = [];
  for (let p = 2; p < pool.count; p++) {
    if (pool.strings.text(pool.name[p]!) !== spec) continue;
    const repo = pool.repos[pool.repo[p]!]!;
    const evr = pool.strings.text(pool.evr[p]!);
    if (channel !== undefined && repo.id !== channel && !(channel === '@system' && repo.installed)) continue;
    if (arch !== undefined && pool.strings.text(pool.arch[p]!) !== arch) continue;
    if (version !== undefined && evr !== (release === undefined ? version : `${version}-${release}`)) continue;
    if (pool.installed[p] === 1 || pool.installable(p)) candidates.push(p);
  }
  return { ...base, spec, candidates: [candidates], anyArch: arch !== undefined, anyVersion: version !== undefined };
}
