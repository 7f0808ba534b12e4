import type { HostError } from '@ostrata/core';
import { treefileError } from '../errors.ts';
import type { Origins } from '../load/origins.ts';
import { joinProblems, mistakesIn } from './problem.ts';
import type { Treefile } from './treefile.ts';

/** Where add-files may put files: what an OSTree commit has of /usr and /etc, and the links into /usr. */
const ADD_FILES = /^(?:usr|etc|bin|sbin|lib|lib64)\/(?!$)/;

/** Checks what the fields of a flattened treefile mean together. Throws one error with all mistakes. */
export function checkFlattened(
  treefile: Treefile,
  repovars: { readonly [name: string]: string },
  origins: Origins,
): void {
  const problems: HostError[] = [];
  const report = (field: string, message: string, hint?: string): void => {
    const origin = origins.get(field);
    problems.push(
      treefileError('TREEFILE_VALUE', `${origin === undefined ? '' : `${origin}: `}${message}`, {
        data: { field, origin: origin ?? null },
        ...(hint === undefined ? {} : { hint }),
      }),
    );
  };
  for (const [, destination] of treefile['add-files'] ?? []) {
    if (!isAddable(destination)) {
      report(
        'add-files',
        `add-files cannot write ${destination}`,
        'Destinations are below /usr (not /usr/local) or /etc.',
      );
    }
  }
  for (const path of treefile['remove-files'] ?? []) {
    if (path.startsWith('/') || path.includes('..') || path === '') {
      report(
        'remove-files',
        `remove-files cannot remove "${path}"`,
        'Paths are relative to the root and have no "..".',
      );
    }
  }
  for (const [, ...patterns] of treefile['remove-from-packages'] ?? []) {
    for (const pattern of patterns) {
      if (!compiles(pattern)) report('remove-from-packages', `"${pattern}" is not a regular expression`);
    }
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
  if ((treefile['selinux-label-version'] ?? 0) > 1) {
    report(
      'selinux-label-version',
      `selinux-label-version ${treefile['selinux-label-version']} is unknown`,
      'Use 0 or 1.',
    );
  }
  if (treefile['machineid-compat'] === false && (treefile.units ?? []).length > 0) {
    report(
      'units',
      '"units" has no effect with machineid-compat: false',
      'Ship a systemd preset in a package instead.',
    );
  }
  const excluded = new Set(treefile['exclude-packages'] ?? []);
  for (const name of treefile.packages ?? []) {
    if (excluded.has(name)) {
      report(
        `packages/${name}`,
        `the package ${name} is both requested and excluded`,
        'Remove it from one of the lists.',
      );
    }
  }
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
