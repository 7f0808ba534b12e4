import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Debian's python3-solv is for the system's own Python. */
const PYTHON = '/usr/bin/python3';

/** What libsolv reads of one package; relations as `name`, `name >= evr`, sorted and each once. */
export interface SolvPackage {
  readonly nevra: string;
  readonly vendor: string;
  readonly summary: string;
  readonly size: number;
  readonly installedSize: number;
  readonly checksum: string;
  readonly relations: { readonly [kind: string]: readonly string[] };
  readonly pre: readonly string[];
}

const SCRIPT = `
import json, solv, sys
pool = solv.Pool()
pool.setdisttype(solv.Pool.DISTTYPE_RPM)
pool.setarch('x86_64')
repo = pool.add_repo('r')
f = solv.xfopen(sys.argv[1])
if not repo.add_rpmmd(f, None):
    sys.exit('libsolv cannot read it: ' + pool.errstr)
step = int(sys.argv[2])
kinds = {k: getattr(solv, 'SOLVABLE_' + k.upper()) for k in ('provides', 'requires', 'conflicts', 'obsoletes', 'recommends', 'suggests', 'supplements', 'enhances')}
out = []
for n, s in enumerate(repo.solvables_iter()):
    if n % step: continue
    relations = {}
    for kind, key in kinds.items():
        relations[kind] = sorted(set(str(d) for d in s.lookup_deparray(key, 0 if kind == 'requires' else -1)) - {'solvable:prereqmarker'})
    c = s.lookup_checksum(solv.SOLVABLE_CHECKSUM)
    out.append(dict(nevra=str(s), vendor=s.vendor or '', summary=s.lookup_str(solv.SOLVABLE_SUMMARY) or '', size=s.lookup_num(solv.SOLVABLE_DOWNLOADSIZE),
        installedSize=s.lookup_num(solv.SOLVABLE_INSTALLSIZE), checksum=c.hex() if c else '', relations=relations,
        pre=sorted(set(str(d) for d in s.lookup_deparray(solv.SOLVABLE_REQUIRES, 1)))))
json.dump(dict(count=repo.nsolvables, packages=out), sys.stdout)
`;

export function hasSolv(): boolean {
  if (!existsSync(PYTHON)) return false;
  try {
    execFileSync(PYTHON, ['-c', 'import solv'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Every `step`-th package of a primary.xml as libsolv reads it, and the number of all. */
export function readWithSolv(primary: string, step: number): { count: number; packages: SolvPackage[] } {
  const text = execFileSync(PYTHON, ['-c', SCRIPT, primary, String(step)], { encoding: 'utf8', maxBuffer: 1 << 30 });
  return JSON.parse(text) as { count: number; packages: SolvPackage[] };
}
