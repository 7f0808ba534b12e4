import { readFileSync } from 'node:fs';
import { type CommandInput, type Context, type Deployment, OBJECT_STORES } from '@ostrata/contract';
import { Origin } from '@ostrata/origin';
import {
  type DeploymentHealth,
  type HealthRecord,
  mergeHealth,
  readHealth,
  readSystem,
  type System,
  writeHealth,
} from '@ostrata/system-verbs';

/** The start that is under way: what runs, and what is known of it. */
export interface Start {
  readonly system: System;
  readonly booted: Deployment;
  readonly bootId: string;
  readonly record: HealthRecord;
  /** Null where nothing is known of the running deployment yet. */
  readonly health: DeploymentHealth | null;
}

/** Null where nothing runs from the sysroot. */
export async function readStart(
  input: CommandInput,
  ctx: Context,
  options: { readonly writes?: boolean } = {},
): Promise<Start | null> {
  const system = await readSystem(input, ctx, options);
  const { booted, sysroot } = system;
  if (booted === null) return null;
  const record = readHealth(ctx, sysroot);
  return {
    system,
    booted,
    bootId: readFileSync(String(input.flags['boot-id']), 'utf8').trim(),
    record,
    health: record.deployments.find(({ id }) => id === booted.id) ?? null,
  };
}

/** What is known of a deployment, with what is new. */
export async function entryOf(
  deployment: Deployment,
  known: DeploymentHealth | null,
  changes: Partial<DeploymentHealth>,
  { repository }: System,
  ctx: Context,
): Promise<DeploymentHealth> {
  const { id, target } = deployment;
  return {
    failedStarts: [],
    reason: null,
    checks: [],
    replacedBy: null,
    state: 'trying',
    ...known,
    id,
    commit: target.commit,
    image: known?.image ?? (await imageOf(repository, target.commit, ctx)),
    layers: layersOf(target.origin),
    time: ctx.now(),
    ...changes,
  };
}

/** The failed starts of what runs, with the one that is under way. */
export const withThisStart = ({ health, bootId }: Start): readonly string[] => [
  ...new Set([...(health?.failedStarts ?? []), bootId]),
];

export function remember({ system, record }: Start, entries: readonly DeploymentHealth[], ctx: Context): void {
  const ids = system.deployments.map(({ id }) => id);
  writeHealth(ctx, mergeHealth(record, entries, ids));
}

/** The image that a commit lays its packages over, else the commit itself. */
async function imageOf(repository: string, commit: string, ctx: Context): Promise<string> {
  const store = await (await ctx.get(OBJECT_STORES)).open(repository);
  try {
    if ((await store.resolve(commit)) === null) return commit;
    const { parent, metadata } = await store.readCommit(commit);
    return metadata['rpmostree.clientlayer']?.value === true && parent !== null ? parent : commit;
  } finally {
    store.close();
  }
}

const LAYERS = [
  ...['requested', 'requested-local', 'requested-local-fileoverride'].map((key) => ['packages', key] as const),
  ...['remove', 'replace', 'replace-local'].map((key) => ['overrides', key] as const),
];

/** What an origin asks to be laid over the image; nothing where it cannot be read. */
export function layersOf(text: string): readonly string[] {
  try {
    const origin = Origin.parse(text);
    return LAYERS.flatMap(([group, key]) => origin.list(group, key).map((item) => `${group}.${key}: ${item}`)).sort();
  } catch {
    return [];
  }
}
