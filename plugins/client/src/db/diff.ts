import {
  type CommandInput,
  type CommandResult,
  type Context,
  type Deployment,
  evrOf,
  type Json,
  nevraOf,
  type ObjectStore,
  type PackageIdentity,
} from '@ostrata/contract';
import { difference, type PackageDiff, renderDiff } from '@ostrata/package-diff';
import { Flags, readSystem } from '@ostrata/system-verbs';
import { clientError } from '../errors.ts';
import { withStore } from '../update/taps.ts';
import { advisoriesOf, asJson, newAdvisories, renderAdvisories } from './advisories.ts';
import { changesBetween, renderEntries } from './changelogs.ts';
import { formatOf, heading, packagesIn, repositoryOf, resolveRevision } from './packages.ts';

/** One side of a comparison, with the words it was named by. */
interface Side {
  readonly word: string;
  readonly commit: string;
}

/** How the packages of two commits differ, with rpm-ostree's lines and JSON. */
export async function dbDiff(input: CommandInput, ctx: Context): Promise<CommandResult> {
  const flags = new Flags(input);
  const shape = flags.text('format');
  if (shape === 'diff' && (flags.is('advisories') || flags.is('changelogs'))) {
    throw clientError('CLIENT_USAGE', 'Neither advisories nor changelogs have a place in --format=diff.', {
      hint: 'Show them with --format=block or --format=json.',
    });
  }
  return withStore(repositoryOf(input), ctx, async (store) => {
    const format = await formatOf(ctx);
    const [from, to] = await sidesOf(input, store, ctx);
    const [old, now] = [await packagesIn(store, from.commit, format), await packagesIn(store, to.commit, format)];
    const diff = difference(old, now, format);
    const advisories = newAdvisories(await advisoriesOf(store, from.commit), await advisoriesOf(store, to.commit));
    const changes = flags.is('changelogs')
      ? await changesBetween(store, [from.commit, to.commit], [...diff.upgraded, ...diff.downgraded], format, ctx)
      : null;
    const data = {
      'ostree-commit-from': from.commit,
      'ostree-commit-to': to.commit,
      pkgdiff: records(diff, old, now),
      advisories: asJson(advisories),
      ...(changes === null ? {} : { changelogs: Object.fromEntries(changes) as unknown as Json }),
    };
    if (shape === 'json') return { data, text: `${JSON.stringify(data, null, 2)}\n` };
    const head = `ostree diff commit from: ${heading(from.word, from.commit)}\nostree diff commit to:   ${heading(to.word, to.commit)}\n`;
    if (shape === 'diff') return { data, text: `${head}${lines(diff, old, now)}` };
    const body = renderDiff(diff, (name) => renderEntries(changes?.get(name)));
    return { data, text: `${head}${body}${flags.is('advisories') ? renderAdvisories(advisories) : ''}` };
  });
}

async function sidesOf(input: CommandInput, store: ObjectStore, ctx: Context): Promise<readonly [Side, Side]> {
  const { from, to } = input.args;
  const named = async (word: string): Promise<Side> => ({ word, commit: await resolveRevision(store, word) });
  if (typeof from === 'string' && typeof to === 'string') return [await named(from), await named(to)];
  const { booted, deployments } = await readSystem(input, ctx);
  if (booted === null) {
    throw clientError('CLIENT_USAGE', 'No deployment runs that could be compared.', { hint: 'Name two commits.' });
  }
  const side = async (word: string, { target }: Deployment): Promise<Side> => ({
    word: `${word} deployment`,
    commit: input.flags['base'] === true ? await imageOf(store, target.commit) : target.commit,
  });
  if (typeof from === 'string') return [await side('booted', booted), await named(from)];
  const own = deployments.filter(({ target }) => target.os === booted.target.os);
  const at = own.indexOf(booted);
  const [pending, rollback] = [at > 0 ? own[0] : undefined, own[at + 1]];
  if (pending !== undefined) return [await side('booted', booted), await side('pending', pending)];
  if (rollback !== undefined) return [await side('rollback', rollback), await side('booted', booted)];
  throw clientError('CLIENT_USAGE', 'There is no pending or rollback deployment to compare with.', {
    hint: 'Name two commits.',
  });
}

/** The image that a commit lays its packages over, else the commit itself. */
async function imageOf(store: ObjectStore, commit: string): Promise<string> {
  const { parent, metadata } = await store.readCommit(commit);
  return metadata['rpmostree.clientlayer']?.value === true && parent !== null ? parent : commit;
}

/** Kinds of change as rpm-ostree numbers them (src/daemon/rpmostree-package-variants.h). */
const KINDS = { added: 0, removed: 1, upgraded: 2, downgraded: 3 } as const;

const triple = (pkg: PackageIdentity | undefined): Json =>
  pkg === undefined ? null : [pkg.name, evrOf(pkg), pkg.arch];

function records(diff: PackageDiff, old: readonly PackageIdentity[], now: readonly PackageIdentity[]): Json {
  const changed = (['upgraded', 'downgraded'] as const).flatMap((kind) =>
    pairs(diff[kind], old, now).map(([before, after]): [string, Json] => [
      before?.name ?? '',
      [before?.name ?? '', KINDS[kind], { PreviousPackage: triple(before), NewPackage: triple(after) }],
    ]),
  );
  const single = (kind: 'removed' | 'added', key: string, among: readonly PackageIdentity[]) =>
    diff[kind].flatMap((nevra): [string, Json][] => {
      const pkg = among.find((one) => nevraOf(one) === nevra);
      return pkg === undefined ? [] : [[pkg.name, [pkg.name, KINDS[kind], { [key]: triple(pkg) }]]];
    });
  const all = [...changed, ...single('removed', 'PreviousPackage', old), ...single('added', 'NewPackage', now)];
  return all.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, record]) => record);
}

function pairs(changes: PackageDiff['upgraded'], old: readonly PackageIdentity[], now: readonly PackageIdentity[]) {
  const find = (among: readonly PackageIdentity[], name: string, evr: string) =>
    among.find((pkg) => pkg.name === name && evrOf(pkg) === evr);
  return changes.map(({ name, from, to }) => [find(old, name, from), find(now, name, to)] as const);
}

/** `!old` and `=new` of what changed, `-` and `+` of what went and came, by name. */
function lines(diff: PackageDiff, old: readonly PackageIdentity[], now: readonly PackageIdentity[]): string {
  const changed = pairs([...diff.upgraded, ...diff.downgraded], old, now).map(([before, after]) =>
    before === undefined || after === undefined ? '' : `!${nevraOf(before)}\n=${nevraOf(after)}\n`,
  );
  const single = [...diff.removed.map((nevra) => `-${nevra}\n`), ...diff.added.map((nevra) => `+${nevra}\n`)];
  return [...changed, ...single].sort((a, b) => (a.slice(1) < b.slice(1) ? -1 : 1)).join('');
}
