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

const START = `
import json, solv, sys
pool = solv.Pool()
pool.setdisttype(solv.Pool.DISTTYPE_RPM)
pool.setarch('x86_64')
repo = pool.add_repo('r')
def read(add, name, *rest):
    f = solv.xfopen(name)
    if not add(f, *rest):
        sys.exit('libsolv cannot read it: ' + pool.errstr)
def items(s, key):
    return [d.pos() for d in s.Dataiterator(key)]
def texts(pos, *keys):
    return [pos.lookup_str(k) or '' for k in keys]
`;

const FILES = `${START}
read(repo.add_rpmmd, sys.argv[1], None)
read(repo.add_rpmmd, sys.argv[2], None, solv.Repo.REPO_EXTEND_SOLVABLES)
json.dump([sorted(set(d.str for d in s.Dataiterator(solv.SOLVABLE_FILELIST, None, solv.Dataiterator.SEARCH_FILES | solv.Dataiterator.SEARCH_COMPLETE_FILELIST))) for s in repo.solvables_iter()], sys.stdout)
`;

const CHANGELOGS = `${START}
read(repo.add_rpmmd, sys.argv[1], None)
read(repo.add_rpmmd, sys.argv[2], None, solv.Repo.REPO_EXTEND_SOLVABLES)
json.dump([[dict(author=p.lookup_str(solv.SOLVABLE_CHANGELOG_AUTHOR) or '', time=p.lookup_num(solv.SOLVABLE_CHANGELOG_TIME), text=p.lookup_str(solv.SOLVABLE_CHANGELOG_TEXT) or '')
    for p in items(s, solv.SOLVABLE_CHANGELOG)] for s in repo.solvables_iter()], sys.stdout)
`;

const ADVISORIES = `${START}
read(repo.add_updateinfoxml, sys.argv[1])
json.dump([dict(id=s.name[6:], type=s.lookup_str(solv.SOLVABLE_PATCHCATEGORY) or '', severity=s.lookup_str(solv.UPDATE_SEVERITY) or '', title=s.lookup_str(solv.SOLVABLE_SUMMARY) or '',
    description=s.lookup_str(solv.SOLVABLE_DESCRIPTION) or '', issued=s.lookup_num(solv.SOLVABLE_BUILDTIME),
    references=[texts(p, solv.UPDATE_REFERENCE_TYPE, solv.UPDATE_REFERENCE_ID, solv.UPDATE_REFERENCE_HREF, solv.UPDATE_REFERENCE_TITLE) for p in items(s, solv.UPDATE_REFERENCE)],
    packages=[texts(p, solv.UPDATE_COLLECTION_NAME, solv.UPDATE_COLLECTION_EVR, solv.UPDATE_COLLECTION_ARCH) for p in items(s, solv.UPDATE_COLLECTION)]) for s in repo.solvables_iter()], sys.stdout)
`;

function ask<T>(script: string, ...files: readonly string[]): T {
  return JSON.parse(execFileSync(PYTHON, ['-c', script, ...files], { encoding: 'utf8', maxBuffer: 1 << 30 })) as T;
}

/** All paths of each package, sorted and each once. */
export function filesWithSolv(primary: string, filelists: string): string[][] {
  return ask(FILES, primary, filelists);
}

export interface SolvChange {
  readonly author: string;
  readonly time: number;
  readonly text: string;
}

export function changelogsWithSolv(primary: string, other: string): SolvChange[][] {
  return ask(CHANGELOGS, primary, other);
}

export interface SolvAdvisory {
  readonly id: string;
  readonly type: string;
  readonly severity: string;
  readonly title: string;
  readonly description: string;
  readonly issued: number;
  /** Type, id, address, title. */
  readonly references: readonly (readonly string[])[];
  /** Name, version, architecture. */
  readonly packages: readonly (readonly string[])[];
}

export function advisoriesWithSolv(updateinfo: string): SolvAdvisory[] {
  return ask(ADVISORIES, updateinfo);
}
