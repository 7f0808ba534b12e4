import type { HostError, Json } from '@ostrata/contract';
import { treefileError } from '../errors.ts';
import type { FlattenedTreefile } from '../flatten.ts';
import { joinProblems } from '../model/problem.ts';
import type { Fields } from '../model/treefile.ts';

const some = (value: Json): boolean =>
  Array.isArray(value) ? value.length > 0 : Object.keys(value as Fields).length > 0;
const always = (): boolean => true;
const yes = (value: Json): boolean => value === true;

/**
 * Fields that are read and flattened, and whose use a compose refuses because ignoring them would give another image than asked for.
 * docs/treefile.md has the same table.
 */
export const UNSUPPORTED: { readonly [field: string]: (value: Json) => boolean } = {
  'ostree-layers': some,
  'ostree-override-layers': some,
  'platform-module': always,
  'selinux-label-version': (value) => value !== 0,
  ima: yes,
  container: yes,
  sysusers: (value) => value === 'compose-forced',
  'repo-metadata': (value) => value === 'detached',
  'advisories-metadata': (value) => value === 'detached',
  cliwrap: yes,
  'cliwrap-binaries': some,
  'base-refspec': always,
  'container-image-reference': always,
  'packages-local': some,
  'packages-local-fileoverride': some,
  'override-remove': some,
  'ex-override-replace': some,
  'override-replace-local': some,
  initramfs: always,
  custom: always,
  'override-commit': always,
  'unconfigured-state': always,
};

/** Refuses a treefile that uses what is not acted on yet. */
export function refuseUnsupported({ treefile, externals, origins }: FlattenedTreefile): void {
  const problems: HostError[] = [];
  for (const [field, used] of Object.entries(UNSUPPORTED)) {
    const value = treefile[field];
    if (value === undefined || !used(value)) continue;
    const origin = origins.get(field);
    problems.push(
      treefileError(
        'TREEFILE_UNSUPPORTED',
        `${origin === undefined ? '' : `${origin}: `}"${field}" is not supported yet.`,
        {
          hint: 'docs/treefile.md lists the fields that are. Remove it, or use rpm-ostree for this treefile.',
          data: { field, origin: origin ?? null },
        },
      ),
    );
  }
  for (const program of externals.finalizers) {
    problems.push(
      treefileError('TREEFILE_UNSUPPORTED', `${program} beside the treefile is not supported yet.`, {
        hint: 'Move what it does into "postprocess", or make it not executable.',
        data: { field: 'finalize.d', origin: null },
      }),
    );
  }
  if (problems.length > 0) {
    const summary = `The treefile uses ${problems.length} things that are not supported yet.`;
    throw joinProblems(problems, 'TREEFILE_UNSUPPORTED', summary);
  }
}
