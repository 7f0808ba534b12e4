import { isGlob, nameMatcher } from '@ostrata/package-spec';
import { Unsupported } from '../libsolv/unsupported.ts';
import { type Command, readCommand, shellWords } from './command-line.ts';
import { fillGoal } from './fill-goal.ts';
import type { Scenario, Step } from './gherkin.ts';
import { GroupChanges, mergeComps, withoutExcluded } from './groups.ts';
import { conditional, Goal, Refused } from './jobs.ts';
import type { Package, Repository } from './repository.ts';
import { Settings } from './settings.ts';
import { keyOf, System } from './system.ts';
import { rowsOf, solveGoal, type Transaction } from './transaction.ts';
import { type Offer, Universe } from './universe.ts';
import { SOLVED, WATCHED, WATCHING } from './verbs.ts';
import { braces, exactly, fixtureOf, listed, pairs, unbraced } from './words.ts';

interface ConfiguredRepository {
  readonly content: Repository;
  readonly options: Map<string, string>;
}

/** What a command of dnf did. */
export interface Result {
  /** Rows of the transaction table; none when nothing was done. */
  readonly rows: readonly (readonly [string, string])[];
  /** Why nothing was done. */
  readonly refused: string | null;
  /** `NAME.ARCH EVR` of what was installed before and is now. */
  readonly before: readonly Package[];
  readonly after: readonly Package[];
}

/** Runs the steps of one scenario against the solver. */
export class ScenarioRun {
  readonly #system = new System();
  readonly #repos = new Map<string, ConfiguredRepository>();
  readonly #settings: [string, string][] = [];
  readonly #read: (name: string) => Repository | null;
  last: Result | null = null;

  constructor(read: (name: string) => Repository | null) {
    this.#read = read;
  }

  /** @throws Unsupported when the step is nothing that is simulated here */
  step({ text, table }: Step): void {
    if (WATCHED.test(text)) return;
    const repo = /^I use repository "([^"]*)"(?: as (?:http|https|ftp))?( with configuration)?$/.exec(text);
    if (repo !== null) {
      this.#useRepository(repo[1]!, repo[2] === undefined ? [] : pairs(table));
      return;
    }
    const known: [RegExp, (...words: string[]) => void][] = [
      [/^I (?:successfully )?execute dnf with args "(.*)"\s*$/, (words) => this.#dnf(unbraced(words))],
      [/^I (?:successfully )?execute rpm with args "(.*)"$/, (words) => this.#rpm(shellWords(unbraced(words)))],
      [/^I drop repository "([^"]*)"$/, (name) => this.#repos.delete(name)],
      [/^I set config option "([^"]*)" to "([^"]*)"$/, (key, value) => this.#settings.push([key, value])],
      [/^I configure dnf with$/, () => this.#settings.push(...pairs(table))],
      [
        /^I configure repository "([^"]*)" with$/,
        (name) => {
          for (const [key, value] of pairs(table)) this.#repos.get(name)?.options.set(key, value);
        },
      ],
      [/^I configure a new repository "([^"]*)" with$/, (name) => this.#newRepository(name, pairs(table))],
    ];
    for (const [pattern, act] of known) {
      const words = pattern.exec(text);
      if (words !== null) {
        act(...words.slice(1));
        return;
      }
    }
    throw new Unsupported(`the step "${text.replace(/"[^"]*"/g, '"…"').replace(/\{.*/, '…')}"`);
  }

  #useRepository(name: string, options: readonly (readonly [string, string])[]): void {
    this.#repos.set(name, { content: this.#content(name), options: new Map(options) });
  }

  #content(name: string): Repository {
    const content = this.#read(name);
    if (content === null) throw new Unsupported('a repository that is not in the folder');
    if (content.modular) throw new Unsupported('a repository with modules');
    return content;
  }

  #newRepository(name: string, options: readonly (readonly [string, string])[]): void {
    const url = options.find(([key]) => key === 'baseurl')?.[1] ?? '';
    const fixture = fixtureOf(url);
    if (fixture === null) throw new Unsupported('a repository that is not in the folder');
    this.#repos.set(name, { content: this.#content(fixture), options: new Map(options) });
  }

  /** A package of a repository by the path that a command line has. */
  #packageAt(path: string): Package {
    const [, repo, location] = /repos(?:_location\})?\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const found = repo === undefined ? undefined : this.#read(repo)?.packages.find((pkg) => pkg.location === location);
    if (found === undefined) throw new Unsupported('a package file that is not in the repositories');
    return found;
  }

  /** Patterns in the paths of package files are the shell's. */
  #pathsOf(spec: string): string[] {
    const [, root, repo, pattern] = /^(.*repos(?:_location\})?\/)([^/]+)\/(.+)$/.exec(spec) ?? [];
    if (pattern === undefined || !isGlob(pattern)) return [spec];
    const fits = braces(pattern).map(nameMatcher);
    const found = this.#read(repo!)?.packages.filter(({ location }) => fits.some((matches) => matches(location))) ?? [];
    return found.map(({ location }) => `${root}${repo}/${location}`);
  }

  #rpm(words: readonly string[]): void {
    const flags = words.filter((word) => word.startsWith('-'));
    const rest = words.filter((word) => !word.startsWith('-'));
    const before = this.#packages();
    if (flags.some((flag) => /^-[a-z]*e$/.test(flag))) {
      this.#system.remove(({ pkg }) =>
        rest.some((word) =>
          [pkg.name, keyOf(pkg), `${pkg.name}-${pkg.evr}`, `${pkg.name}-${pkg.evr}.${pkg.arch}`].includes(word),
        ),
      );
    } else if (flags.some((flag) => /^-[a-z]*[iU]/.test(flag))) {
      for (const path of rest) {
        const pkg = this.#packageAt(path);
        if (flags.some((flag) => flag.startsWith('-U'))) this.#system.remove((one) => keyOf(one.pkg) === keyOf(pkg));
        this.#system.add(pkg, '');
      }
    } else if (!flags.some((flag) => /^-[a-z]*q/.test(flag))) throw new Unsupported(`rpm ${flags.join(' ')}`);
    this.last = { rows: [], refused: null, before, after: this.#packages() };
  }

  #packages(): Package[] {
    return this.#system.installed.map(({ pkg }) => pkg);
  }

  #dnf(line: string): void {
    const words = shellWords(line);
    const verb = words.find((word) => !word.startsWith('-')) ?? '';
    const watching = [...WATCHING].some((known) => known === verb || words.join(' ').startsWith(`${known} `));
    const before = this.#packages();
    if (watching && !words.includes('--refresh')) {
      this.last = { rows: [], refused: null, before, after: before };
      return;
    }
    const command = readCommand(words);
    if (!SOLVED.has(command.verb)) throw new Unsupported(`the command "${command.verb}"`);
    if (command.flags.has('--oldinstallonly')) throw new Unsupported('the option --oldinstallonly');
    let rows: (readonly [string, string])[] = [];
    let refused: string | null = null;
    try {
      rows = this.#solve(command);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused = error.message;
    }
    this.last = { rows, refused, before, after: this.#packages() };
  }

  #solve(command: Command): [string, string][] {
    const settings = new Settings(
      this.#settings,
      command.settings.filter(([key]) => !key.includes('.')),
    );
    const repos = this.#enabled(command);
    const words = command.specs.flatMap((spec) => this.#pathsOf(spec));
    const files = words.filter((spec) => spec.endsWith('.rpm'));
    const offers = repos.map(
      ({ id, content, options }): Offer => ({
        id,
        priority: Number(options.get('priority') ?? 99),
        packages: content.packages,
        exclude: listed(options.get('excludepkgs') ?? options.get('exclude')),
        include: listed(options.get('includepkgs')),
      }),
    );
    const local = files.map((path) => this.#packageAt(path));
    if (local.length > 0) offers.push({ id: '@commandline', priority: 99, packages: local, exclude: [], include: [] });
    const comps = withoutExcluded(mergeComps(repos.map(({ content }) => content.comps)), settings);
    const members = comps.groups.flatMap(({ packages }) => packages);
    const conditions = members.flatMap(({ name, requires }) =>
      requires === undefined ? [] : [conditional(name, requires)],
    );
    const names = [...members.map(({ name }) => name), ...this.#system.installed.map(({ pkg }) => pkg.name)];
    const specs = words.map((spec) => (files.includes(spec) ? exactly(local[files.indexOf(spec)]!) : spec));
    const weak = settings.list('exclude_from_weak');
    const universe = new Universe(this.#system, offers, [...specs, ...conditions, ...names, ...weak], {
      exclude: [...command.exclude, ...settings.list('excludepkgs')],
      include: settings.list('includepkgs'),
    });
    const goal = new Goal(universe, this.#system, settings);
    const groups = new GroupChanges(goal, comps, command);
    fillGoal(goal, groups, command, specs);
    const transaction = solveGoal(goal);
    if (transaction === null) throw new Refused('there are problems');
    const rows = [...rowsOf(goal, transaction), ...groups.rows];
    if (!command.flags.has('--assumeno')) {
      this.#apply(transaction);
      groups.apply();
    }
    return rows;
  }

  #enabled(command: Command): { id: string; content: Repository; options: Map<string, string> }[] {
    const found = [...this.#repos].map(([id, { content, options }]) => {
      const own = command.settings.flatMap(([key, value]): [string, string][] =>
        key.startsWith(`${id}.`) ? [[key.slice(id.length + 1), value]] : [],
      );
      return { id, content, options: new Map([...options, ...own]) };
    });
    for (const [id, path] of command.paths) {
      const fixture = fixtureOf(path);
      if (fixture === null) throw new Unsupported('a repository that is not in the folder');
      found.push({ id, content: this.#content(fixture), options: new Map() });
    }
    const fits = (patterns: readonly string[], id: string) =>
      patterns.some((pattern) => pattern === id || pattern === '*');
    return found.filter(({ id, options }) => {
      if (command.repos !== null) return fits(command.repos, id);
      if (fits(command.disable, id)) return fits(command.enable, id);
      return (options.get('enabled') ?? '1') !== '0' || fits(command.enable, id);
    });
  }

  #apply({ incoming, outgoing, demoted, promoted }: Transaction): void {
    const system = this.#system;
    const before = system.installed;
    for (const index of demoted) system.reasons.set(keyOf(before[index]!.pkg), 'dependency');
    for (const index of promoted) system.reasons.set(keyOf(before[index]!.pkg), 'user');
    const gone = new Set(outgoing.map(({ index }) => before[index]!));
    for (const { pkg, from } of incoming) system.add(pkg, from);
    system.remove((one) => gone.has(one));
    for (const { pkg, reason } of incoming) {
      if (reason !== 'external') system.reasons.set(keyOf(pkg), reason);
    }
  }
}

/** The scenarios that no runner of these features runs by itself. */
export function notRun({ tags }: Scenario): string | null {
  if (tags.includes('xfail')) return 'dnf itself fails it (tag xfail)';
  return null;
}
