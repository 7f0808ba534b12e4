import type { PackageFile, Trigger, TriggerEvent } from '../codec/index.ts';
import { type Member, type OwnedTrigger, Present } from './members.ts';
import type { RunKind, ScriptPlanner, ScriptRun } from './script-plan.ts';

/** A script in its place. */
export interface ScriptStep {
  readonly script: ScriptRun;
  /** The files that a file trigger is told of; null for all other scripts. */
  readonly files: readonly PackageFile[] | null;
}

/** All scripts of a transaction, in the order in which they run. */
export interface ScriptOrder {
  /** Before files get their owners: %triggerprein and %pre of all packages. */
  readonly before: readonly ScriptStep[];
  /** %post, the triggers around it, %posttrans and the triggers on files of the transaction. */
  readonly after: readonly ScriptStep[];
}

/** File triggers of at least this priority run before %post, others after it (rpm, lib/rpmtriggers.c). */
const EARLY = 10000;
/** `$1` of file triggers. */
const FILE_TRIGGER_ARGUMENT = 0;

/**
 * Puts the scripts of a transaction into rpm's order (4.18; lib/psm.c, lib/rpmtriggers.c, lib/transaction.c), with the one difference that
 * rpm-ostree makes: all files are there before the first script, and all %pre run before the first %post.
 *
 * For each package in turn: early file triggers of installed packages and then its own, %post, triggers of installed packages that wait for
 * it, its own that wait for installed packages, late file triggers in the same way. Then all %posttrans, and the transaction file triggers:
 * those of the base by priority, those of each new package.
 */
export class ScriptSequence {
  readonly #planner: ScriptPlanner;
  readonly #base: readonly Member[];
  readonly #added: readonly Member[];
  /** Names of packages that replace one of the base. */
  readonly #upgraded: ReadonlySet<string>;
  #present = new Present();
  #steps: ScriptStep[] = [];

  constructor(
    planner: ScriptPlanner,
    base: readonly Member[],
    added: readonly Member[],
    upgraded: ReadonlySet<string>,
  ) {
    this.#planner = planner;
    this.#base = base;
    this.#added = added;
    this.#upgraded = upgraded;
  }

  order(): ScriptOrder {
    this.#begin();
    for (const member of this.#added) {
      this.#packageTriggers(member, 'prein');
      this.#own(member, 'prein');
      this.#present.add(member);
    }
    const before = this.#steps;
    this.#begin();
    for (const member of this.#added) {
      this.#present.add(member);
      this.#fileTriggers(member, true);
      this.#own(member, 'post');
      this.#packageTriggers(member, 'in');
      this.#fileTriggers(member, false);
    }
    for (const member of this.#added) this.#own(member, 'posttrans');
    this.#transactionTriggers();
    return { before, after: this.#steps };
  }

  #begin(): void {
    this.#present = new Present();
    for (const member of this.#base) this.#present.add(member);
    this.#steps = [];
  }

  #push(script: ScriptRun | null, files: readonly PackageFile[] | null = null): void {
    if (script) this.#steps.push({ script, files });
  }

  /** How many packages of the name there will be, counting the one that is replaced (`$1` of install scripts). */
  #instances({ name }: Member): number {
    return this.#upgraded.has(name) ? 2 : 1;
  }

  #own(member: Member, kind: 'prein' | 'post' | 'posttrans'): void {
    this.#push(this.#planner.script(member, kind, [this.#instances(member)]));
  }

  #packageTriggers(member: Member, event: 'prein' | 'in'): void {
    const instances = this.#instances(member) - (event === 'prein' ? 1 : 0);
    for (const owner of this.#present.waitingFor(member.name)) {
      const fired = firedBy(owner, member, event);
      if (fired) this.#trigger(owner, fired, [this.#present.count(owner.name), instances]);
    }
    const done = new Set<Trigger>();
    const waiting = member.triggers.filter(({ scope }) => scope === 'package');
    for (const { trigger, name } of conditionsOf(waiting)) {
      if (done.has(trigger)) continue;
      const sources = this.#present.named(name);
      for (const source of sources) {
        const fired = firedBy(member, source, event);
        if (!fired || done.has(fired)) continue;
        done.add(fired);
        this.#trigger(member, fired, [this.#present.count(member.name), sources.length]);
      }
    }
  }

  #fileTriggers(member: Member, early: boolean): void {
    const inClass = ({ trigger }: OwnedTrigger) => trigger.event === 'in' && trigger.priority >= EARLY === early;
    for (const { owner, trigger } of byPriority(this.#present.fileTriggers('file').filter(inClass))) {
      this.#trigger(owner, trigger, [FILE_TRIGGER_ARGUMENT], filesBelow([member], trigger));
    }
    // Its own files have had their turn above.
    const others = this.#present.members.filter((other) => other !== member);
    for (const { owner, trigger } of byPriority(ownTriggers(member, 'file').filter(inClass))) {
      this.#trigger(owner, trigger, [FILE_TRIGGER_ARGUMENT], filesInDirectories(others, trigger));
    }
  }

  #transactionTriggers(): void {
    const inBase = this.#present.fileTriggers('transaction-file').filter(({ owner }) => !owner.isNew);
    for (const { owner, trigger } of byPriority(inBase.filter(({ trigger }) => trigger.event === 'in'))) {
      this.#trigger(owner, trigger, [FILE_TRIGGER_ARGUMENT], filesInDirectories(this.#added, trigger));
    }
    for (const member of this.#added) {
      const own = ownTriggers(member, 'transaction-file').filter(({ trigger }) => trigger.event === 'in');
      for (const { owner, trigger } of byPriority(own)) {
        this.#trigger(owner, trigger, [FILE_TRIGGER_ARGUMENT], filesInDirectories(this.#present.members, trigger));
      }
    }
  }

  /** A file trigger without files does not run. */
  #trigger(owner: Member, trigger: Trigger, args: readonly number[], files: readonly PackageFile[] | null = null) {
    if (files?.length === 0) return;
    this.#push(this.#planner.trigger(owner, trigger, kindOf(trigger), args), files);
  }
}

function kindOf({ scope, event }: Trigger): RunKind {
  if (scope === 'package') return event === 'prein' ? 'triggerprein' : 'triggerin';
  return scope === 'file' ? 'filetriggerin' : 'transfiletriggerin';
}

function conditionsOf(list: readonly Trigger[]): { trigger: Trigger; name: string }[] {
  return list.flatMap((trigger) => trigger.conditions.map(({ name }) => ({ trigger, name })));
}

/** The first trigger of a package that another one fires: each pair of packages fires one (rpm, handleOneTrigger). */
function firedBy(owner: Member, source: Member, event: TriggerEvent): Trigger | undefined {
  return owner.triggers.find(
    (trigger) =>
      trigger.scope === 'package' &&
      trigger.event === event &&
      trigger.conditions.some((condition) => condition.name === source.name && source.satisfies(condition)),
  );
}

function ownTriggers(owner: Member, scope: Trigger['scope']): OwnedTrigger[] {
  return owner.triggers.filter((trigger) => trigger.scope === scope).map((trigger) => ({ owner, trigger }));
}

/** The highest first; equal ones keep the order of their packages and of the header. */
function byPriority(list: readonly OwnedTrigger[]): readonly OwnedTrigger[] {
  return list.toSorted((a, b) => b.trigger.priority - a.trigger.priority);
}

/** Files whose path begins with one of the trigger's prefixes: prefix by prefix, package by package. */
function filesBelow(members: readonly Member[], { conditions }: Trigger): PackageFile[] {
  return conditions.flatMap(({ name }) =>
    members.flatMap(({ files }) => files.filter(({ path }) => path.startsWith(name))),
  );
}

/** The same for packages that rpm looks up by their directories: those of which no directory begins with the prefix do not count. */
function filesInDirectories(members: readonly Member[], { conditions }: Trigger): PackageFile[] {
  return conditions.flatMap(({ name }) =>
    members
      .filter(({ directories }) => directories.some((directory) => directory.startsWith(name)))
      .flatMap(({ files }) => files.filter(({ path }) => path.startsWith(name))),
  );
}
