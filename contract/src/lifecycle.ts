import type { ObjectStore } from './capabilities/object-store.ts';
import type { ImportedPackage } from './capabilities/package-format.ts';
import type { ReadonlyTree, Tree } from './capabilities/tree.ts';
import type { Context } from './context.ts';
import type {
  BootTarget,
  Commit,
  CommitMeta,
  Deployment,
  Failure,
  Intent,
  Outcome,
  Plan,
  Request,
  Snapshot,
  SourceRef,
  Sources,
} from './records/index.ts';

/**
 * The tree on its way through assemble. /etc is /etc here; layout turns it into /usr/etc as the last step of postprocess.
 */
export interface Assembly<T extends ReadonlyTree = Tree> {
  readonly plan: Plan;
  readonly tree: T;
  /** In installation order. */
  readonly packages: readonly ImportedPackage[];
  /** The repository that the tree lives in. */
  readonly store: ObjectStore;
}

/** A commit on its way out, with the store it is in. */
export interface Publication {
  readonly commit: Commit;
  readonly store: ObjectStore;
}

/**
 * The five kinds of hook.
 * - shape: each tap may return a new value or nothing; never null, never a changed argument. The first error ends the run.
 * - step: taps do something, in order, and return nothing. The first error ends the run.
 * - check: taps look at the value, all of them; a throw is a veto, and all vetoes are reported together.
 * - choose: the first defined answer is taken.
 * - notice: taps hear of something; what they throw becomes a warning.
 */
export type HookKind = 'shape' | 'step' | 'check' | 'choose' | 'notice';

/** A row of the table of hooks; only the kind is there at run time. */
interface HookRow<Kind extends HookKind, Value, Answer> {
  readonly kind: Kind;
  readonly value?: Value;
  readonly answer?: Answer;
}

const shape = <T>(): HookRow<'shape', T, T> => ({ kind: 'shape' });
const step = <T>(): HookRow<'step', T, undefined> => ({ kind: 'step' });
const check = <T>(): HookRow<'check', T, undefined> => ({ kind: 'check' });
const choose = <T>(): HookRow<'choose', T, string> => ({ kind: 'choose' });
const notice = <T>(): HookRow<'notice', T, undefined> => ({ kind: 'notice' });

/** What flows through each hook, and of which kind it is. */
export const HOOKS = {
  /** The last read of outside input: treefiles, origin and lockfiles become part of the Request. */
  'request.complete': shape<Request>(),
  /** May this be done at all? Policy, a writable sysroot. */
  'request.check': check<Request>(),
  /** Which sources there are: ids become definitions (.repo files). */
  'fetch.sources': shape<readonly SourceRef[]>(),
  /** Is this metadata trusted? Runs for each snapshot. */
  'fetch.verify': check<Snapshot>(),
  /** The last changes of what is asked of the solver, by those who have to know the base that was brought for it. */
  'resolve.intent': shape<{ readonly intent: Intent; readonly sources: Sources }>(),
  /** Decisions beside packages: kernel arguments, scripts with their contents. The digest is made afterwards. */
  'resolve.plan': shape<Plan>(),
  /** Is the Plan allowed? Excludes, strict lockfiles, free space. Nothing has been downloaded yet. */
  'resolve.check': check<Plan>(),
  /** All packages are in the store. */
  'assemble.acquired': notice<Plan>(),
  /** Packages are laid over; the tree has usr/etc. Brings it into a form that scripts can run in: users, links, /etc. */
  'assemble.populate': step<Assembly>(),
  /** Package scripts and triggers. */
  'assemble.scripts': step<Assembly>(),
  /** The package database. */
  'assemble.database': step<Assembly>(),
  /** Kernel, module dependencies, initramfs. */
  'assemble.kernel': step<Assembly>(),
  /** What the image's author wants done, then the final layout: afterwards the tree is as it will be committed. */
  'assemble.postprocess': step<Assembly>(),
  /** Lints over the finished tree. */
  'assemble.check': check<Assembly<ReadonlyTree>>(),
  /** What the commit says of itself. */
  'commit.metadata': shape<{ readonly meta: CommitMeta; readonly assembly: Assembly<ReadonlyTree> }>(),
  /** The commit is in the store and no ref names it yet. */
  'commit.sign': step<Publication>(),
  /** The ref names it. */
  'commit.published': notice<Publication>(),
  /** What shall boot and how. */
  'deploy.target': shape<BootTarget>(),
  /** Which bootloader: the key of a provider. Without an answer the highest probe wins. */
  'deploy.bootloader': choose<BootTarget>(),
  /** Room in /boot, no downgrade. Nothing is written yet. */
  'deploy.check': check<BootTarget>(),
  /** Prepared and not yet the default. */
  'deploy.staged': step<Deployment>(),
  /** The last chance to say no: finalization locks. */
  'finalize.before': check<Deployment>(),
  /** The swap is done. */
  'finalize.cleanup': notice<Outcome>(),
  /** What the user is told. Runs at the end of every run that succeeds, whatever stage it stopped at. */
  'finalize.report': shape<Outcome>(),
  /** The run failed; never masks the error. */
  'failed.notify': notice<Failure>(),
};

type Hooks = typeof HOOKS;
export type HookName = keyof Hooks;
export type HookValue<Name extends HookName> = NonNullable<Hooks[Name]['value']>;
type Answer<Name extends HookName> = Hooks[Name]['answer'];

/** A function that takes part in a hook. */
export type Tap<Name extends HookName> = (
  value: HookValue<Name>,
  ctx: Context,
  // biome-ignore lint/suspicious/noConfusingVoidType: a tap that returns nothing is the usual one
) => Promise<Answer<Name> | void> | Answer<Name> | void;

/** The only face of a hook that plugins see. Taps run in plugin order; a plugin may tap a hook once. */
export interface HookFace<Name extends HookName> {
  tapPromise(tap: Tap<Name>): void;
}

export type HookFaces = { readonly [Name in HookName]: HookFace<Name> };
