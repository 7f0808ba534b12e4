import assert from 'node:assert/strict';
import { ask, explains, type SolverFixture } from './ask-solver.ts';
import { type Case, casesOf, stopsWhenAborted } from './case.ts';

export type { SolverFixture } from './ask-solver.ts';

const sorted = (list: readonly string[]) => [...list].sort();

/** What solvers must do; versions are compared by digits and letters, relations are `name` or `name OP evr`. */
export function solverConformance(make: () => Promise<SolverFixture>): Case[] {
  return casesOf(make, {
    'installs what was asked for and what that needs, needs first': async (fixture) => {
      const { install, reasons } = await ask(fixture, {
        available: [
          { name: 'a', requires: ['b'] },
          { name: 'c' },
          { name: 'b', requires: ['d'] },
          { name: 'd' },
          { name: 'x' },
        ],
        want: ['a'],
      });
      assert.deepEqual(install, ['d-1-1', 'b-1-1', 'a-1-1']);
      assert.deepEqual(reasons, { a: 'requested', b: 'dependency', d: 'dependency' });
    },

    'takes the best version': async (fixture) => {
      const { install } = await ask(fixture, {
        available: [
          { name: 'a', version: '9' },
          { name: 'a', version: '10' },
          { name: 'a', version: '1', epoch: 0 },
        ],
        want: ['a'],
      });
      assert.deepEqual(install, ['a-10-1']);
    },

    'takes an older version when only that fits': async (fixture) => {
      const available = [
        { name: 'a', requires: ['b < 2'] },
        { name: 'b', version: '1' },
        { name: 'b', version: '2' },
      ];
      assert.deepEqual((await ask(fixture, { available, want: ['a'] })).install, ['b-1-1', 'a-1-1']);
    },

    'goes back on a choice that leads nowhere': async (fixture) => {
      const available = [
        { name: 'a', requires: ['service'] },
        { name: 'p', provides: ['service'], requires: ['absent'] },
        { name: 'q', provides: ['service'] },
      ];
      assert.deepEqual(sorted((await ask(fixture, { available, want: ['a'] })).install), ['a-1-1', 'q-1-1']);
    },

    'satisfies provides with versions, and file paths': async (fixture) => {
      const available = [
        { name: 'a', requires: ['api >= 3', '/usr/bin/sh'] },
        { name: 'old', provides: ['api = 2'] },
        { name: 'new', provides: ['api = 3'] },
        { name: 'shell', files: { 'usr/bin/sh': '' } },
      ];
      assert.deepEqual(sorted((await ask(fixture, { available, want: ['a'] })).install), [
        'a-1-1',
        'new-1-1',
        'shell-1-1',
      ]);
    },

    'copes with circles': async (fixture) => {
      const available = [
        { name: 'a', requires: ['b'] },
        { name: 'b', requires: ['a'] },
      ];
      assert.deepEqual(sorted((await ask(fixture, { available, want: ['a'] })).install), ['a-1-1', 'b-1-1']);
    },

    'installs what is recommended when it can, and not when it is not to': async (fixture) => {
      const available = [
        { name: 'a', recommends: ['nice', 'broken'] },
        { name: 'nice' },
        { name: 'broken', requires: ['absent'] },
      ];
      const { install, reasons } = await ask(fixture, { available, want: ['a'] });
      assert.deepEqual(sorted(install), ['a-1-1', 'nice-1-1']);
      assert.equal(reasons['nice'], 'weak');
      assert.deepEqual((await ask(fixture, { available, want: ['a'], intent: { weak: false } })).install, ['a-1-1']);
    },

    'keeps conflicting packages apart, and explains': async (fixture) => {
      const available = [{ name: 'a', conflicts: ['b'] }, { name: 'b' }];
      await explains(fixture, { available, want: ['a', 'b'] }, 'a', 'b', 'conflict');
    },

    'explains what nothing provides': async (fixture) => {
      await explains(fixture, { available: [{ name: 'a', requires: ['ghost'] }], want: ['a'] }, 'ghost');
      await explains(fixture, { available: [{ name: 'a' }], want: ['phantom'] }, 'phantom');
    },

    'installs nothing that is excluded, or of another architecture': async (fixture) => {
      const available = [{ name: 'a', requires: ['b'] }, { name: 'b' }, { name: 'f', arch: 's390x' }];
      await explains(fixture, { available, want: ['a'], intent: { exclude: ['b'] } }, 'b');
      await explains(fixture, { available, want: ['f'] }, 'f');
    },

    'holds pins, and with strict ones installs nothing else': async (fixture) => {
      const available = [{ name: 'a', version: '1' }, { name: 'a', version: '2' }, { name: 'b' }];
      const pins = [{ name: 'a', evr: '1-1', arch: null }];
      const pinned = await ask(fixture, { available, want: ['a', 'b'], intent: { pins } });
      assert.deepEqual(sorted(pinned.install), ['a-1-1', 'b-1-1']);
      await explains(fixture, { available, want: ['a', 'b'], intent: { pins, strictPins: true } }, 'b');
    },

    'uses sources for pins only where it is told so': async (fixture) => {
      const available = { main: [{ name: 'a', version: '1' }], locked: [{ name: 'a', version: '2' }] };
      const intent = { pinnedOnlySources: ['locked'] };
      assert.deepEqual((await ask(fixture, { available, want: ['a'], intent })).install, ['a-1-1']);
      const pins = [{ name: 'a', evr: '2-1', arch: null }];
      assert.deepEqual((await ask(fixture, { available, want: ['a'], intent: { ...intent, pins } })).sources, [
        'locked',
      ]);
    },

    'installs nothing that is there already': async (fixture) => {
      const available = [{ name: 'a', requires: ['b'] }, { name: 'b' }];
      const { install, remove } = await ask(fixture, { available, installed: [{ name: 'b' }], want: ['a'] });
      assert.deepEqual([install, remove], [['a-1-1'], []]);
    },

    'removes base packages': async (fixture) => {
      const { install, remove } = await ask(fixture, {
        available: [],
        installed: [{ name: 'a' }, { name: 'b' }],
        intent: { remove: ['a'] },
      });
      assert.deepEqual([install, remove], [[], ['a-1-1']]);
    },

    'gives the same answer to the same question': async (fixture) => {
      const names = ['e', 'd', 'c', 'b', 'a'];
      const available = names.flatMap((name) => [
        { name, version: '1', requires: [] },
        { name, version: '2', requires: name === 'e' ? ['a', 'b'] : [], recommends: ['c'] },
      ]);
      const first = await ask(fixture, { available, want: ['e', 'd'] });
      assert.deepEqual(await ask(fixture, { available, want: ['e', 'd'] }), first);
    },

    'does nothing once it is aborted': async (fixture) => {
      fixture.abort();
      await stopsWhenAborted(() => ask(fixture, { available: [{ name: 'a' }], want: ['a'] }));
    },
  });
}
