import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '@ostrata/contract';

/** What came of one check of a start. */
export interface CheckResult {
  /** A systemd unit, or `required.d/NAME`, `wanted.d/NAME`. */
  readonly name: string;
  readonly required: boolean;
  readonly passed: boolean;
  /** Why it failed; null where it passed. */
  readonly detail: string | null;
}

/** What is known of the starts of one deployment. */
export interface DeploymentHealth {
  /** `OS-CHECKSUM.SERIAL`. */
  readonly id: string;
  readonly commit: string;
  /** The image that the commit lays packages over, or the commit itself. */
  readonly image: string;
  /** What the origin asks to be laid over the image: a failed image with other layers is another thing. */
  readonly layers: readonly string[];
  /** `trying`: found unhealthy, and started again. `good` stays: later failures are no reason to leave it. */
  readonly state: 'good' | 'trying' | 'failed';
  /** Kernel boot ids of starts that were found unhealthy. */
  readonly failedStarts: readonly string[];
  readonly reason: string | null;
  /** Seconds since the epoch. */
  readonly time: number;
  /** Of the last start that was checked. */
  readonly checks: readonly CheckResult[];
  /** The deployment that runs in its place. */
  readonly replacedBy: string | null;
}

/** The file `health.json` among the state of the machine. */
export interface HealthRecord {
  readonly version: 1;
  /** The system it is about. */
  readonly sysroot: string;
  readonly deployments: readonly DeploymentHealth[];
}

const NAME = 'health.json';

/** So many failed deployments are remembered beyond their removal, the newest ones. */
const REMEMBERED = 16;

/** Empty where nothing is known of this system; also where the file cannot be read: then everything is counted anew. */
export function readHealth({ environment }: Pick<Context, 'environment'>, sysroot: string): HealthRecord {
  const empty: HealthRecord = { version: 1, sysroot, deployments: [] };
  try {
    const record = JSON.parse(readFileSync(join(environment.stateDir, NAME), 'utf8')) as HealthRecord;
    if (record.version !== 1 || record.sysroot !== sysroot || !Array.isArray(record.deployments)) return empty;
    return { ...record, deployments: record.deployments.filter(isHealth) };
  } catch {
    return empty;
  }
}

function isHealth(value: unknown): value is DeploymentHealth {
  if (typeof value !== 'object' || value === null) return false;
  const { id, commit, image, layers, state, failedStarts, checks, time } = value as Partial<DeploymentHealth>;
  const texts = [id, commit, image].every((text) => typeof text === 'string');
  const lists = [layers, failedStarts, checks].every(Array.isArray);
  return texts && lists && typeof time === 'number' && ['good', 'trying', 'failed'].includes(state ?? '');
}

/** Puts entries in the place of those of the same deployments; `existing` names the deployments there are: of others only failures stay. */
export function mergeHealth(
  record: HealthRecord,
  entries: readonly DeploymentHealth[],
  existing: readonly string[],
): HealthRecord {
  const others = record.deployments.filter(({ id }) => !entries.some((entry) => entry.id === id));
  const all = [...entries, ...others].sort((a, b) => b.time - a.time);
  const gone = all.filter(({ id, state }) => !existing.includes(id) && state === 'failed').slice(0, REMEMBERED);
  return { ...record, deployments: all.filter((entry) => existing.includes(entry.id) || gone.includes(entry)) };
}

/** Survives a cut right behind it: a start that is not remembered would be repeated for ever. */
export function writeHealth({ environment }: Pick<Context, 'environment'>, record: HealthRecord): void {
  mkdirSync(environment.stateDir, { recursive: true });
  const path = join(environment.stateDir, NAME);
  writeFileSync(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`, { flush: true });
  renameSync(`${path}.new`, path);
  const fd = openSync(environment.stateDir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
