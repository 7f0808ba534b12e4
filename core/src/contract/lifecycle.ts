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

/** What flows through each hook, and of which kind it is. */
export interface Hooks {
  /** The last read of outside input: treefiles, origin and lockfiles become part of the Request. */
  'request.complete': { kind: 'shape'; value: Request };
  /** May this be done at all? Policy, a writable sysroot. */
  'request.check': { kind: 'check'; value: Request };
  /** Which sources there are: ids become definitions (.repo files). */
  'fetch.sources': { kind: 'shape'; value: readonly SourceRef[] };
  /** Is this metadata trusted? Runs for each snapshot. */
  'fetch.verify': { kind: 'check'; value: Snapshot };
  /** The last changes of what is asked of the solver. */
  'resolve.intent': { kind: 'shape'; value: Intent };
  /** Decisions beside packages: kernel arguments, scripts with their contents. The digest is made afterwards. */
  'resolve.plan': { kind: 'shape'; value: Plan };
  /** Is the Plan allowed? Excludes, strict lockfiles, free space. Nothing has been downloaded yet. */
  'resolve.check': { kind: 'check'; value: Plan };
  /** All packages are in the store. */
  'assemble.acquired': { kind: 'notice'; value: Plan };
  /** Packages are laid over; the tree has usr/etc. Brings it into a form that scripts can run in: users, links, /etc. */
  'assemble.populate': { kind: 'step'; value: Assembly };
  /** Package scripts and triggers. */
  'assemble.scripts': { kind: 'step'; value: Assembly };
  /** The package database. */
  'assemble.database': { kind: 'step'; value: Assembly };
  /** Kernel, module dependencies, initramfs. */
  'assemble.kernel': { kind: 'step'; value: Assembly };
  /** What the image's author wants done, then the final layout: afterwards the tree is as it will be committed. */
  'assemble.postprocess': { kind: 'step'; value: Assembly };
  /** Lints over the finished tree. */
  'assemble.check': { kind: 'check'; value: Assembly<ReadonlyTree> };
  /** What the commit says of itself. */
  'commit.metadata': { kind: 'shape'; value: { readonly meta: CommitMeta; readonly assembly: Assembly<ReadonlyTree> } };
  /** The commit is in the store and no ref names it yet. */
  'commit.sign': { kind: 'step'; value: Publication };
  /** The ref names it. */
  'commit.published': { kind: 'notice'; value: Publication };
  /** What shall boot and how. */
  'deploy.target': { kind: 'shape'; value: BootTarget };
  /** Which bootloader: the key of a provider. Without an answer the highest probe wins. */
  'deploy.bootloader': { kind: 'choose'; value: BootTarget; answer: string };
  /** Room in /boot, no downgrade. Nothing is written yet. */
  'deploy.check': { kind: 'check'; value: BootTarget };
  /** Prepared and not yet the default. */
  'deploy.staged': { kind: 'step'; value: Deployment };
  /** The last chance to say no: finalization locks. */
  'finalize.before': { kind: 'check'; value: Deployment };
  /** The swap is done. */
  'finalize.cleanup': { kind: 'notice'; value: Outcome };
  /** What the user is told. Runs at the end of every run that succeeds, whatever stage it stopped at. */
  'finalize.report': { kind: 'shape'; value: Outcome };
  /** The run failed; never masks the error. */
  'failed.notify': { kind: 'notice'; value: Failure };
}

export type HookName = keyof Hooks;

/** The kind of each hook at run time. */
export const HOOK_KINDS: { readonly [Name in HookName]: Hooks[Name]['kind'] } = {
  'request.complete': 'shape',
  'request.check': 'check',
  'fetch.sources': 'shape',
  'fetch.verify': 'check',
  'resolve.intent': 'shape',
  'resolve.plan': 'shape',
  'resolve.check': 'check',
  'assemble.acquired': 'notice',
  'assemble.populate': 'step',
  'assemble.scripts': 'step',
  'assemble.database': 'step',
  'assemble.kernel': 'step',
  'assemble.postprocess': 'step',
  'assemble.check': 'check',
  'commit.metadata': 'shape',
  'commit.sign': 'step',
  'commit.published': 'notice',
  'deploy.target': 'shape',
  'deploy.bootloader': 'choose',
  'deploy.check': 'check',
  'deploy.staged': 'step',
  'finalize.before': 'check',
  'finalize.cleanup': 'notice',
  'finalize.report': 'shape',
  'failed.notify': 'notice',
};

type Answer<H extends Hooks[HookName]> = H['kind'] extends 'shape'
  ? H['value'] | undefined
  : H extends { kind: 'choose'; answer: infer A }
    ? A | undefined
    : undefined;

/** A function that takes part in a hook. */
export type Tap<Name extends HookName> = (
  value: Hooks[Name]['value'],
  ctx: Context,
  // biome-ignore lint/suspicious/noConfusingVoidType: a tap that returns nothing is the usual one
) => Promise<Answer<Hooks[Name]> | void> | Answer<Hooks[Name]> | void;

/** The only face of a hook that plugins see. Taps run in plugin order; a plugin may tap a hook once. */
export interface HookFace<Name extends HookName> {
  tapPromise(tap: Tap<Name>): void;
}

export type HookFaces = { readonly [Name in HookName]: HookFace<Name> };
