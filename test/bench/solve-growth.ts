import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { debianRepository } from '../support/debian-rpmmd.ts';
import { askLibsolv, type LibsolvRequest } from '../support/libsolv-rpmmd.ts';
import { ROOT } from '../support/shared.ts';
import { plot } from './plot.ts';
import { median, type Row, rowOf } from './rows.ts';
import { askOurs } from './solve.ts';

/** A job that fits the smallest repository. */
const JOB = { install: ['apache2'], weak: true };
const SIZES = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000];
const PLOT = join(ROOT, 'docs', 'solver-growth.svg');

/**
 * The same job over parts of Debian from 1,000 packages to all of them, from cached metadata: loading with indexing, and solving, beside
 * libsolv in the same run. Writes the plot in docs.
 */
export async function run(runs: number): Promise<Row[]> {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-bench-'));
  try {
    const whole = readPackages(debianRepository());
    const job = askLibsolv({ repositories: [['debian', debianRepository()]], jobs: [JOB] }).jobs[0]!;
    const needed = new Set(job.packages.map((nevra) => nevra.replace(/-[^-]+-[^-]+$/, '')));
    const rows: Row[] = [];
    const series = { ours: [] as [number, number][], libsolv: [] as [number, number][] };
    for (const size of [...SIZES, whole.packages.length]) {
      const folder = join(work, `${size}`);
      writePart(folder, whole, needed, size);
      const cache = join(folder, 'cache');
      mkdirSync(cache);
      const request: LibsolvRequest = { repositories: [['debian', folder]], jobs: [JOB], rounds: 5, cache };
      askOurs(request);
      askLibsolv(request);
      const answers = Array.from({ length: runs }, () => [askOurs(request), askLibsolv(request)] as const);
      const samples = [0, 1].map((side) =>
        answers.map((pair) => {
          const { load, index, jobs, megabytes } = pair[side]!;
          const seconds = load + index + jobs[0]!.first;
          return { seconds, cpuSeconds: seconds, megabytes };
        }),
      );
      rows.push(rowOf(`${size} packages`, samples[0]!, samples[1]!));
      for (const [side, name] of (['ours', 'libsolv'] as const).entries()) {
        series[name].push([size, median(samples[side]!.map(({ seconds }) => seconds))]);
      }
    }
    writeFileSync(PLOT, plotOf(series));
    return rows;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function plotOf(series: { ours: [number, number][]; libsolv: [number, number][] }): string {
  return plot({
    title: `Load from the cache and install ${JOB.install.join(' ')}, once`,
    x: 'packages in the repository',
    y: 'CPU seconds',
    series: [
      { name: 'solver-sat', colour: '#1f6feb', points: series.ours },
      { name: 'libsolv', colour: '#b35900', points: series.libsolv },
    ],
  });
}

interface Packages {
  readonly head: string;
  readonly packages: readonly { readonly name: string; readonly xml: string }[];
}

function readPackages(repository: string): Packages {
  const xml = gunzipSync(readFileSync(join(repository, 'repodata', 'primary.xml.gz'))).toString();
  const packages = [...xml.matchAll(/<package type="rpm"><name>([^<]+)<\/name>.*?<\/package>/gs)];
  return {
    head: xml.slice(0, xml.indexOf('<metadata')),
    packages: packages.map(([whole, name]) => ({ name: name as string, xml: whole })),
  };
}

/** A repository of what the job needs and of as many others, spread evenly. */
function writePart(folder: string, { head, packages }: Packages, needed: ReadonlySet<string>, size: number): void {
  const others = packages.length - needed.size;
  const wanted = size - needed.size;
  let seen = 0;
  const part = packages.filter(({ name }) => {
    if (needed.has(name)) return true;
    seen++;
    return Math.floor((seen * wanted) / others) > Math.floor(((seen - 1) * wanted) / others);
  });
  const open = `<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="${part.length}">`;
  mkdirSync(join(folder, 'repodata'), { recursive: true });
  const xml = `${head}${open}\n${part.map((pkg) => pkg.xml).join('\n')}\n</metadata>\n`;
  writeFileSync(join(folder, 'repodata', 'primary.xml.gz'), gzipSync(xml));
}
