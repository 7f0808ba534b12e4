import type { PoolBuilder } from '../../../plugins/solver-sat/src/pool/builder.ts';
import { matchesPackage } from '../../../plugins/solver-sat/src/pool/match.ts';
import type { Pool } from '../../../plugins/solver-sat/src/pool/pool.ts';
import { ARCH, EQUAL, isComparison } from '../../../plugins/solver-sat/src/pool/relations.ts';
import type { Job } from '../../../plugins/solver-sat/src/rules/job.ts';
import { caseDependency } from './dependency.ts';
import type { Command } from './script.ts';
import { Unsupported } from './unsupported.ts';

const KINDS: Record<string, Job['kind']> = {
  install: 'install',
  erase: 'erase',
  lock: 'lock',
  update: 'update',
  distupgrade: 'distupgrade',
  verify: 'verify',
  favor: 'favor',
  disfavor: 'disfavor',
  blacklist: 'blacklist',
  excludefromweak: 'exclude-weak',
  allowuninstall: 'allow-uninstall',
  multiversion: 'multiversion',
  noobsoletes: 'multiversion',
  userinstalled: 'keep',
  droporphaned: 'drop-orphaned',
  weakendeps: 'weaken',
};

const NAMESPACE_JOB = /^(namespace:\w+)\((.*)\)$/;

/** A job line in parts, before the pool exists. */
export interface CaseJob {
  readonly kind: Job['kind'];
  /** `name`, `provides`, `pkg`, `oneof`, `repo` or `all`. */
  readonly select: string;
  readonly what: readonly string[];
  readonly dependency: number;
  readonly flags: ReadonlySet<string>;
  /** The dependency is about the machine: `namespace:language(de)`, or the string of `namespace:language` for all of that kind. */
  readonly asksMachine: boolean;
}

/** Reads `job KIND SELECTION [FLAG,…]`; interns the dependency that it names. */
export function readJob(builder: PoolBuilder, command: Command): CaseJob {
  const words = command.slice(1);
  const last = words[words.length - 1]!;
  const flags = new Set(/^\[.*\]$/.test(last) ? last.slice(1, -1).split(',') : []);
  if (flags.size > 0) words.pop();
  const [name, select, ...what] = words as [string, string, ...string[]];
  const kind = KINDS[name];
  if (kind === undefined) throw new Unsupported(`jobs of the kind "${name}"`);
  const named = select === 'name' || select === 'provides';
  const [, namespace, value] = (select === 'provides' && NAMESPACE_JOB.exec(what.join(' '))) || [];
  if (namespace !== undefined && value === '<NULL>') {
    return { kind, select, what, dependency: builder.strings.intern(namespace), flags, asksMachine: true };
  }
  const asksMachine = namespace !== undefined;
  return { kind, select, what, dependency: named ? caseDependency(builder, what.join(' ')) : 0, flags, asksMachine };
}

/** Resolves a job to the packages it is about. */
export function makeJob(pool: Pool, { kind, select, what, dependency, flags, asksMachine }: CaseJob): Job {
  const found = selected(pool, select, what, dependency);
  const candidates = kind === 'update' && select === 'all' ? Array.from(pool.installedIds) : found;
  const auto = !flags.has('noautoset');
  const exact = select === 'pkg' && auto;
  const { relations } = pool;
  const operator = dependency < 0 ? relations.operator(dependency) : 0;
  const inner = isComparison(operator) && dependency < 0 ? relations.left(dependency) : dependency;
  return {
    kind,
    spec: [select, ...what].join(' '),
    candidates: [candidates],
    weak: flags.has('weak'),
    best: flags.has('forcebest'),
    anyArch: exact || flags.has('setarch') || (auto && inner < 0 && relations.operator(inner) === ARCH),
    anyVersion:
      exact ||
      flags.has('setevr') ||
      flags.has('setev') ||
      (auto && select === 'name' && dependency < 0 && operator === EQUAL),
    anyVendor: exact || flags.has('setvendor'),
    anyRepo: exact || flags.has('setrepo'),
    everything: select === 'all',
    // All packages of a repository are targets of an update.
    targeted: flags.has('targeted') || select === 'repo',
    cleandeps: flags.has('cleandeps'),
    ...(asksMachine ? { namespace: dependency } : {}),
  };
}

function selected(pool: Pool, select: string, what: readonly string[], dependency: number): number[] {
  switch (select) {
    case 'name':
      return providers(pool, nameOf(pool, dependency)).filter((p) => matchesPackage(pool, p, dependency));
    case 'provides':
      return providers(pool, dependency);
    case 'pkg':
    case 'oneof':
      return what.map((text) => packageOf(pool, text));
    case 'repo':
      return all(pool).filter((p) => pool.repos[pool.repo[p]!]!.id === what[0]);
    case 'all':
      return all(pool);
    default:
      throw new Unsupported(`libsolv's own notation of selections`);
  }
}

function nameOf(pool: Pool, dependency: number): number {
  let id = dependency;
  while (id < 0) id = pool.relations.left(id);
  return id;
}

function providers(pool: Pool, dependency: number): number[] {
  const found: number[] = [];
  for (let i = pool.providers.of(dependency); pool.providers.data[i] !== 0; i++) found.push(pool.providers.data[i]!);
  return found;
}

function all(pool: Pool): number[] {
  return Array.from({ length: pool.count - 2 }, (_, i) => i + 2);
}

/** The package that `NEVRA@REPOSITORY` names. */
export function packageOf(pool: Pool, text: string): number {
  const found = all(pool).find((p) => nevraAt(pool, p) === text);
  if (found === undefined) throw new Error(`there is no package ${text}`);
  return found;
}

export function nevraAt(pool: Pool, p: number): string {
  return `${pool.text(p)}@${pool.repos[pool.repo[p]!]!.id}`;
}
