/** Our side of the solve benchmark as a program: solve-op.ts REQUEST, one JSON object as in test/support/libsolv-rpmmd.py. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageTable } from '@ostrata/core';
import { compareEvr, parseEvr } from '../../plugins/repo-rpm/src/codec/index.ts';
import {
  decodeDetails,
  decodePackages,
  encodePackages,
  type PackedPackages,
  PrimaryReader,
} from '../../plugins/repo-rpm/src/metadata/index.ts';
import { openMetadata } from '../../plugins/repo-rpm/src/source/open-metadata.ts';
import { ArchPolicy } from '../../plugins/solver-sat/src/pool/arch.ts';
import { PoolBuilder } from '../../plugins/solver-sat/src/pool/builder.ts';
import { baseOf, loadTable } from '../../plugins/solver-sat/src/request/load.ts';
import type { Job } from '../../plugins/solver-sat/src/rules/job.ts';
import { solve } from '../../plugins/solver-sat/src/solve/solve.ts';
import { tableOf } from '../plugins/solver-sat/support/primary.ts';
import type { LibsolvAnswer, LibsolvRequest } from '../support/libsolv-rpmmd.ts';
import { peakMemory } from './measure.ts';
import { median } from './rows.ts';

const KEY = 'bench';
/** CPU seconds, those of compiling and collecting in other threads included, and those of the clock. */
const now = () => {
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) / 1e6, wall: performance.now() / 1000 };
};
const since = (begin: ReturnType<typeof now>) => {
  const { cpu, wall } = now();
  return { cpu: cpu - begin.cpu, wall: wall - begin.wall };
};

function read(id: string, folder: string, cache: string | undefined): PackedPackages {
  const [index, details] = ['index', 'details'].map((part) => join(cache ?? '', `${id}.${part}`)) as [string, string];
  if (cache !== undefined && existsSync(index)) {
    return decodePackages(readFileSync(index), KEY, () => decodeDetails(readFileSync(details), KEY));
  }
  const repodata = join(folder, 'repodata');
  const primary = readdirSync(repodata).find((name) => name.endsWith('primary.xml.gz'));
  const reader = new PrimaryReader();
  for (const chunk of openMetadata(join(repodata, primary as string), 2 ** 31)) reader.write(chunk);
  const packages = reader.end();
  if (cache === undefined) return packages;
  const packed = encodePackages(packages, KEY);
  writeFileSync(details, packed.details);
  writeFileSync(index, packed.index);
  return decodePackages(packed.index, KEY, () => decodeDetails(packed.details, KEY));
}

const request = JSON.parse(process.argv[2] as string) as LibsolvRequest;
const begin = now();
const tables: PackageTable[] = request.repositories.map(([id, folder]) => tableOf(id, read(id, folder, request.cache)));
const load = since(begin);
const loaded = now();
const builder = new PoolBuilder(baseOf(tables));
for (const table of tables) loadTable(builder, table, false);
const compareVersions = (a: string, b: string) => compareEvr(parseEvr(a), parseEvr(b));
const pool = builder.build(new ArchPolicy('x86_64'), { multilib: true, compareVersions });
const index = since(loaded);

const answers: LibsolvAnswer['jobs'][number][] = request.jobs.map(({ install, weak }) => {
  const jobs = install.map((spec): Job => {
    const name = pool.strings.find(spec);
    const candidates: number[] = [];
    for (let p = 2; p < pool.count; p++) if (pool.name[p] === name) candidates.push(p);
    return {
      kind: 'install',
      spec,
      candidates: [candidates],
      weak: false,
      best: false,
      anyArch: false,
      anyVersion: false,
    };
  });
  const rounds = Array.from({ length: request.rounds ?? 1 }, () => {
    const start = now();
    const state = solve(pool, jobs, { weak });
    return { state, seconds: since(start) };
  });
  const { state } = rounds[0]!;
  const packages: string[] = [];
  for (let p = 2; p < pool.count; p++) if (state.level[p]! > 0) packages.push(pool.text(p));
  return {
    first: rounds[0]!.seconds.cpu,
    seconds: median(rounds.map(({ seconds }) => seconds.cpu)),
    wall: { first: rounds[0]!.seconds.wall, seconds: median(rounds.map(({ seconds }) => seconds.wall)) },
    problems: state.problems.length,
    packages: packages.sort(),
  };
});
const answer: LibsolvAnswer = {
  load: load.cpu,
  index: index.cpu,
  wall: { load: load.wall, index: index.wall },
  jobs: answers,
  megabytes: peakMemory(),
};
process.stdout.write(`${JSON.stringify(answer)}\n`);
