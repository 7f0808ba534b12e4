import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { OSTRATA } from '../support/cli.ts';
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
import { measure } from './measure.ts';
import { type Row, rowOf, type Sample } from './rows.ts';

const ENV = { OSTREE_SYSROOT_DEBUG: 'mutable-deployments' };

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
  try {
    const fixtures = layerFixtures(work);
    for (const base of BASES) {
      const wanted = Object.keys(LAYERS).filter((layer) => only.test(nameOf(base, layer)));
      if (wanted.length === 0) continue;
      composeBase(work, fixtures, base);
      const system = systemOf(base, fixtures, work);
      for (const layer of wanted) {
        const row = measureLayer(base, layer, { fixtures, system, work, runs });
        progress(row);
        rows.push(row);
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

function measureLayer(
  base: BaseName,
  layer: string,
  {
    fixtures,
    system,
    work,
    runs,
  }: {
    readonly fixtures: LayerFixtures;
    readonly system: string;
    readonly work: string;
    readonly runs: number;
  },
): Row {
  const report = join(work, 'time');
  const copy = join(work, 'copy');
  const names = LAYERS[layer]?.map(({ name }) => name) ?? [];
  const sample = (words: (sysroot: string) => readonly string[]): Sample => {
    remove(copy);
    tool(['cp', '-al', system, copy]);
    // What the preparation wrote is not for the run to wait for.
    tool(['sync']);
    return measure(['env', ...Object.entries(ENV).map(([key, value]) => `${key}=${value}`), ...words(copy)], report);
  };
  const samples: Record<'ours' | 'peer', Sample[]> = { ours: [], peer: [] };
  for (let i = 0; i < runs; i++) {
    samples.ours.push(sample((sysroot) => [process.execPath, OSTRATA, 'install', '--sysroot', sysroot, ...names]));
    const files = names.map((name) => fixtures.files.get(name) ?? name);
    const pipeline = join(ROOT, 'test/bench/peer-layer.ts');
    samples.peer.push(sample((sysroot) => [process.execPath, pipeline, sysroot, refOf(base), ...files]));
  }
  remove(copy);
  return rowOf(nameOf(base, layer), samples.ours, samples.peer);
}

/** Deployments of a system are immutable. */
function remove(sysroot: string): void {
  shell('for d in "$1"/ostree/deploy/*/deploy/*/; do if [ -d "$d" ]; then chattr -i "$d"; fi; done; rm -rf "$1"', {}, [
    sysroot,
  ]);
}
