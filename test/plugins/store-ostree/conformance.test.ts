import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectStoreFixture, objectStoreConformance, testContext, treeConformance } from '@ostrata/testkit';
import { isRoot, MODES, stores } from './support.ts';

async function fixture(): Promise<ObjectStoreFixture> {
  const directory = mkdtempSync(join(tmpdir(), 'ostrata-conformance-'));
  mkdirSync(join(directory, 'checkouts'));
  const context = testContext();
  return {
    stores: stores(),
    location: join(directory, 'repo'),
    other: join(directory, 'other'),
    directory: join(directory, 'checkouts'),
    ctx: context.ctx,
    abort: () => context.abort(),
    async [Symbol.asyncDispose]() {
      await context[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** In this mode everything is root's, and permissions are plain ones. */
const NEEDS_OWNERS = 'changes metadata and keeps content and type';

const usable = isRoot ? MODES : MODES.filter((mode) => mode !== 'bare');

describe('OSTree store conformance', () => {
  for (const mode of usable) {
    describe(`store, mode ${mode}`, () => {
      for (const { name, run } of objectStoreConformance(fixture, mode)) it(name, run);
    });
    describe(`trees, mode ${mode}`, () => {
      for (const { name, run } of treeConformance(fixture, mode)) {
        if (mode === 'bare-user-only' && name === NEEDS_OWNERS) continue;
        it(name, run);
      }
    });
  }
});
