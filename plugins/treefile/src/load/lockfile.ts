import type { HostError, Pin } from '@ostrata/contract';
import { describe, entryOf, LIMITS, type MapEntry, type Node, type Position } from '../codec/node.ts';
import { joinProblems, mistakesIn, problemAt } from '../model/problem.ts';
import { decodeText, readInput } from './files.ts';
import { parseInput } from './parse.ts';

/**
 * Reads lockfiles (rust/src/lockfile.rs): `{packages: {NAME: {evra | evr, digest?, metadata?}}, metadata?}` as JSON or YAML. A package
 * of a later file replaces that of an earlier one. Throws one error with all mistakes.
 */
export function readLockfiles(paths: readonly string[]): Pin[] {
  const pins = new Map<string, Pin>();
  const problems: HostError[] = [];
  for (const path of paths) {
    const root = parseInput(decodeText(readInput(path, 'lockfile', LIMITS.bytes).content, path), path);
    const report = (at: Position, message: string) => problems.push(problemAt('TREEFILE_LOCKFILE', path, at, message));
    for (const { key, keyAt } of entries(root, 'a lockfile', report)) {
      if (key !== 'packages' && key !== 'metadata') report(keyAt, `unknown key "${key}"`);
    }
    const packages = entryOf(root, 'packages');
    if (packages === undefined) report(root.at, 'the key "packages" is missing');
    else {
      for (const entry of entries(packages.value, '"packages"', report)) {
        const pin = readPin(entry, path, report);
        if (pin !== undefined) pins.set(pin.name, pin);
      }
    }
    checkMetadata(entryOf(root, 'metadata')?.value, report);
  }
  if (problems.length > 0) throw joinProblems(problems, 'TREEFILE_LOCKFILE', mistakesIn(problems));
  return [...pins.values()];
}

type Report = (at: Position, message: string) => void;

function readPin({ key: name, keyAt, value }: MapEntry, file: string, report: Report): Pin | undefined {
  const texts: { [key: string]: string } = {};
  for (const { key, keyAt: at, value: node } of entries(value, `"${name}"`, report)) {
    if (key === 'metadata') entries(node, '"metadata"', report);
    else if (key !== 'evr' && key !== 'evra' && key !== 'digest') report(at, `unknown key "${key}"`);
    else if (node.kind === 'scalar' && typeof node.value === 'string' && node.value !== '') texts[key] = node.value;
    else if (key !== 'digest' || node.kind !== 'scalar' || node.value !== null) {
      report(node.at, `"${key}" must be a string, and this is ${describe(node)}`);
    }
  }
  if (value.kind !== 'map') return undefined;
  const { evr, evra, digest } = texts;
  const split = evra === undefined ? -1 : evra.lastIndexOf('.');
  if ((evr === undefined) === (evra === undefined)) {
    report(keyAt, `${name} must have one of "evra" and "evr"`);
    return undefined;
  }
  if (evra !== undefined && split <= 0) {
    report(keyAt, `the evra of ${name} has no architecture: ${evra}`);
    return undefined;
  }
  if (digest !== undefined && !/^[a-z0-9]+:[0-9a-f]+$/.test(digest)) {
    report(keyAt, `the digest of ${name} must be like sha256:0123…, not ${digest}`);
    return undefined;
  }
  return {
    name,
    evr: evra === undefined ? (evr ?? '') : evra.slice(0, split),
    arch: evra === undefined ? null : evra.slice(split + 1),
    ...(digest === undefined ? {} : { digest }),
    origin: `${file}:${keyAt.line}`,
  };
}

function checkMetadata(metadata: Node | undefined, report: Report): void {
  if (metadata === undefined || (metadata.kind === 'scalar' && metadata.value === null)) return;
  for (const { key, keyAt } of entries(metadata, '"metadata"', report)) {
    if (key !== 'generated' && key !== 'rpmmd_repos') report(keyAt, `unknown key "${key}"`);
  }
}

function entries(node: Node, name: string, report: Report): readonly MapEntry[] {
  if (node.kind === 'map') return node.entries;
  report(node.at, `${name} must be a map, and this is ${describe(node)}`);
  return [];
}
