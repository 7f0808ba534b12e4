import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Debian's python3-libcomps is for the system's own Python. */
const PYTHON = '/usr/bin/python3';

/** What libcomps reads of a comps file; members as `name type [requires]`. */
export interface LibcompsAnswer {
  readonly groups: readonly { readonly id: string; readonly name: string; readonly packages: readonly string[] }[];
  readonly environments: readonly {
    readonly id: string;
    readonly name: string;
    readonly groups: readonly string[];
    readonly options: readonly string[];
  }[];
}

const SCRIPT = `
import json, libcomps, sys
c = libcomps.Comps()
c.fromxml_f(sys.argv[1])
types = {libcomps.PACKAGE_TYPE_MANDATORY: 'mandatory', libcomps.PACKAGE_TYPE_DEFAULT: 'default', libcomps.PACKAGE_TYPE_OPTIONAL: 'optional', libcomps.PACKAGE_TYPE_CONDITIONAL: 'conditional'}
def member(p):
    t = types.get(p.type, 'mandatory')
    return p.name + ' ' + t + (' ' + p.requires if t == 'conditional' and p.requires else '')
json.dump(dict(groups=[dict(id=g.id, name=g.name or g.id, packages=[member(p) for p in g.packages]) for g in c.groups],
    environments=[dict(id=e.id, name=e.name or e.id, groups=[g.name for g in e.group_ids], options=[g.name for g in e.option_ids]) for e in c.environments]), sys.stdout)
`;

export function hasLibcomps(): boolean {
  if (!existsSync(PYTHON)) return false;
  try {
    execFileSync(PYTHON, ['-c', 'import libcomps'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** @param file not compressed */
export function readWithLibcomps(file: string): LibcompsAnswer {
  const text = execFileSync(PYTHON, ['-c', SCRIPT, file], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(text) as LibcompsAnswer;
}
