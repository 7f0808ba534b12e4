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
JOBS = {
    "install": solv.Job.SOLVER_INSTALL,
    "erase": solv.Job.SOLVER_ERASE,
    "update": solv.Job.SOLVER_UPDATE,
    "distupgrade": solv.Job.SOLVER_DISTUPGRADE,
    "verify": solv.Job.SOLVER_VERIFY,
    "lock": solv.Job.SOLVER_LOCK,
    "favor": solv.Job.SOLVER_FAVOR,
    "disfavor": solv.Job.SOLVER_DISFAVOR,
    "multiversion": solv.Job.SOLVER_MULTIVERSION,
    "allow-uninstall": solv.Job.SOLVER_ALLOWUNINSTALL,
}
OPTIONS = {
    "best": solv.Job.SOLVER_FORCEBEST,
    "weak": solv.Job.SOLVER_WEAK,
    "targeted": solv.Job.SOLVER_TARGETED,
}
FLAGS = {
    "uninstall": solv.Solver.SOLVER_FLAG_ALLOW_UNINSTALL,
    "keepOrphans": solv.Solver.SOLVER_FLAG_KEEP_ORPHANS,
    "bestObeysPolicy": solv.Solver.SOLVER_FLAG_BEST_OBEY_POLICY,
    "allObsoleters": solv.Solver.SOLVER_FLAG_YUM_OBSOLETES,
    "installUpdates": solv.Solver.SOLVER_FLAG_INSTALL_ALSO_UPDATES,
    "weakOfInstalled": solv.Solver.SOLVER_FLAG_ADD_ALREADY_RECOMMENDED,
    "inferiorArch": solv.Solver.SOLVER_FLAG_NO_INFARCHCHECK,
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


def job(pool, wish):
    how = JOBS[wish["kind"]]
    for option, bit in OPTIONS.items():
        if wish.get(option):
            how |= bit
    if wish["name"] is None:
        return pool.Job(how | solv.Job.SOLVER_SOLVABLE_ALL, 0)
    return pool.Job(how | solv.Job.SOLVER_SOLVABLE_NAME, pool.str2id(wish["name"]))


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
    jobs += [job(pool, wish) for wish in universe.get("wishes", [])]
    solver = pool.Solver()
    for flag, value in universe.get("policies", {}).items():
        solver.set_flag(FLAGS[flag], int(value))
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
