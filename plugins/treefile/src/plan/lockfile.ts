import { evrOf, type Json, type Plan } from '@ostrata/contract';
import { sortKeys } from '../model/merge.ts';

/**
 * A Plan's packages as a lockfile (rust/src/lockfile.rs): `{packages: {NAME: {evra, digest}}, metadata: {generated, rpmmd_repos}}`.
 * `generated` is the day of `seconds`, so that writing the same lockfile twice a day changes nothing.
 */
export function lockfileOf(plan: Plan, seconds: number): Json {
  const packages = Object.fromEntries(
    plan.inputs.install
      .map((pkg): [string, Json] => [
        pkg.name,
        { evra: `${evrOf(pkg)}.${pkg.arch}`, digest: `${pkg.checksum.algorithm}:${pkg.checksum.value}` },
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const repos = Object.fromEntries(
    plan.snapshots.map(({ source, timestamp }) => [source.id, { generated: rfc3339(timestamp) }]),
  );
  const day = Math.floor(seconds / 86_400) * 86_400;
  return { packages, metadata: { generated: rfc3339(day), rpmmd_repos: sortKeys(repos) } };
}

function rfc3339(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}
