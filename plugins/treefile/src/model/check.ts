import type { HostError } from '@ostrata/contract';
import { treefileError } from '../errors.ts';
import type { Origins } from '../load/origins.ts';
import { joinProblems, mistakesIn } from './problem.ts';
import type { Treefile } from './treefile.ts';

/** Where add-files may put files: what an OSTree commit has of /usr and /etc, and the links into /usr. */
const ADD_FILES = /^(?:usr|etc|bin|sbin|lib|lib64)\/(?!$)/;

/** Names of refs; OSTree's `ostree_validate_rev` (src/libostree/ostree-core.c), without a remote. */
const REF = /^[-._A-Za-z0-9]+(?:\/[-._A-Za-z0-9]+)*$/;

type Report = (field: string, message: string, hint?: string) => void;

/** Checks what rpm-ostree checks of every flattened treefile. Throws one error with all mistakes. */
export function checkFlattened(
  treefile: Treefile,
  repovars: { readonly [name: string]: string },
  origins: Origins,
): void {
  collect(origins, (report) => {
    for (const [, destination] of treefile['add-files'] ?? []) {
      if (isAddable(destination)) continue;
      const hint = 'Destinations are below /usr (not /usr/local) or /etc.';
      report('add-files', `add-files cannot write ${destination}`, hint);
    }
    const suffix = treefile['automatic-version-suffix'];
    if (suffix !== undefined && (suffix.length !== 1 || suffix.charCodeAt(0) > 0x7f)) {
      report('automatic-version-suffix', `automatic-version-suffix must be one ASCII character, not "${suffix}"`);
    }
    for (const [name, instead] of [
      ['releasever', 'Use the field "releasever".'],
      ['basearch', 'It is set from the architecture.'],
    ] as const) {
      if (Object.hasOwn(repovars, name)) report('repovars', `repovars must not set "${name}"`, instead);
    }
    const version = treefile['selinux-label-version'] ?? 0;
    if (version > 1) report('selinux-label-version', `selinux-label-version ${version} is unknown`, 'Use 0 or 1.');
  });
}

/** Checks what would make a compose fail late. Throws one error with all mistakes. */
export function checkComposable(treefile: Treefile, origins: Origins): void {
  collect(origins, (report) => {
    const { ref } = treefile;
    if (ref !== undefined && (!REF.test(ref) || ref.split('/').some((part) => part === '.' || part === '..'))) {
      const hint = 'Refs are made of letters, digits, ".", "_", "-" and "/"; are all variables defined?';
      report('ref', `"${ref}" cannot be the name of a ref`, hint);
    }
    for (const path of treefile['remove-files'] ?? []) {
      if (!path.startsWith('/') && !path.includes('..') && path !== '') continue;
      const hint = 'Paths are relative to the root and have no "..".';
      report('remove-files', `remove-files cannot remove "${path}"`, hint);
    }
    for (const pattern of (treefile['remove-from-packages'] ?? []).flatMap(([, ...patterns]) => patterns)) {
      if (!compiles(pattern)) report('remove-from-packages', `"${pattern}" is not a regular expression`);
    }
    for (const unit of treefile.units ?? []) {
      if (unit === '' || unit.includes('/')) report('units', `"${unit}" is not the name of a unit`);
    }
    if (treefile['machineid-compat'] === false && (treefile.units ?? []).length > 0) {
      const hint = 'Ship a systemd preset in a package instead.';
      report('units', '"units" has no effect with machineid-compat: false', hint);
    }
    const excluded = new Set(treefile['exclude-packages'] ?? []);
    for (const name of treefile.packages ?? []) {
      if (!excluded.has(name)) continue;
      report(`packages/${name}`, `the package ${name} is both requested and excluded`, 'Remove it from one list.');
    }
  });
}

/** Runs checks, and throws what they reported. */
function collect(origins: Origins, check: (report: Report) => void): void {
  const problems: HostError[] = [];
  check((field, message, hint) => {
    const origin = origins.get(field);
    problems.push(
      treefileError('TREEFILE_VALUE', `${origin === undefined ? '' : `${origin}: `}${message}`, {
        data: { field, origin: origin ?? null },
        ...(hint === undefined ? {} : { hint }),
      }),
    );
  });
  if (problems.length > 0) throw joinProblems(problems, 'TREEFILE_INVALID', mistakesIn(problems));
}

function isAddable(destination: string): boolean {
  const path = destination.replace(/^\/+/, '');
  if (path.split('/').some((part) => part === '..' || part === '.' || part === '')) return false;
  return ADD_FILES.test(path) && !path.startsWith('usr/local/');
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
