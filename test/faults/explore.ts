import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../support/tools.ts';
import { type Bootable, bootableOf, deploymentsOf, type Manifest, manifestOf } from './bootable.ts';
import { Images } from './images.ts';
import { type Call, type Ended, type Fault, type Injector, MODES, needsRoom } from './injector.ts';
import { Place } from './place.ts';
import { ours, programOf, type Scenario } from './scenarios.ts';
import { tracesOf } from './traces.ts';

/** A fault that was made, and what was wrong afterwards. */
export interface Finding {
  readonly scenario: string;
  readonly fault: Fault;
  readonly call: Call | undefined;
  readonly problem: string;
}

/** A change with its states before and after, and the calls that it makes when nothing goes wrong. */
export class Exploration {
  readonly scenario: Scenario;
  readonly calls: readonly Call[];
  readonly #injector: Injector;
  readonly before: Place;
  readonly #work: string;
  readonly #whole = new Map<string, Manifest>();
  readonly #old: readonly string[];
  readonly #new: readonly string[];
  readonly #traces: readonly string[];
  #count = 0;

  private constructor(
    scenario: Scenario,
    place: { injector: Injector; work: string; before: Place },
    after: Place,
    calls: readonly Call[],
  ) {
    this.scenario = scenario;
    this.calls = calls;
    this.#injector = place.injector;
    this.#work = place.work;
    this.before = place.before;
    for (const each of [place.before, after]) {
      for (const path of deploymentsOf(each)) {
        const manifest = manifestOf(join(each.sysroot, path));
        this.#whole.set(/[0-9a-f]{64}/.exec(path)![0], manifest);
      }
    }
    this.#old = this.#state(place.before);
    this.#new = this.#state(after);
    this.#settle(after);
    this.#traces = tracesOf(after);
  }

  /** Makes the change once without a fault. */
  static async begin(scenario: Scenario, injector: Injector, work: string): Promise<Exploration> {
    mkdirSync(work, { recursive: true });
    const before = Place.make(join(work, 'before'), scenario.surroundings);
    scenario.prepare(before, new Images(work));
    const after = before.copy(join(work, 'after'));
    const ended = await injector.run(programOf(after, scenario.argv), after);
    assert.equal(ended.code, 0, `${scenario.name}: ${ended.err}`);
    return new Exploration(scenario, { injector, work, before }, after, ended.calls);
  }

  /** All faults that can be made. */
  faults(): Fault[] {
    return this.calls.flatMap((call) =>
      MODES.filter((mode) => mode !== 'ENOSPC' || needsRoom(call)).map((mode) => ({ mode, at: call.number })),
    );
  }

  /** Makes the change with a fault and looks at what is there, then brings the system to the new state and looks again. */
  async try(fault: Fault): Promise<Finding | null> {
    const place = this.before.copy(join(this.#work, `try-${this.#count++}`));
    let call: Call | undefined;
    try {
      const ended = await this.#injector.run(programOf(place, this.scenario.argv), { ...launch(place), fault });
      call = ended.calls.find(({ number }) => number === fault.at);
      const reached = this.#look(place, ended, fault);
      await this.#repair(place, reached);
      return null;
    } catch (error) {
      return { scenario: this.scenario.name, fault, call, problem: (error as Error).message };
    } finally {
      place.remove();
    }
  }

  /** Gives whether the change was made. */
  #look(place: Place, ended: Ended, { mode }: Fault): boolean {
    if (mode === 'kill') assert.equal(ended.signal ?? ended.code, 'SIGKILL', `it was not killed: ${ended.err}`);
    else {
      assert.equal(ended.signal, null, `it ended by ${ended.signal}: ${ended.err}`);
      assert.doesNotMatch(ended.err, /^\s+at .*:\d+\)?$/m, 'it ended with a stack trace');
      if (ended.code !== 0) assert.match(ended.err, /^error: /m, `it failed without a word: ${ended.err}`);
    }
    const state = this.#state(place);
    const isNew = isEqual(state, this.#new);
    if (ended.code === 0) assert(isNew, `it succeeded, but this is there:\n${state.join('\n')}`);
    if (this.scenario.isGradual) {
      for (const [index, each] of state.entries()) assert([this.#old[index], this.#new[index]].includes(each), each);
    } else assert(isNew || isEqual(state, this.#old), `neither old nor new:\n${state.join('\n')}`);
    return isNew && !isEqual(this.#old, this.#new);
  }

  async #repair(place: Place, isDone: boolean): Promise<void> {
    const { argv, again = [argv] } = this.scenario;
    for (const words of isDone ? [['admin', 'cleanup']] : again) {
      try {
        ours(place, ...words);
      } catch (error) {
        throw new Error(`the next run failed: ${(error as Error).message}`);
      }
    }
    this.#settle(place);
    const state = this.#state(place);
    assert.deepEqual(state, this.#new, 'the next run did not lead to the new state');
    const status = tool([...place.real, 'admin', 'status']);
    const listed = [...status.matchAll(/^[* ] os ([0-9a-f]{64}\.\d+)(?=$| \((?:pending|rollback)\))/gm)].map(
      ([, name]) => name,
    );
    const names = deploymentsOf(place).map((path) => path.slice(path.lastIndexOf('/') + 1));
    assert.deepEqual(listed, names, 'the real ostree sees other deployments');
    tool(['ostree', `--repo=${join(place.sysroot, 'ostree/repo')}`, 'fsck', '-q']);
    const [left, missing] = difference(tracesOf(place), this.#traces);
    assert.equal(left.join('\n'), '', `this was left, after the next run${isDone ? ' (cleanup)' : ''}`);
    assert.equal(missing.join('\n'), '', `this is missing, after the next run${isDone ? ' (cleanup)' : ''}`);
  }

  #settle(place: Place): void {
    for (const words of this.scenario.settle ?? []) {
      try {
        ours(place, ...words);
      } catch {
        // What was wrong is said here, and looked at afterwards.
      }
    }
  }

  #state(place: Place): string[] {
    return bootableOf(place, this.#whole).map(describe);
  }
}

const launch = ({ roots, env, wrapper }: Place) => ({ roots, env, wrapper });

const describe = ({ commit, kargs, origin }: Bootable): string => `${commit} ${kargs} ${JSON.stringify(origin)}`;

const isEqual = (a: readonly string[], b: readonly string[]): boolean => a.join('\n') === b.join('\n');

/** What is there more often than in the other list, each way. */
function difference(a: readonly string[], b: readonly string[]): [string[], string[]] {
  const without = (list: readonly string[], other: readonly string[]) => {
    const rest = [...other];
    return list.filter((each) => {
      const at = rest.indexOf(each);
      if (at >= 0) rest.splice(at, 1);
      return at < 0;
    });
  };
  return [without(a, b), without(b, a)];
}
