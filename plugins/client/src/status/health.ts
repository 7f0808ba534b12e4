import type { Deployment, Json } from '@ostrata/contract';
import type { DeploymentHealth, System } from '@ostrata/system-verbs';
import { isoTime } from '../report/version-line.ts';

/** What is known of the starts of the deployments. */
export interface Health {
  readonly known: readonly DeploymentHealth[];
  /** The default that the boot loader has given up. */
  readonly passedOver: string | null;
}

/** What `status --json` says of the starts of a deployment; null where nothing is known. */
export function healthJson({ id }: Deployment, { known, passedOver }: Health): Json {
  const found = known.find((one) => one.id === id);
  if (found === undefined && passedOver !== id) return null;
  return {
    state: passedOver === id ? 'failed' : (found?.state ?? 'failed'),
    'failed-starts': found?.failedStarts.length ?? 0,
    reason: found?.reason ?? (passedOver === id ? 'the boot loader gave it up' : null),
    time: found?.time ?? null,
    checks: (found?.checks ?? []).map((check) => ({ ...check })),
  };
}

/** The deployment in whose place the running one was started, as it failed. */
export function failedBefore({ booted, deployments }: System, { known, passedOver }: Health): string | null {
  if (booted === null || passedOver !== null) return passedOver;
  const isThere = (id: string) => deployments.some((one) => one.id === id);
  const failed = known.find(
    ({ id, state, replacedBy }) => state === 'failed' && replacedBy === booted.id && isThere(id),
  );
  return failed?.id ?? null;
}

/** For people: failures always, the rest when details are asked for. */
export function describeHealth(health: Json | undefined, verbose: boolean): string[] {
  if (typeof health !== 'object' || health === null) return [];
  const { state, reason, time, 'failed-starts': failed } = health as { readonly [key: string]: Json };
  if (state === 'good') return verbose ? ['good'] : [];
  const starts = Number(failed) > 0 ? ` after ${failed} unhealthy start${failed === 1 ? '' : 's'}` : '';
  const when = typeof time === 'number' ? ` (${isoTime(time)})` : '';
  const why = typeof reason === 'string' ? `: ${reason}` : '';
  return state === 'failed' || starts !== '' ? [`${String(state)}${starts}${when}${why}`] : [];
}
