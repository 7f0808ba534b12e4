"""Solves install jobs over rpm-md repositories with libsolv: one JSON object as argument, one on standard output.

{"repositories": [[ID, FOLDER], ...], "jobs": [{"install": [NAME, ...], "weak": BOOL}, ...], "rounds": N, "cache": FOLDER}

Gives the CPU seconds (and, as "wall", those of the clock) of parsing, of indexing what is provided and of each job (the median of its rounds), the packages, and the peak
memory in MB. With "cache" repositories come from FOLDER/ID.solv; where that is absent it is written after parsing.
"""

import glob
import json
import os
import statistics
import sys
import time

import solv


def load(pool, ident, folder, cache):
    repo = pool.add_repo(ident)
    packed = cache and os.path.join(cache, ident + ".solv")
    if packed and os.path.exists(packed):
        with open(packed, "rb") as file:
            repo.add_solv(solv.xfopen_fd(None, os.dup(file.fileno())))
        return
    primary = glob.glob(os.path.join(folder, "repodata", "*primary.xml.*"))[0]
    file = solv.xfopen(primary)
    repo.add_rpmmd(file, None, 0)
    file.close()
    if packed:
        with open(packed, "wb") as out:
            repo.write(solv.xfopen_fd(None, os.dup(out.fileno())))


def solve(pool, wanted):
    by_name = solv.Job.SOLVER_INSTALL | solv.Job.SOLVER_SOLVABLE_NAME
    jobs = [pool.Job(by_name, pool.str2id(name)) for name in wanted["install"]]
    begin = now()
    solver = pool.Solver()
    if not wanted["weak"]:
        solver.set_flag(solv.Solver.SOLVER_FLAG_IGNORE_RECOMMENDED, 1)
    problems = solver.solve(jobs)
    transaction = solver.transaction()
    seconds = since(begin)
    return seconds, len(problems), sorted(str(s) for s in transaction.newsolvables())


def now():
    return time.process_time(), time.perf_counter()


def since(begin):
    """CPU seconds and seconds of wall time."""
    return tuple(b - a for a, b in zip(begin, now()))


def peak_memory():
    """In MB, of this program alone: what getrusage says begins with the process that started it."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


request = json.loads(sys.argv[1])
pool = solv.Pool()
pool.setdisttype(solv.Pool.DISTTYPE_RPM)
pool.setarch("x86_64")
pool.set_flag(solv.Pool.POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS, 1)
begin = now()
for ident, folder in request["repositories"]:
    load(pool, ident, folder, request.get("cache"))
load = since(begin)
begin = now()
pool.addfileprovides()
pool.createwhatprovides()
index = since(begin)
answers = []
for wanted in request["jobs"]:
    rounds = [solve(pool, wanted) for _ in range(request.get("rounds", 1))]
    answers.append(
        {
            "first": rounds[0][0][0],
            "seconds": statistics.median(seconds[0] for seconds, _, _ in rounds),
            "wall": {
                "first": rounds[0][0][1],
                "seconds": statistics.median(seconds[1] for seconds, _, _ in rounds),
            },
            "problems": rounds[0][1],
            "packages": rounds[0][2],
        }
    )
print(
    json.dumps(
        {
            "load": load[0],
            "index": index[0],
            "wall": {"load": load[1], "index": index[1]},
            "jobs": answers,
            "megabytes": peak_memory(),
        }
    )
)
