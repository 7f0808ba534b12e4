import { isGlob, nameMatcher } from '@ostrata/package-spec';
import type { Job } from '../../../plugins/solver-sat/src/rules/job.ts';
import { byArch, byName, newestOf } from './candidates.ts';
import type { Command } from './command-line.ts';
import type { Settings } from './settings.ts';
import type { System } from './system.ts';
import type { Universe } from './universe.ts';

/** Nothing is done: dnf ends with an error before it solves. */
export class Refused extends Error {}

/** What a command comes to: jobs for the solver, and what they mean beside that. */
export class Goal {
  readonly jobs: Job[] = [];
  /** Candidates of jobs that install what somebody asked for. */
  readonly asked = new Set<number>();
  /** Candidates that a group asks for. */
  readonly grouped = new Set<number>();
  readonly erased = new Set<number>();
  /** Installed packages whose reason becomes `dependency`. */
  readonly demoted = new Set<number>();
  /** Installed packages of unknown origin that somebody asks for now. */
  readonly promoted = new Set<number>();
  allowErasing = false;
  readonly universe: Universe;
  readonly system: System;
  readonly settings: Settings;

  constructor(universe: Universe, system: System, settings: Settings) {
    this.universe = universe;
    this.system = system;
    this.settings = settings;
  }

  /** Whether somebody asked for an installed package. */
  isWanted(p: number): boolean {
    return !['dependency', 'weak'].includes(this.system.reasonOf(this.universe.packages[p]!));
  }

  #push(kind: Job['kind'], candidates: readonly number[], flags: Partial<Job>): void {
    if (candidates.length === 0) return;
    const spec = this.universe.packages[candidates[0]!]!.name;
    this.jobs.push({
      kind,
      spec,
      candidates: [candidates],
      weak: false,
      best: false,
      anyArch: true,
      anyVersion: true,
      ...flags,
    });
  }

  #install(candidates: readonly number[]): void {
    this.#push('install', candidates, { best: this.settings.is('best'), weak: this.settings.is('skip_broken') });
  }

  /** A request that names nothing: an error, unless such are skipped. */
  unavailable(spec: string): void {
    if (!this.settings.is('skip_unavailable')) throw new Refused(`nothing is named "${spec}"`);
  }

  install(spec: string, from: readonly string[] = []): void {
    const { universe } = this;
    if (spec.startsWith('(')) {
      this.#rich(spec);
      return;
    }
    const found = universe.find(spec);
    if (found === null) {
      this.unavailable(spec);
      return;
    }
    let packages = found.packages;
    if (from.length > 0) {
      const offered = packages.filter((p) => from.includes(universe.repos[p]!));
      if (offered.length === 0) {
        this.unavailable(spec);
        return;
      }
      const same = (a: number, b: number) =>
        universe.name(a) === universe.name(b) && universe.pool.arch[a] === universe.pool.arch[b];
      packages = [...offered, ...packages.filter((p) => universe.isInstalled(p) && offered.some((q) => same(p, q)))];
    }
    const withObsoleters = (list: readonly number[]) =>
      this.settings.is('obsoletes') && found.justName
        ? [...list, ...universe.obsoletersOf(newestOf(universe, list))]
        : list;
    const lists =
      isGlob(spec) && !spec.startsWith('/') ? byName(universe, packages) : byArch(universe, this.settings, packages);
    for (const list of lists) {
      const candidates = withObsoleters(list);
      this.#install(candidates);
      for (const p of candidates) this.asked.add(p);
    }
    for (const p of packages) {
      const pkg = universe.packages[p]!;
      if (universe.isInstalled(p) && this.system.reasonOf(pkg) === 'external') this.promoted.add(p);
    }
  }

  /** A rich dependency, which only the solver understands. */
  #rich(spec: string): void {
    this.jobs.push({
      kind: 'install',
      spec,
      candidates: this.universe.clauses(spec),
      weak: this.settings.is('skip_broken'),
      best: this.settings.is('best'),
      anyArch: true,
      anyVersion: true,
    });
  }

  remove(spec: string, installedFrom: readonly string[]): void {
    const { universe } = this;
    const accept = (p: number) => universe.isInstalled(p) && this.#isFrom(p, installedFrom);
    const found = universe.find(spec, { provides: false, accept });
    for (const p of found?.packages ?? []) this.erase(p);
  }

  erase(p: number): void {
    this.erased.add(p);
    this.#push('erase', [p], { cleandeps: this.settings.is('clean_requirements_on_remove') });
  }

  #isFrom(p: number, repos: readonly string[]): boolean {
    if (repos.length === 0) return true;
    return repos.some((repo) => nameMatcher(repo)(this.system.installed[p - 2]!.from));
  }

  upgradeAll(from: readonly string[]): void {
    const { universe } = this;
    const targets = universe.visible.filter((p) => from.length === 0 || from.includes(universe.repos[p]!));
    this.#upgrade(targets);
  }

  #upgrade(packages: readonly number[]): void {
    this.#push('update', packages, { best: this.settings.is('best'), targeted: true });
  }

  distroSyncAll(from: readonly string[]): void {
    const { universe } = this;
    const offered = universe.visible.filter((p) => !universe.isInstalled(p));
    this.#distroSync(offered.filter((p) => from.length === 0 || from.includes(universe.repos[p]!)));
  }

  #distroSync(packages: readonly number[]): void {
    const { settings } = this;
    this.#push('distupgrade', packages, {
      best: settings.is('best'),
      weak: settings.is('skip_broken'),
      targeted: true,
    });
  }

  /** `upgrade`, `downgrade` or `distro-sync` of what a spec names. */
  change(verb: 'upgrade' | 'downgrade' | 'distro-sync', spec: string, command: Command): void {
    const { universe, settings } = this;
    const found = universe.find(spec);
    if (found === null) {
      this.unavailable(spec);
      return;
    }
    let query = [...found.packages];
    const installed = universe.all.filter((p) => universe.isInstalled(p) && this.#isFrom(p, command.installedFrom));
    const obsoletes = settings.is('obsoletes') && verb !== 'downgrade';
    const replaces = (p: number) => universe.obsoletersOf(installed).includes(p);
    const obsoleters = obsoletes ? query.filter(replaces) : [];
    const sameName = (p: number) => query.some((q) => universe.name(p) === universe.name(q));
    const sameArch = (p: number, q: number) =>
      universe.name(p) === universe.name(q) && universe.pool.arch[p] === universe.pool.arch[q];
    const present = installed.filter((p) => query.some((q) => sameArch(p, q)));
    if (obsoleters.length === 0 && present.length === 0) {
      if (!settings.is('skip_unavailable')) throw new Refused(`"${spec}" is not installed`);
      return;
    }
    if (command.installedFrom.length > 0) {
      query = query.filter((p) => present.some((q) => sameArch(p, q)) || obsoleters.includes(p));
    }
    if (obsoletes && found.justName) {
      const newer = (p: number) =>
        !universe.isInstalled(p) &&
        installed.some((q) => sameArch(p, q)) &&
        installed.every((q) => !sameArch(p, q) || universe.compare(p, q) > 0);
      const base = verb === 'upgrade' ? query.filter((p) => universe.isInstalled(p) || newer(p)) : query;
      query.push(...universe.obsoletersOf(base));
    }
    if (command.from.length > 0) {
      query = query.filter((p) => command.from.includes(universe.repos[p]!));
      if (query.length === 0) {
        this.unavailable(spec);
        return;
      }
    }
    if (verb === 'distro-sync') {
      this.#distroSync(query);
      return;
    }
    query = query.filter((p) => !universe.isInstalled(p));
    if (verb === 'upgrade') {
      const kept = installed.filter(sameName);
      const newest = kept.filter((p) => !kept.some((q) => sameArch(p, q) && universe.compare(q, p) > 0));
      this.#upgrade([...query, ...newest]);
      return;
    }
    for (const old of present) {
      if (present.some((p) => p < old && sameArch(p, old))) continue;
      const lower = query.filter((p) => sameArch(p, old) && universe.compare(p, old) < 0);
      this.#install(lower);
    }
  }

  /** `upgrade` of a package file, to whatever architecture it is for. */
  upgradeTo(p: number): void {
    const { universe } = this;
    const present = universe.all.filter((q) => universe.isInstalled(q));
    const installed = present.filter((q) => universe.name(q) === universe.name(p));
    if (installed.length === 0 && !universe.obsoletersOf(present).includes(p)) return;
    this.#upgrade([p, ...installed.filter((q) => universe.compare(q, p) >= 0)]);
  }

  reinstall(spec: string, { installedFrom, from }: Command): void {
    const { universe } = this;
    const found = universe.find(spec);
    if (found === null) {
      this.unavailable(spec);
      return;
    }
    const installed = found.packages.filter((p) => universe.isInstalled(p) && this.#isFrom(p, installedFrom));
    const same = found.packages.filter(
      (p) =>
        !universe.isInstalled(p) &&
        (from.length === 0 || from.includes(universe.repos[p]!)) &&
        installed.some((q) => universe.pool.text(p) === universe.pool.text(q)),
    );
    if (same.length === 0) {
      this.unavailable(spec);
      return;
    }
    for (const list of Map.groupBy(same, (p) => universe.pool.text(p)).values()) this.#install(list);
  }

  /** A member of a group. A conditional one comes when what it depends on does. */
  installMember(name: string, condition: string | undefined): void {
    const { universe } = this;
    if (condition !== undefined) {
      const known = (word: string) => universe.visible.some((p) => universe.name(p) === word);
      if (!known(condition) || !known(name)) return;
      this.#rich(conditional(name, condition));
      for (const p of universe.visible) if (universe.name(p) === name) this.grouped.add(p);
      return;
    }
    const found = universe.visible.filter((p) => universe.name(p) === name);
    if (found.length === 0) return;
    const candidates = this.settings.is('obsoletes')
      ? [...found, ...universe.obsoletersOf(newestOf(universe, found))]
      : found;
    this.#install(candidates);
    for (const p of candidates) this.grouped.add(p);
  }

  upgradeMember(name: string, command: Command): void {
    const { universe } = this;
    if (!universe.visible.some((p) => universe.isInstalled(p) && universe.name(p) === name)) return;
    this.change('upgrade', name, command);
  }
}

/** What a conditional member of a group comes to. */
export function conditional(name: string, condition: string): string {
  return `(${name} if ${condition})`;
}
