import type { PackageGroup } from '@ostrata/core';
import { isGlob, nameMatcher } from '@ostrata/package-spec';
import type { Comps, Environment } from '../../../plugins/repo-rpm/src/metadata/index.ts';
import type { Command } from './command-line.ts';
import type { Goal } from './jobs.ts';
import type { Settings } from './settings.ts';
import type { InstalledGroup, System } from './system.ts';
import { unneededPackages } from './unneeded.ts';

/** Groups of repositories as one: of groups with one id the packages of all count (libsolv's comps; dnf merges them so). */
export function mergeComps(all: readonly Comps[]): Comps {
  const groups = new Map<string, PackageGroup>();
  const environments = new Map<string, Environment>();
  for (const comps of all) {
    for (const group of comps.groups) groups.set(group.id, merged(groups.get(group.id), group));
    for (const environment of comps.environments) {
      const before = environments.get(environment.id);
      const list = new Set([...(before?.groups ?? []), ...environment.groups]);
      environments.set(environment.id, { ...environment, groups: [...list] });
    }
  }
  return { groups: [...groups.values()], environments: [...environments.values()] };
}

function merged(before: PackageGroup | undefined, after: PackageGroup): PackageGroup {
  if (before === undefined) return after;
  const packages = new Map([...before.packages, ...after.packages].map((pkg) => [`${pkg.name} ${pkg.type}`, pkg]));
  return { id: after.id, name: after.name === '' ? before.name : after.name, packages: [...packages.values()] };
}

/** Comps without what settings exclude. */
export function withoutExcluded({ groups, environments }: Comps, settings: Settings): Comps {
  const disabled = settings.list('disable_excludes');
  if (disabled.includes('*') || disabled.includes('main')) return { groups, environments };
  const allowed = (key: string) => {
    const matches = settings.list(key).map(matcher);
    return ({ id }: { readonly id: string }) => !matches.some((match) => match(id));
  };
  return {
    groups: groups.filter(allowed('excludegroups')),
    environments: environments.filter(allowed('excludeenvs')),
  };
}

/** What a transaction does to groups and environments, and the rows of the table about it. */
export class GroupChanges {
  readonly rows: [string, string][] = [];
  readonly #after: (() => void)[] = [];
  readonly #goal: Goal;
  readonly #comps: Comps;
  readonly #command: Command;

  constructor(goal: Goal, comps: Comps, command: Command) {
    this.#goal = goal;
    this.#comps = comps;
    this.#command = command;
  }

  get #system(): System {
    return this.#goal.system;
  }

  /** Once the transaction is done. */
  apply(): void {
    for (const step of this.#after) step();
  }

  /** `^ID` names environments only. */
  install(spec: string): void {
    const matches = matcher(spec.replace(/^\^/, ''));
    const [groups, environments] = this.#preferred(
      spec.startsWith('^') ? [] : this.#comps.groups.filter((group) => matches(group.id)),
      this.#comps.environments.filter((environment) => matches(environment.id)),
    );
    if (groups.length + environments.length === 0) this.#goal.unavailable(`@${spec}`);
    for (const environment of environments) this.#installEnvironment(environment);
    for (const group of groups) this.#installGroup(group, true);
  }

  /** The verb `group` takes environments only where no group fits, and the other way round. */
  #preferred<G, E>(groups: G[], environments: E[]): [G[], E[]] {
    const { verb } = this.#command;
    if (verb.startsWith('group ') && groups.length > 0) return [groups, []];
    if (verb.startsWith('environment ') && environments.length > 0) return [[], environments];
    return [groups, environments];
  }

  #installEnvironment(environment: Environment): void {
    if (!this.#system.environments.has(environment.id)) this.rows.push(['env-install', shown(environment)]);
    const members = environment.groups.flatMap((id) => this.#comps.groups.find((group) => group.id === id) ?? []);
    for (const group of members) this.#installGroup(group, false);
    const groups = members.map(({ id }) => id);
    this.#after.push(() => this.#system.environments.set(environment.id, { environment, groups }));
  }

  get #types(): string[] {
    const types = this.#goal.settings.list('group_package_types');
    return this.#command.flags.has('--with-optional') ? [...types, 'optional'] : types;
  }

  #installGroup(group: PackageGroup, asked: boolean): void {
    const before = this.#system.groups.get(group.id);
    if (before === undefined) this.rows.push(['group-install', shown(group)]);
    else if (asked && !before.asked) this.rows.push(['group-changing-reason', shown(group)]);
    const types = this.#types;
    const wanted = this.#command.flags.has('--no-packages')
      ? []
      : group.packages.filter(({ type }) => types.includes(type));
    for (const { name, requires } of wanted) this.#goal.installMember(name, requires);
    this.#record(
      group,
      asked || before?.asked === true,
      wanted.map(({ name }) => name),
      types,
    );
  }

  /** Members that are installed in the end belong to the group. */
  #record(group: PackageGroup, asked: boolean, names: readonly string[], types: readonly string[]): void {
    this.#after.push(() => {
      const present = new Set(this.#system.installed.map(({ pkg }) => pkg.name));
      const packages = names.filter((name) => present.has(name));
      this.#system.groups.set(group.id, { group, asked, packages, types });
    });
  }

  remove(specs: readonly string[]): void {
    const system = this.#system;
    const matches = specs.map((spec) => matcher(spec.replace(/^\^/, '')));
    const fits = (id: string) => matches.some((match) => match(id));
    const [ids, gone] = this.#preferred(
      [...system.groups.keys()].filter(fits),
      [...system.environments.keys()].filter(fits),
    );
    const groups = new Set(ids);
    for (const id of gone) {
      const { environment, groups: members } = system.environments.get(id)!;
      this.rows.push(['env-remove', shown(environment)]);
      this.#after.push(() => system.environments.delete(id));
      const elsewhere = (member: string) =>
        [...system.environments].some(([other, one]) => !gone.includes(other) && one.groups.includes(member));
      for (const member of members) {
        if (system.groups.get(member)?.asked === false && !elsewhere(member)) groups.add(member);
      }
    }
    for (const id of groups) {
      this.rows.push(['group-remove', shown(system.groups.get(id)!.group)]);
      this.#after.push(() => system.groups.delete(id));
    }
    if (!this.#command.flags.has('--no-packages')) this.#removeMembers([...groups].map((id) => system.groups.get(id)!));
  }

  /** Members that no other group has and nobody asked for go, but those that what stays requires become dependencies. */
  #removeMembers(groups: readonly InstalledGroup[]): void {
    const { universe } = this.#goal;
    const { pool } = universe;
    const system = this.#system;
    const others = [...system.groups.values()].filter((group) => !groups.includes(group));
    const candidates = universe.visible.filter((p) => {
      if (!universe.isInstalled(p)) return false;
      const name = universe.name(p);
      if (!groups.some(({ packages }) => packages.includes(name))) return false;
      if (others.some(({ packages }) => packages.includes(name))) return false;
      return ['dependency', 'weak', 'group'].includes(system.reasonOf(universe.packages[p]!));
    });
    const installed = Array.from(pool.installedIds);
    const wanted = installed.filter((p) => this.#goal.isWanted(p) && !candidates.includes(p));
    const gone = new Set([...candidates, ...unneededPackages(pool, wanted)]);
    const useless = new Set(
      unneededPackages(
        pool,
        installed.filter((p) => !gone.has(p)),
      ),
    );
    for (const p of candidates) {
      if (useless.has(p)) this.#goal.erase(p);
      else this.#goal.demoted.add(p);
    }
  }

  upgrade(specs: readonly string[]): void {
    const matches = specs.map(matcher);
    const fits = (id: string) => matches.some((match) => match(id));
    const [ids, environments] = this.#preferred(
      [...this.#system.groups.keys()].filter(fits),
      [...this.#system.environments.keys()].filter(fits),
    );
    const groups = new Set(ids);
    for (const id of environments) {
      const before = this.#system.environments.get(id)!;
      const now = this.#comps.environments.find((environment) => environment.id === id);
      if (now === undefined) continue;
      this.rows.push(['env-upgrade', shown(now)]);
      for (const member of now.groups) {
        const group = this.#comps.groups.find((one) => one.id === member);
        if (before.environment.groups.includes(member)) {
          if (this.#system.groups.has(member)) groups.add(member);
        } else if (group !== undefined) this.#installGroup(group, false);
      }
      this.#after.push(() => this.#system.environments.set(id, { environment: now, groups: now.groups }));
    }
    for (const id of groups) this.#upgradeGroup(id);
  }

  #upgradeGroup(id: string): void {
    const before = this.#system.groups.get(id)!;
    const now = this.#comps.groups.find((group) => group.id === id);
    if (now === undefined) return;
    this.rows.push(['group-upgrade', shown(now)]);
    const old = new Set(before.group.packages.map(({ name }) => name));
    const members = now.packages.filter(({ type }) => before.types.includes(type));
    for (const { name, requires } of members) if (!old.has(name)) this.#goal.installMember(name, requires);
    for (const { name } of now.packages) this.#goal.upgradeMember(name, this.#command);
    this.#record(
      now,
      before.asked,
      members.map(({ name }) => name),
      before.types,
    );
  }
}

function shown({ name }: { readonly name: string }): string {
  return name === '' ? '<name-unset>' : name;
}

function matcher(spec: string): (id: string) => boolean {
  return isGlob(spec) ? nameMatcher(spec) : (id) => id === spec;
}
