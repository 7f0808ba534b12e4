import { Unsupported } from '../libsolv/unsupported.ts';

/** A command of dnf with the options that change what it does. */
export interface Command {
  readonly verb: string;
  readonly specs: readonly string[];
  /** `--setopt` and the options that stand for one, in order. */
  readonly settings: readonly (readonly [string, string])[];
  readonly exclude: readonly string[];
  /** Only these repositories, null for all that are enabled. */
  readonly repos: readonly string[] | null;
  readonly enable: readonly string[];
  readonly disable: readonly string[];
  /** Repositories by path: id and path. */
  readonly paths: readonly (readonly [string, string])[];
  /** Options without a value that the verb has. */
  readonly flags: ReadonlySet<string>;
  readonly installedFrom: readonly string[];
  readonly from: readonly string[];
}

/** Options that do not change a transaction. */
const IDLE = new Set([
  '-y',
  '--assumeyes',
  '--nogpgcheck',
  '--no-gpgchecks',
  '--refresh',
  '-v',
  '-q',
  '--cacheonly',
  '-C',
]);
const SETTINGS: Record<string, readonly [string, string]> = {
  '--best': ['best', '1'],
  '--no-best': ['best', '0'],
  '--nobest': ['best', '0'],
  '--no-autoremove': ['clean_requirements_on_remove', '0'],
  '--noautoremove': ['clean_requirements_on_remove', '0'],
  '--skip-broken': ['skip_broken', '1'],
  '--skip-unavailable': ['skip_unavailable', '1'],
};
const FLAGS = new Set(['--allowerasing', '--with-optional', '--no-packages', '--assumeno', '--oldinstallonly']);
const VALUES: Record<string, string> = {
  '--setopt': 'setopt',
  '--exclude': 'exclude',
  '--excludepkgs': 'exclude',
  '-x': 'exclude',
  '--repo': 'repo',
  '--repoid': 'repo',
  '--enable-repo': 'enable',
  '--enablerepo': 'enable',
  '--disable-repo': 'disable',
  '--disablerepo': 'disable',
  '--repofrompath': 'path',
  '--releasever': 'idle',
  '--forcearch': 'unsupported',
  '--installed-from-repo': 'installedFrom',
  '--from-repo': 'from',
};
const GROUP_VERBS = new Set([
  'group',
  'environment',
  'module',
  'history',
  'advisory',
  'repo',
  'mark',
  'offline',
  'system-upgrade',
]);

/** Words of a shell line, quotes taken off. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  for (const [, double, single, plain, gap] of line.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)|(\s+)/g)) {
    if (gap !== undefined || words.length === 0) words.push('');
    if (gap === undefined) words[words.length - 1] += double ?? single ?? plain ?? '';
  }
  return words.filter((word) => word !== '');
}

/** @throws Unsupported naming an option that is not known here */
export function readCommand(words: readonly string[]): Command {
  const plain: string[] = [];
  const given: Record<string, string[]> = {
    setopt: [],
    exclude: [],
    repo: [],
    enable: [],
    disable: [],
    path: [],
    installedFrom: [],
    from: [],
  };
  const settings: (readonly [string, string])[] = [];
  const flags = new Set<string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const [option, inline] = word.startsWith('--') ? splitOnce(word, '=') : [word, undefined];
    if (IDLE.has(option)) continue;
    if (FLAGS.has(option)) flags.add(option);
    else if (SETTINGS[option] !== undefined) settings.push(SETTINGS[option]);
    else if (VALUES[option] !== undefined) {
      const value = inline ?? words[++i] ?? '';
      const kind = VALUES[option];
      if (kind === 'unsupported') throw new Unsupported(`the option ${option}`);
      if (kind === 'setopt') {
        const [key, setting] = splitOnce(value, '=');
        settings.push([key, setting ?? '']);
      } else if (kind !== 'idle') given[kind]!.push(...(kind === 'path' ? [value] : value.split(',')));
    } else if (option.startsWith('-')) throw new Unsupported(`the option ${option}`);
    else plain.push(word);
  }
  const verb = GROUP_VERBS.has(plain[0] ?? '') ? plain.splice(0, 2).join(' ') : (plain.shift() ?? '');
  return {
    verb,
    specs: plain,
    settings,
    exclude: given.exclude!,
    repos: given.repo!.length > 0 ? given.repo! : null,
    enable: given.enable!,
    disable: given.disable!,
    paths: given.path!.map((value) => splitOnce(value, ',') as [string, string]),
    flags,
    installedFrom: given.installedFrom!,
    from: given.from!,
  };
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
