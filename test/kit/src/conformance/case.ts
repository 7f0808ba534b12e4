import assert from 'node:assert/strict';
import { isHostError } from '@ostrata/core';

/** One thing that an implementation must do: `for (const { name, run } of suite) it(name, run)`. */
export interface Case {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Builds cases that each get a fresh fixture, disposed of afterwards. */
export function casesOf<Fixture extends AsyncDisposable>(
  make: () => Promise<Fixture>,
  cases: { readonly [name: string]: (fixture: Fixture) => Promise<void> },
): Case[] {
  return Object.entries(cases).map(([name, check]) => ({
    name,
    run: async () => {
      await using fixture = await make();
      await check(fixture);
    },
  }));
}

/** Fails unless something throws an error of the contract: code in capitals, a sentence. */
export async function refuses(work: (() => unknown) | Promise<unknown>, what: string): Promise<void> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    assert.ok(isHostError(error), `${what}: threw ${error} instead of a HostError`);
    assert.match(error.code, /^[A-Z][A-Z0-9_]+$/, what);
    assert.match(error.message, /\S/, what);
    return;
  }
  assert.fail(`${what}: was not refused`);
}

/** Fails unless an aborted signal makes something throw, whatever it throws. */
export async function stopsWhenAborted(work: () => Promise<unknown>): Promise<void> {
  await assert.rejects(async () => work(), 'went on although it was aborted before');
}

export function isJson(value: unknown): void {
  assert.deepEqual(JSON.parse(JSON.stringify(value)), value, 'is no JSON');
}
