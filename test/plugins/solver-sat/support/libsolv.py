"""Answers universes with libsolv: JSON lines in, JSON lines out."""

import json
import re
import sys

import solv

KINDS = {
    "provides": solv.SOLVABLE_PROVIDES,
    "requires": solv.SOLVABLE_REQUIRES,
    "conflicts": solv.SOLVABLE_CONFLICTS,
    "obsoletes": solv.SOLVABLE_OBSOLETES,
    "recommends": solv.SOLVABLE_RECOMMENDS,
    "suggests": solv.SOLVABLE_SUGGESTS,
    "supplements": solv.SOLVABLE_SUPPLEMENTS,
    "enhances": solv.SOLVABLE_ENHANCES,
}
SIGNS = {"<": solv.REL_LT, "=": solv.REL_EQ, ">": solv.REL_GT}


def dependency(pool, text):
    if text.startswith("("):
        return pool.parserpmrichdep(text)
    versioned = re.match(r"^(\S+) ([<=>]+) (\S+)$", text)
    if not versioned:
        return pool.Dep(text)
    name, signs, evr = versioned.groups()
    flags = 0
    for sign in signs:
        flags |= SIGNS[sign]
    return pool.Dep(name).Rel(flags, pool.Dep(evr))


def fill(pool, repo, packages):
    for package in packages:
        name, evr, arch = re.match(r"^(.+?)-([^-]+-[^-]+)\.([a-z0-9_]+)$", package["nevra"]).groups()
        solvable = repo.add_solvable()
        solvable.name = name
        solvable.evr = evr
        solvable.arch = arch
        for kind, dependencies in package["relations"].items():
            for text in dependencies:
                solvable.add_deparray(KINDS[kind], dependency(pool, text))
        solvable.add_deparray(solv.SOLVABLE_PROVIDES, pool.Dep(name).Rel(solv.REL_EQ, pool.Dep(evr)))


def answer(universe):
    pool = solv.Pool()
    pool.setdisttype(solv.Pool.DISTTYPE_RPM)
    pool.setarch("x86_64")
    pool.set_flag(solv.Pool.POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS, 1)
    pool.installed = pool.add_repo("@installed")
    fill(pool, pool.installed, universe["installed"])
    fill(pool, pool.add_repo("test"), universe["available"])
    pool.addfileprovides()
    pool.createwhatprovides()
    by_name = solv.Job.SOLVER_SOLVABLE_NAME
    jobs = [
        pool.Job(solv.Job.SOLVER_INSTALL | by_name, pool.str2id(name))
        for name in universe["install"]
        if name not in universe["erase"]
    ]
    jobs += [pool.Job(solv.Job.SOLVER_ERASE | by_name, pool.str2id(name)) for name in universe["erase"]]
    solver = pool.Solver()
    solver.set_flag(solv.Solver.SOLVER_FLAG_ALLOW_VENDORCHANGE, 1)
    if not universe["weak"]:
        solver.set_flag(solv.Solver.SOLVER_FLAG_IGNORE_RECOMMENDED, 1)
    problems = len(solver.solve(jobs))
    transaction = solver.transaction()
    return {
        "problems": problems,
        "install": sorted(str(s) for s in transaction.newsolvables()),
        "kept": sorted(str(s) for s in transaction.keptsolvables()),
    }


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))))
