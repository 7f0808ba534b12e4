import assert from 'node:assert/strict';
import type { ProgressEvent, Root, Sandbox, SandboxCommand } from '@ostrata/core';
import type { TestContext } from '../context.ts';
import { type Case, casesOf, stopsWhenAborted } from './case.ts';

export interface SandboxFixture extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly root: Root;
  /** Programs that are in the root. */
  readonly programs: {
    /** Prints `one` and `two`, each on a line. */
    readonly print: readonly string[];
    /** Prints 100 lines. */
    readonly chatter: readonly string[];
    /** Ends with code 3. */
    readonly fail: readonly string[];
    /** Prints the variable GREETING. */
    readonly greet: readonly string[];
    /** Makes /usr/made with the content `made`. */
    readonly make: readonly string[];
  };
  /** What is at a path of the root, with all changes; null when nothing is. */
  read(path: string): string | null;
  readonly context: TestContext;
}

/** What sandboxes must do. */
export function sandboxConformance(make: () => Promise<SandboxFixture>): Case[] {
  const command = (
    fixture: SandboxFixture,
    argv: readonly string[],
    more: Partial<SandboxCommand> = {},
  ): SandboxCommand => ({
    root: fixture.root,
    argv,
    profile: 'script',
    writable: 'usr-etc',
    wrappers: false,
    label: 'sample.post',
    ...more,
  });
  const run = (fixture: SandboxFixture, argv: readonly string[], more?: Partial<SandboxCommand>) =>
    fixture.sandbox.run(command(fixture, argv, more), fixture.context.ctx);

  return casesOf(make, {
    'runs a program, and tells what it says with its label': async (fixture) => {
      const result = await run(fixture, fixture.programs.print);
      assert.deepEqual(result, { code: 0, signal: null, tail: ['one', 'two'] });
      const isMessage = (event: ProgressEvent) => event.type === 'message' && event.source === 'sample.post';
      assert.deepEqual(
        fixture.context.events.filter(isMessage).map((event) => (event.type === 'message' ? event.text : '')),
        ['one', 'two'],
      );
    },

    'takes a failing program for a result': async (fixture) => {
      assert.equal((await run(fixture, fixture.programs.fail)).code, 3);
    },

    'keeps the last fifty lines': async (fixture) => {
      const { tail } = await run(fixture, fixture.programs.chatter);
      assert.equal(tail.length, 50);
    },

    'hands variables on': async (fixture) => {
      assert.deepEqual((await run(fixture, fixture.programs.greet, { env: { GREETING: 'hello there' } })).tail, [
        'hello there',
      ]);
    },

    'keeps what a program changes in the root': async (fixture) => {
      assert.equal(fixture.read('usr/made'), null);
      assert.equal((await run(fixture, fixture.programs.make)).code, 0);
      assert.equal(fixture.read('usr/made')?.trim(), 'made');
    },

    'runs nothing once it is aborted': async (fixture) => {
      fixture.context.abort();
      await stopsWhenAborted(() => run(fixture, fixture.programs.make));
      assert.equal(fixture.read('usr/made'), null);
    },
  });
}
