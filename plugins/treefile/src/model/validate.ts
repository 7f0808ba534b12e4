import type { HostError } from '@ostrata/contract';
import type { Format } from '../codec/document.ts';
import { describe, entryOf, type Node, nodeAt, type Position, toValue } from '../codec/node.ts';
import type { TreefileErrorCode } from '../errors.ts';
import { parseCondition } from './conditions.ts';
import { ARCH_PACKAGES, FIELDS, LEGACY_NAMES } from './fields.ts';
import { splitPackages } from './packages.ts';
import { nearest, problemAt } from './problem.ts';
import { schemaProblems } from './schema.ts';

/** Fields that name other files or change how a file is read; rpm-ostree does not act on them in an inline treefile. */
const NOT_INLINE = ['include', 'arch-include', 'conditional-include', 'variables', 'postprocess-script', 'add-files'];
const RESERVED = ['basearch', 'releasever'];

export interface Findings {
  readonly problems: HostError[];
  /** Unknown keys of JSON files and below fields, which rpm-ostree lets pass. */
  readonly warnings: HostError[];
}

/**
 * Checks one treefile on its own: keys, types, conditions, quotes, reserved variables. Finds everything at once. Keys without a value
 * count as absent.
 */
export function validateTreefile(root: Node, file: string, format: Format, inline = false): Findings {
  const findings: Findings = { problems: [], warnings: [] };
  const report = (code: TreefileErrorCode, at: Position, message: string, hint?: string) =>
    findings.problems.push(problemAt(code, file, at, message, hint));
  if (root.kind !== 'map') {
    report('TREEFILE_TYPE', root.at, `a treefile must be a map, and this is ${describe(root)}`);
    return findings;
  }

  for (const { key, keyAt, value } of root.entries) {
    if (!isKnown(key)) {
      const known = nearest(key, [...Object.keys(FIELDS), 'packages-x86_64', 'packages-aarch64']);
      const hint = known ? `Did you mean "${known}"?` : 'docs/treefile.md lists every field.';
      const problem = problemAt('TREEFILE_UNKNOWN_KEY', file, keyAt, `unknown key "${key}"`, hint);
      (format === 'json' ? findings.warnings : findings.problems).push(problem);
    }
    const name = LEGACY_NAMES[key];
    if (name !== undefined && entryOf(root, name) !== undefined) {
      report(
        'TREEFILE_VALUE',
        keyAt,
        `"${key}" is the old name of "${name}", and both are there`,
        'Remove the old one.',
      );
    }
    if (inline && NOT_INLINE.includes(key) && !isNull(value)) {
      report(
        'TREEFILE_INCLUDE',
        keyAt,
        `"${key}" has no effect in an inline treefile`,
        'Put the treefile into a file of its own.',
      );
    }
  }

  const present = root.entries.filter((entry) => !isNull(entry.value));
  const values = toValue({ ...root, entries: present });
  for (const { path, message, kind } of schemaProblems(values)) {
    const node = nodeAt(root, path);
    if (kind === 'unknown') findings.warnings.push(unknownKey(root, path, file));
    else {
      const found = kind === 'type' ? `, and this is ${describe(node)}` : '';
      report('TREEFILE_TYPE', node.at, `${name(path)} ${message}${found}`);
    }
  }

  for (const { key, value } of present) {
    if (key === 'packages' || key === 'bootstrap-packages' || key === 'bootstrap_packages' || ARCH_PACKAGES.test(key)) {
      checkQuotes(value, report);
    } else if (key === 'repo-packages' || key === 'ex-override-replace') {
      if (value.kind === 'list')
        for (const group of value.items) checkQuotes(entryOf(group, 'packages')?.value, report);
    } else if (key === 'variables') checkVariables(value, report);
    else if (key === 'check-passwd' || key === 'check-groups') checkAccounts(key, value, report);
    else if (key === 'conditional-include') checkConditional(value, file, format, findings, report);
  }
  findings.problems.sort(byPlace);
  return findings;
}

function byPlace({ data: a }: HostError, { data: b }: HostError): number {
  return Number(a['line']) - Number(b['line']) || Number(a['column']) - Number(b['column']);
}

type Report = (code: TreefileErrorCode, at: Position, message: string, hint?: string) => void;

/** A key that rpm-ostree leaves aside, in a map of fixed keys below a field. */
function unknownKey(root: Node, path: readonly (string | number)[], file: string): HostError {
  const key = String(path.at(-1));
  const at = entryOf(nodeAt(root, path.slice(0, -1)), key)?.keyAt ?? root.at;
  return problemAt('TREEFILE_UNKNOWN_KEY', file, at, `${name(path)} is an unknown key`, 'It has no effect.');
}

function isKnown(key: string): boolean {
  return Object.hasOwn(FIELDS, key) || Object.hasOwn(LEGACY_NAMES, key) || ARCH_PACKAGES.test(key);
}

function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** `packages[2]`, `check-passwd.entries.bin`. */
function name(path: readonly (string | number)[]): string {
  const text = path.map((step) => (/^[0-9]+$/.test(String(step)) ? `[${step}]` : `.${step}`)).join('');
  return `"${text.replace(/^\./, '')}"`;
}

function checkQuotes(list: Node | undefined, report: Report): void {
  if (list?.kind !== 'list') return;
  for (const item of list.items) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string' || splitPackages(item.value) !== null) continue;
    report('TREEFILE_VALUE', item.at, `a single quote has no end in "${item.value}"`);
  }
}

function checkAccounts(key: string, value: Node, report: Report): void {
  const type = entryOf(value, 'type')?.value;
  const needs = type?.kind === 'scalar' ? { file: 'filename', data: 'entries' }[String(type.value)] : undefined;
  if (needs !== undefined && entryOf(value, needs) === undefined) {
    report('TREEFILE_TYPE', value.at, `"${key}" lacks the key "${needs}"`);
  }
}

function checkVariables(variables: Node, report: Report): void {
  if (variables.kind !== 'map') return;
  for (const { key, keyAt, value } of variables.entries) {
    if (RESERVED.includes(key)) {
      report('TREEFILE_VALUE', keyAt, `the variable "${key}" is reserved`, `It is set from the field "${key}".`);
    }
    const text = value.kind === 'scalar' ? String(value.value) : '';
    if (/[${}]/.test(key) || /[${}]/.test(text)) {
      report('TREEFILE_VALUE', keyAt, 'names and values of variables must not contain $, { or }');
    }
  }
}

function checkConditional(list: Node, file: string, format: Format, findings: Findings, report: Report): void {
  if (list.kind !== 'list') return;
  for (const item of list.items) {
    const condition = entryOf(item, 'if')?.value;
    for (const node of condition?.kind === 'list' ? condition.items : condition ? [condition] : []) {
      if (node.kind !== 'scalar' || typeof node.value !== 'string') continue;
      const parsed = parseCondition(node.value);
      if (typeof parsed === 'string')
        report('TREEFILE_CONDITION', node.at, `"${node.value}" is no condition: ${parsed}`);
    }
    const include = entryOf(item, 'include')?.value;
    if (include?.kind !== 'map') continue;
    const inner = validateTreefile(include, file, format, true);
    findings.problems.push(...inner.problems);
    findings.warnings.push(...inner.warnings);
  }
}
