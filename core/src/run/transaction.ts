import type { Json } from '@ostrata/contract';
import { asHostError, coreError } from '../errors.ts';
import { Crash } from '../failpoint.ts';
import { type Intention, Journal, type JournalState } from './journal.ts';
import { lastRun } from './last-run.ts';
import { type Claim, LockFile } from './lock.ts';

/** Undoes or redoes one intention, by the plugin that knows its kind. */
export type Recover = (intention: Intention, direction: 'undo' | 'redo') => Promise<void>;

/**
 * What a run changes outside of the object store, so that after any end the system is as it was or complete. Before the swap a
 * failed run undoes all its intentions, last first; after it, it redoes those that were not complete, first first.
 */
export class Transaction {
  readonly #journal: Journal;
  readonly #recover: Recover;
  readonly #failpoint: (name: string) => void;
  readonly #directory: string;
  #lock: LockFile | null = null;
  #intentions: Intention[] = [];
  #swapped = false;

  constructor(directory: string, recover: Recover, failpoint: (name: string) => void) {
    this.#directory = directory;
    this.#journal = new Journal(directory);
    this.#recover = recover;
    this.#failpoint = failpoint;
  }

  /**
   * Takes the lock and brings order into what an interrupted run left. `asOf` is what {@link lastRun} said when the input of the
   * run was made. Throws LOCKED, CHANGED_MEANWHILE, JOURNAL_CORRUPT, RECOVERY_FAILED.
   */
  async begin(claim: Claim, asOf?: string): Promise<void> {
    // The lock makes its file.
    const isFirst = lastRun(this.#directory) === '';
    this.#lock = new LockFile(this.#directory, claim);
    if (asOf !== undefined && asOf !== (isFirst ? '' : lastRun(this.#directory))) {
      throw coreError('CHANGED_MEANWHILE', 'Another run has ended since this one looked at the system.', {
        hint: 'Run it again.',
      });
    }
    const left = this.#journal.read();
    if (left !== null) await this.#settle(left);
  }

  get swapped(): boolean {
    return this.#swapped;
  }

  /** See `Context.intend`. */
  intend(kind: string, data: Json): () => Promise<void> {
    const id = this.#intentions.length;
    this.#failpoint('journal.intend.before');
    this.#journal.append({ type: 'intend', id, kind, data });
    this.#intentions.push({ id, kind, data, complete: false });
    this.#failpoint('journal.intend.after');
    return async () => this.#complete(id);
  }

  /** The point of no return. */
  swap(): void {
    this.#failpoint('journal.swap.before');
    this.#journal.append({ type: 'swap' });
    this.#swapped = true;
    this.#failpoint('journal.swap.after');
  }

  succeed(): void {
    this.#failpoint('journal.end.before');
    this.#journal.clear();
    this.#intentions = [];
    this.#failpoint('journal.end.after');
  }

  /** Before the swap: as if the run had never begun. After it: complete. */
  async fail(): Promise<void> {
    await this.#settle({ intentions: this.#intentions, swapped: this.#swapped });
  }

  /** Lets the next run in. After a simulated crash everything stays as a killed process would leave it. */
  close(error: unknown): void {
    this.#journal.close();
    if (error instanceof Crash) this.#lock?.abandon();
    else this.#lock?.release();
    this.#lock = null;
  }

  #complete(id: number): void {
    this.#failpoint('journal.complete.before');
    this.#journal.append({ type: 'complete', id });
    this.#intentions = this.#intentions.map((intention) =>
      intention.id === id ? { ...intention, complete: true } : intention,
    );
    this.#failpoint('journal.complete.after');
  }

  async #settle({ intentions, swapped }: JournalState): Promise<void> {
    const direction = swapped ? 'redo' : 'undo';
    const todo = swapped ? intentions.filter((intention) => !intention.complete) : intentions.toReversed();
    for (const intention of todo) {
      this.#failpoint('recover.before');
      await this.#recover(intention, direction);
    }
    this.#failpoint('recover.after');
    this.#journal.clear();
  }
}

/** What a run undoes for itself when it ends, last first, however it ends. */
export class Defers {
  readonly #undos: { readonly label: string; readonly undo: () => void | Promise<void> }[] = [];

  add(label: string, undo: () => void | Promise<void>): void {
    this.#undos.push({ label, undo });
  }

  /** Runs all of them; `onError` hears of each that fails. */
  async run(onError: (label: string, error: Error) => void): Promise<void> {
    for (let next = this.#undos.pop(); next !== undefined; next = this.#undos.pop()) {
      try {
        await next.undo();
      } catch (error) {
        onError(next.label, asHostError(error, { stage: null, hook: null, plugin: null }));
      }
    }
  }
}
