import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianRepository } from '../support/debian-rpmmd.ts';
import { askLibsolv, type InstallJob, type LibsolvAnswer, type LibsolvRequest } from '../support/libsolv-rpmmd.ts';
import { ROOT, sharedData } from '../support/shared.ts';
import { tool } from '../support/tools.ts';
import { measure } from './measure.ts';
import { program } from './programs.ts';
import { type Row, rowOf, type Sample } from './rows.ts';

/** How often a process solves the same job: the first time alone is what a command takes, the median what a service does. */
const ROUNDS = 15;

const OP = join(ROOT, 'test/bench/solve-op.ts');

interface World {
  readonly name: string;
  readonly repositories: LibsolvRequest['repositories'];
  readonly installs: readonly string[];
}

export function askOurs(request: LibsolvRequest): LibsolvAnswer {
  return JSON.parse(tool([process.execPath, OP, JSON.stringify(request)])) as LibsolvAnswer;
}

/**
 * Metadata and solver beside libsolv (its Python binding, a process for each job as on our side) and the whole command beside dnf, all of
 * them over the same repositories. The last row's seconds are CPU time.
 */
export async function run(runs: number, only: RegExp): Promise<Row[]> {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-bench-'));
  try {
    const debian = debianRepository();
    const rows = [
      ...benchWorld({ name: 'Debian', repositories: [['debian', debian]], installs: DESKTOPS }, work, runs, only),
      ...benchCentos(work, runs, only),
    ];
    if (only.test('command')) rows.push(benchCommand(debian, work, runs));
    if (only.test('solver-libsolv')) rows.push(benchBinding(debian, runs));
    return rows;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const DESKTOPS = ['gnome-core', 'task-gnome-desktop', 'kde-full'];

function benchCentos(work: string, runs: number, only: RegExp): Row[] {
  const [appstream, baseos] = ['appstream', 'baseos'].map((name) => sharedData('rpmmd', `centos-stream-9-${name}`));
  if (appstream === undefined || baseos === undefined) return [];
  const repositories = [['appstream', appstream] as const, ['baseos', baseos] as const];
  return benchWorld({ name: 'CentOS', repositories, installs: ['httpd', 'gnome-shell'] }, work, runs, only);
}

const sampleOf = (seconds: number, cpuSeconds: number, megabytes: number): Sample => ({
  seconds,
  cpuSeconds,
  megabytes,
});

function benchWorld({ name, repositories, installs }: World, work: string, runs: number, only: RegExp): Row[] {
  const cache = join(work, `cache-${name}`);
  mkdirSync(cache);
  const rows: Row[] = [];
  const compare = (row: string, sides: (() => Sample)[]) => {
    const [ours, peer] = sides as [() => Sample, () => Sample];
    const samples: [Sample[], Sample[]] = [[], []];
    for (let i = 0; i < runs; i++) {
      samples[0].push(ours());
      samples[1].push(peer());
    }
    rows.push(rowOf(row, samples[0], samples[1]));
  };
  const asked = [askOurs, askLibsolv];
  // Also fills the caches.
  for (const ask of asked) ask({ repositories, jobs: [], cache });
  const parse = `${name}: parse`;
  if (only.test(parse)) {
    compare(
      parse,
      asked.map((ask) => () => {
        const { load, wall, megabytes } = ask({ repositories, jobs: [] });
        return sampleOf(wall.load, load, megabytes);
      }),
    );
  }
  const cached = `${name}: cached load`;
  if (only.test(cached)) {
    compare(
      cached,
      asked.map((ask) => () => {
        const { load, index, wall, megabytes } = ask({ repositories, jobs: [], cache });
        return sampleOf(wall.load + wall.index, load + index, megabytes);
      }),
    );
  }
  for (const install of installs) {
    for (const weak of [true, false]) {
      const job: InstallJob = { install: [install], weak };
      const solve = `${name}: ${install}${weak ? '' : ', no weak'}`;
      if (only.test(solve)) rows.push(...benchJob(solve, { repositories, jobs: [job], rounds: ROUNDS, cache }, runs));
    }
  }
  return rows;
}

/** Rows of a job, after both gave the same packages: the first time, and again in the same process. */
function benchJob(name: string, request: LibsolvRequest, runs: number): Row[] {
  const samples = Array.from({ length: runs }, () => [askOurs(request), askLibsolv(request)] as const);
  for (const [ours, peer] of samples) {
    if (ours.jobs[0]!.packages.join() !== peer.jobs[0]!.packages.join()) throw new Error(`${name}: another answer`);
  }
  const row = (suffix: string, time: 'first' | 'seconds') => {
    const [ours, peer] = [0, 1].map((side) =>
      samples.map((pair) => {
        const { jobs, megabytes } = pair[side]!;
        return sampleOf(jobs[0]!.wall[time], jobs[0]![time], megabytes);
      }),
    );
    return rowOf(`${name}${suffix}`, ours!, peer!);
  };
  return [row(', first', 'first'), row(', again', 'seconds')];
}

/** From cached metadata to the printed transaction. */
function benchCommand(repository: string, work: string, runs: number): Row {
  const job = 'gnome-core';
  const report = join(work, 'time');
  const folder = join(work, 'command');
  mkdirSync(folder);
  writeFileSync(join(folder, 'debian.repo'), `[debian]\nname=debian\nbaseurl=file://${repository}\ngpgcheck=0\n`);
  const treefile = join(folder, 'manifest.json');
  writeFileSync(
    treefile,
    JSON.stringify({ ref: 'bench', repos: ['debian'], packages: [job], edition: '2024', selinux: false }),
  );
  const command = (...flags: string[]) => [
    ...program('ostrata'),
    'compose',
    'tree',
    '--dry-run',
    ...flags,
    '--cachedir',
    join(folder, 'cache'),
    '--repo',
    join(folder, 'repo'),
    treefile,
  ];
  const dnf = (...flags: string[]) => [
    'dnf',
    'install',
    ...flags,
    '--assumeno',
    `--installroot=${join(folder, 'root')}`,
    '--releasever=12',
    '--forcearch=x86_64',
    `--repofrompath=debian,file://${repository}`,
    '--repo=debian',
    '--nogpgcheck',
    '--setopt=keepcache=true',
    `--setopt=cachedir=${join(folder, 'dnf-cache')}`,
    '--setopt=reposdir=/nonexistent',
    '--setopt=module_platform_id=platform:none',
    job,
  ];
  measure(command(), report);
  // dnf ends with 1 when nobody says yes.
  const aborted = (argv: readonly string[]) => ['sh', '-c', '"$@" || test $? -eq 1', 'sh', ...argv];
  measure(aborted(dnf()), report);
  const samples: [Sample[], Sample[]] = [[], []];
  for (let i = 0; i < runs; i++) {
    samples[0].push(measure(command('-C'), report));
    samples[1].push(measure(aborted(dnf('-C')), report));
  }
  return rowOf(`Debian: command for ${job}`, samples[0], samples[1]);
}

/** Both solvers of ours over the same tables, pools included, once in a process each. */
function benchBinding(repository: string, runs: number): Row {
  const side = (solver: string) =>
    Array.from({ length: runs }, () => {
      const op = join(ROOT, 'test/bench/solver-op.ts');
      const { seconds, megabytes } = JSON.parse(tool([process.execPath, op, solver, repository, 'gnome-core'])) as {
        seconds: number;
        megabytes: number;
      };
      return sampleOf(seconds, seconds, megabytes);
    });
  return rowOf('Debian: gnome-core by solver-sat beside solver-libsolv', side('sat'), side('libsolv'));
}
