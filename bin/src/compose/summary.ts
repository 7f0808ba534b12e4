import { evrOf, type Json, type Outcome } from '@ostrata/core';

/** The forms in which a compose is reported to programs. */
export const composeSummary = {
  /** `--json`: stable names, made of the records. */
  json(outcome: Outcome): { [key: string]: Json } {
    const { plan, commit } = outcome;
    return {
      status: outcome.status,
      until: outcome.until,
      digest: plan?.digest ?? null,
      commit: commit?.id ?? null,
      ref: plan?.inputs.image.ref ?? null,
      version: plan?.commit.version ?? null,
      parent: plan?.commit.parent ?? null,
      timestamp: plan?.commit.timestamp ?? null,
      packages: (plan?.inputs.install ?? []).map((pkg) => ({
        name: pkg.name,
        evr: evrOf(pkg),
        arch: pkg.arch,
        source: pkg.source,
        reason: pkg.reason,
        size: pkg.size,
        installedSize: pkg.installedSize,
      })),
      extras: outcome.extras,
    };
  },

  /** `--write-composejson-to`: the keys of rpm-ostree's compose JSON, which coreos-assembler and others read. */
  composeJson(outcome: Outcome): { [key: string]: Json } {
    const { plan, commit } = outcome;
    const keys: { [key: string]: Json | null | undefined } = {
      ref: commit?.meta.ref,
      'ostree-commit': commit?.id,
      'ostree-version': plan?.commit.version,
      'ostree-timestamp':
        commit === null ? null : new Date(commit.meta.timestamp * 1000).toISOString().replace('.000', ''),
      'ostree-parent-commit': commit?.meta.parent,
      'rpm-ostree-inputhash': plan?.digest,
      ...(outcome.extras['compose'] as { [key: string]: Json } | undefined),
    };
    return Object.fromEntries(
      Object.entries(keys).filter((entry): entry is [string, Json] => entry[1] !== null && entry[1] !== undefined),
    );
  },

  /** `--print-only`: the treefile with all includes merged. */
  flattened(outcome: Outcome): Json {
    const own = outcome.extras['treefile'];
    return typeof own === 'object' && own !== null && 'flattened' in own ? (own.flattened as Json) : null;
  },
};
