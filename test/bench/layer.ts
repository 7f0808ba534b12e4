import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ROOT } from '../support/shared.ts';
import { shell, tool } from '../support/tools.ts';
import {
  BASES,
  type BaseName,
  composeBase,
  LAYERS,
  type LayerFixtures,
  layerFixtures,
  refOf,
} from './layer-fixtures.ts';
import { measure, measureStages } from './measure.ts';
import { program } from './programs.ts';
import { type Row, rowOf, type Sample } from './rows.ts';

const ENV = { OSTREE_SYSROOT_DEBUG: 'mutable-deployments' };
const MUTABLE = Object.entries(ENV).map(([key, value]) => `${key}=${value}`);

interface Measured {
  readonly fixtures: LayerFixtures;
  readonly system: string;
  readonly work: string;
  readonly runs: number;
}

/**
 * `ostrata install` on a system beside the pipeline of primitive tools on a copy of it: `ostree checkout -H`, `rpm -i`, `ostree commit
 * --link-checkout-speedup`, `ostree admin deploy`. With `keep`, a directory, packages and bases stay there for a later run.
 */
export async function run(
  runs: number,
  only: RegExp,
  progress: (row: Row) => void,
  { keep }: { readonly keep?: string } = {},
): Promise<Row[]> {
  const work = keep === undefined ? mkdtempSync(join(tmpdir(), 'ostrata-layer-')) : resolve(keep);
  mkdirSync(work, { recursive: true });
  const rows: Row[] = [];
  const add = (row: Row): void => {
    progress(row);
    rows.push(row);
  };
  try {
    const fixtures = layerFixtures(work);
    const small = new Map<string, Samples>();
    for (const base of BASES) {
      const wanted = Object.keys(LAYERS).filter((layer) => only.test(nameOf(base, layer)));
      if (wanted.length === 0) continue;
      composeBase(work, fixtures, base);
      const system = systemOf(base, fixtures, work);
      for (const layer of wanted) {
        const name = nameOf(base, layer);
        const samples = await measureLayer(base, layer, { fixtures, system, work, runs });
        add(rowOf(name, samples.whole, samples.pipeline));
        add(rowOf(`${name}, assembly and commit / pipeline`, samples.assembly, samples.pipeline));
        const before = small.get(layer);
        if (before)
          add(rowOf(`${layer}, until the commit: ${base} / ${BASES[0]}`, samples.untilCommit, before.untilCommit));
        else small.set(layer, samples);
      }
      remove(system);
    }
    return rows;
  } finally {
    if (keep === undefined) rmSync(work, { recursive: true, force: true });
  }
}

const nameOf = (base: BaseName, layer: string): string => `${base}: ${layer}`;

/** A system made by the real ostree with one deployment of a base, which knows the repository of further packages. */
function systemOf(base: BaseName, { bases, repository }: LayerFixtures, work: string): string {
  const sysroot = join(work, 'system');
  const admin = (...words: string[]) => tool(['ostree', 'admin', `--sysroot=${sysroot}`, ...words], { env: ENV });
  remove(sysroot);
  tool(['mkdir', '-p', sysroot]);
  tool(['ostree', 'admin', 'init-fs', '--modern', sysroot]);
  admin('os-init', 'os');
  tool(['ostree', `--repo=${sysroot}/ostree/repo`, 'config', 'set', 'sysroot.bootloader', 'none']);
  tool(['ostree', `--repo=${sysroot}/ostree/repo`, 'pull-local', bases, refOf(base)]);
  admin('deploy', '--os=os', refOf(base));
  const [deployment = ''] = tool(['sh', '-c', `ls -d ${sysroot}/ostree/deploy/os/deploy/*.0`])
    .trim()
    .split('\n');
  mkdirSync(join(deployment, 'etc/yum.repos.d'), { recursive: true });
  writeFileSync(
    join(deployment, 'etc/yum.repos.d/extra.repo'),
    `[extra]\nname=extra\nbaseurl=file://${repository}\ngpgcheck=0\n`,
  );
  return sysroot;
}

/** A part of a program's time: there is no processor time or memory to it. */
const partOf = (seconds: number): Sample => ({ seconds, cpuSeconds: Number.NaN, megabytes: Number.NaN });

/** What one layer takes on one base. */
interface Samples {
  readonly whole: Sample[];
  /** From the packages that are to be laid over to the commit. */
  readonly assembly: Sample[];
  /** From the start of the program to the commit. */
  readonly untilCommit: Sample[];
  readonly pipeline: Sample[];
}

async function measureLayer(
  base: BaseName,
  layer: string,
  { fixtures, system, work, runs }: Measured,
): Promise<Samples> {
  const report = join(work, 'time');
  const copy = join(work, 'copy');
  const names = LAYERS[layer]?.map(({ name }) => name) ?? [];
  const files = names.map((name) => fixtures.files.get(name) ?? name);
  const renew = (): void => {
    remove(copy);
    tool(['cp', '-al', system, copy]);
    // What the preparation wrote is not for the run to wait for.
    tool(['sync']);
  };
  const samples: Samples = { whole: [], assembly: [], untilCommit: [], pipeline: [] };
  for (let i = 0; i < runs; i++) {
    renew();
    const install = [...program('ostrata'), 'install', '--sysroot', copy, ...names];
    const { sample, stages } = await measureStages(install, report);
    const [begin, end] = [stages['assemble']?.begin ?? Number.NaN, stages['commit']?.end ?? Number.NaN];
    samples.whole.push(sample);
    samples.assembly.push(partOf(end - begin));
    samples.untilCommit.push(partOf(end));
    renew();
    const pipeline = [process.execPath, join(ROOT, 'test/bench/peer-layer.ts'), copy, refOf(base), ...files];
    samples.pipeline.push(measure(['env', ...MUTABLE, ...pipeline], report));
  }
  remove(copy);
  return samples;
}

/** Deployments of a system are immutable. */
function remove(sysroot: string): void {
  shell('for d in "$1"/ostree/deploy/*/deploy/*/; do if [ -d "$d" ]; then chattr -i "$d"; fi; done; rm -rf "$1"', {}, [
    sysroot,
  ]);
}
