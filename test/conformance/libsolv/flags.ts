import type { Policies } from '../../../plugins/solver-sat/src/policy/policies.ts';
import type { Command } from './script.ts';

/** What `system`, `poolflags`, `solverflags` and `disable` say. */
export interface CaseFlags {
  /** Empty for any. */
  readonly arch: string;
  /** `rpm`, `deb`, or `*` for the one of the machine. */
  readonly packages: string;
  readonly installedRepo: string | null;
  readonly pool: ReadonlySet<string>;
  /** `namespace` lines: by `namespace:KIND(VALUE)` who answers it, as `NEVRA@REPOSITORY`. */
  readonly namespaces: ReadonlyMap<string, readonly string[]>;
  /** Only for the jobs of the same block. */
  readonly solver: ReadonlySet<string>;
  /** `pkg NEVRA@REPOSITORY` of packages that are not to be used. */
  readonly disabled: readonly string[];
}

const KNOWN_POOL = ['implicitobsoleteusescolors', 'whatprovideswithdisabled', 'noobsoletesmultiversion'];
/** Flags that are on unless switched off. */
const ON = ['allownamechange', 'dupallowdowngrade', 'dupallowarchchange', 'dupallowvendorchange', 'dupallownamechange'];
const KNOWN_SOLVER = [
  ...ON,
  'allowdowngrade',
  'allowarchchange',
  'allowvendorchange',
  'allowuninstall',
  'ignorerecommended',
  'keepexplicitobsoletes',
  'bestobeypolicy',
  'noautotarget',
  'keeporphans',
  'yumobsoletes',
  'strongrecommends',
  'strictrepopriority',
  'focusnew',
  'focusbest',
  'focusinstalled',
  'addalreadyrecommended',
  'onlynamespacerecommended',
  'installalsoupdates',
  'noinfarchcheck',
];

/** Reads the flags of a block; everything but solver flags stays from the block before. */
export function readFlags(commands: readonly Command[], before: CaseFlags | null): CaseFlags {
  let { arch, packages, installedRepo } = before ?? { arch: '', packages: '*', installedRepo: null };
  const pool = new Set(before?.pool);
  const solver = new Set(ON);
  const disabled = [...(before?.disabled ?? [])];
  const namespaces = new Map(before?.namespaces);
  for (const [command, ...rest] of commands) {
    if (command === 'system') {
      arch = rest[0] === 'unset' ? '' : rest[0]!;
      packages = rest[1]!;
      installedRepo = rest[2] ?? null;
    } else if (command === 'poolflags') change(pool, rest);
    else if (command === 'solverflags') change(solver, rest);
    else if (command === 'disable') disabled.push(rest.join(' '));
    else if (command === 'namespace') namespaces.set(rest[0]!, rest.slice(1));
  }
  return { arch, packages, installedRepo, pool, solver, disabled, namespaces };
}

function change(flags: Set<string>, words: readonly string[]): void {
  for (const word of words.flatMap((part) => part.split(','))) {
    if (word.startsWith('!')) flags.delete(word.slice(1));
    else if (word !== '') flags.add(word);
  }
}

/** What of the flags is not judged here, null when nothing is. */
export function unsupported({ packages, pool, solver }: CaseFlags): string | null {
  if (packages !== 'rpm' && packages !== '*') return `packages of the kind "${packages}"`;
  const unknown =
    [...pool].find((flag) => !KNOWN_POOL.includes(flag)) ?? [...solver].find((flag) => !KNOWN_SOLVER.includes(flag));
  return unknown === undefined ? null : `the flag "${unknown}"`;
}

/** The policies that solver flags stand for. */
export function policiesOf({ solver }: CaseFlags): Policies {
  const allowed = (prefix: string) => ({
    downgrade: solver.has(`${prefix}downgrade`),
    archChange: solver.has(`${prefix}archchange`),
    vendorChange: solver.has(`${prefix}vendorchange`),
    nameChange: solver.has(`${prefix}namechange`),
  });
  return {
    update: allowed('allow'),
    distupgrade: allowed('dupallow'),
    uninstall: solver.has('allowuninstall'),
    keepOrphans: solver.has('keeporphans'),
    bestObeysPolicy: solver.has('bestobeypolicy'),
    multiversionObsoletes: solver.has('keepexplicitobsoletes'),
    autotarget: !solver.has('noautotarget'),
    strictPriority: solver.has('strictrepopriority'),
    allObsoleters: solver.has('yumobsoletes'),
    focus: focusOf(solver),
    keepFirst: true,
    strongRecommends: solver.has('strongrecommends'),
    weakOfInstalled: solver.has('addalreadyrecommended'),
    weakOfMachine: solver.has('onlynamespacerecommended'),
    installUpdates: solver.has('installalsoupdates'),
    inferiorArch: solver.has('noinfarchcheck'),
  };
}

function focusOf(solver: ReadonlySet<string>): Policies['focus'] {
  if (solver.has('focusinstalled')) return 'installed';
  if (solver.has('focusbest')) return 'best';
  return solver.has('focusnew') ? 'new' : null;
}
