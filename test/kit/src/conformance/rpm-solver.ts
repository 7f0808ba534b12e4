import assert from 'node:assert/strict';
import { ask, explains, type Question, type SolverFixture } from './ask-solver.ts';
import { type Case, casesOf } from './case.ts';

const sorted = (list: readonly string[]) => [...list].sort();

/** What is installed by a question, sorted. */
const installs = async (fixture: SolverFixture, question: Question) => sorted((await ask(fixture, question)).install);

/** The option `machine` of solvers that {@link rpmSolverConformance} asks. */
export const CONFORMANCE_MACHINE = ['language(de_AT)', 'modalias(pci:v00008086d00001234)'];

/**
 * What solvers with RPM's semantics must do beside `solverConformance`: rich and reverse weak dependencies, word sizes, priorities, specs,
 * questions about the machine.
 */
export function rpmSolverConformance(make: () => Promise<SolverFixture>): Case[] {
  return casesOf(make, {
    'installs one version of a name, and not what an obsoletes names': async (fixture) => {
      const available = [
        { name: 'a', requires: ['b = 1'] },
        { name: 'c', requires: ['b = 2'] },
        { name: 'b', version: '1' },
        { name: 'b', version: '2' },
        { name: 'new', obsoletes: ['old < 2'], provides: ['old = 2'] },
        { name: 'old' },
      ];
      await explains(fixture, { available, want: ['a', 'c'] }, 'b-');
      await explains(fixture, { available, want: ['new', 'old-1'] }, 'old');
    },

    'lets a package conflict with what it provides itself': async (fixture) => {
      const available = [{ name: 'mta', provides: ['smtp'], conflicts: ['smtp'] }];
      assert.deepEqual(await installs(fixture, { available, want: ['mta'] }), ['mta-1-1']);
    },

    'knows and, or, with and without': async (fixture) => {
      const available = [
        { name: 'and', requires: ['(x and y)'] },
        { name: 'or', requires: ['(absent or y)'] },
        { name: 'with', requires: ['(api >= 1 with api < 2)'] },
        { name: 'without', requires: ['(api without fast)'] },
        { name: 'nested', requires: ['((absent or x) and (y or absent))'] },
        { name: 'x' },
        { name: 'y' },
        { name: 'one', provides: ['api = 1', 'fast'] },
        { name: 'two', provides: ['api = 2'] },
      ];
      const needs = (want: string) => installs(fixture, { available, want: [want] });
      assert.deepEqual(await needs('and'), ['and-1-1', 'x-1-1', 'y-1-1']);
      assert.deepEqual(await needs('or'), ['or-1-1', 'y-1-1']);
      assert.deepEqual(await needs('with'), ['one-1-1', 'with-1-1']);
      assert.deepEqual(await needs('without'), ['two-1-1', 'without-1-1']);
      assert.deepEqual(await needs('nested'), ['nested-1-1', 'x-1-1', 'y-1-1']);
    },

    'knows if, unless and else': async (fixture) => {
      const available = [
        { name: 'if', requires: ['(extra if desktop)'] },
        { name: 'else', requires: ['(extra if desktop else plain)'] },
        { name: 'unless', requires: ['(extra unless desktop)'] },
        { name: 'extra' },
        { name: 'plain' },
        { name: 'desktop' },
      ];
      const needs = (...want: string[]) => installs(fixture, { available, want });
      assert.deepEqual(await needs('if'), ['if-1-1']);
      assert.deepEqual(await needs('if', 'desktop'), ['desktop-1-1', 'extra-1-1', 'if-1-1']);
      const alone = { available, want: ['else'], intent: { exclude: ['desktop'] } };
      assert.deepEqual(await installs(fixture, alone), ['else-1-1', 'plain-1-1']);
      assert.deepEqual(await needs('else', 'desktop'), ['desktop-1-1', 'else-1-1', 'extra-1-1']);
      assert.deepEqual(await needs('unless'), ['extra-1-1', 'unless-1-1']);
    },

    'refuses dependencies that cannot be read': async (fixture) => {
      await explains(fixture, { available: [{ name: 'a', requires: ['(b or'] }], want: ['a'] }, '(b or');
    },

    'installs what supplements, and not what is only suggested or enhances': async (fixture) => {
      const available = [
        { name: 'a', suggests: ['hint'] },
        { name: 'hint' },
        { name: 'langpack', supplements: ['a'] },
        { name: 'both', supplements: ['(a and absent)'] },
        { name: 'theme', enhances: ['a'] },
      ];
      assert.deepEqual(await installs(fixture, { available, want: ['a'] }), ['a-1-1', 'langpack-1-1']);
      assert.deepEqual(await installs(fixture, { available, want: ['a'], intent: { weak: false } }), ['a-1-1']);
    },

    'prefers what is suggested where there is a choice': async (fixture) => {
      const available = [
        { name: 'a', requires: ['service'], suggests: ['z'] },
        { name: 'y', provides: ['service'] },
        { name: 'z', provides: ['service'] },
      ];
      assert.deepEqual(await installs(fixture, { available, want: ['a'] }), ['a-1-1', 'z-1-1']);
    },

    'prefers sources by priority before versions': async (fixture) => {
      const available = { main: [{ name: 'a', version: '2' }], preferred: [{ name: 'a', version: '1' }] };
      const question = { available, want: ['a'] };
      assert.deepEqual(await installs(fixture, question), ['a-2-1']);
      assert.deepEqual(await installs(fixture, { ...question, priorities: { preferred: 10 } }), ['a-1-1']);
    },

    'prefers the own word size, and allows both of one version': async (fixture) => {
      const build = (arch: string) => ({ name: 'lib', arch, provides: [`lib(${arch})`] });
      const available = [build('i686'), build('x86_64'), { name: 'wine', requires: ['lib(i686)', 'lib(x86_64)'] }];
      const native = await ask(fixture, { available, want: ['lib'] });
      assert.deepEqual(native.install, ['lib-1-1']);
      const both = await ask(fixture, { available, want: ['wine'] });
      assert.deepEqual(sorted(both.install), ['lib-1-1', 'lib-1-1', 'wine-1-1']);
    },

    'reads name and version forms, patterns and dependencies as specs': async (fixture) => {
      const available = [
        { name: 'a', version: '1', arch: 'x86_64' },
        { name: 'a', version: '2', arch: 'x86_64' },
        { name: 'a-doc', version: '2', provides: ['manual = 3'] },
        { name: 'b' },
      ];
      const means = (spec: string) => installs(fixture, { available, want: [spec] });
      assert.deepEqual(await means('a-1'), ['a-1-1']);
      assert.deepEqual(await means('a-1-1.x86_64'), ['a-1-1']);
      assert.deepEqual(await means('a.x86_64'), ['a-2-1']);
      assert.deepEqual(await means('a*'), ['a-2-1', 'a-doc-2-1']);
      assert.deepEqual(await means('manual >= 2'), ['a-doc-2-1']);
      assert.deepEqual(await means('(absent or b)'), ['b-1-1']);
    },

    'installs groups, and their conditional members when their condition holds': async (fixture) => {
      const packages = [
        { name: 'a', type: 'mandatory' },
        { name: 'b', type: 'default' },
        { name: 'c', type: 'optional' },
        { name: 'gone', type: 'default' },
        { name: 'd', type: 'conditional', requires: 'x' },
      ] as const;
      const question = {
        available: ['a', 'b', 'c', 'd', 'x'].map((name) => ({ name })),
        groups: [{ id: 'base', name: 'Base', packages }],
      };
      assert.deepEqual(await installs(fixture, { ...question, want: ['@base'] }), ['a-1-1', 'b-1-1']);
      assert.deepEqual(await installs(fixture, { ...question, want: ['@base', 'x'] }), [
        'a-1-1',
        'b-1-1',
        'd-1-1',
        'x-1-1',
      ]);
      await explains(fixture, { ...question, want: ['@nothing'] }, 'nothing');
    },

    'leaves the base as it is, and says when it stands in the way': async (fixture) => {
      const installed = [{ name: 'lib', version: '1' }];
      const available = [
        { name: 'lib', version: '2' },
        { name: 'a', requires: ['lib'] },
        { name: 'b', requires: ['lib >= 2'] },
      ];
      assert.deepEqual(await installs(fixture, { available, installed, want: ['a'] }), ['a-1-1']);
      await explains(fixture, { available, installed, want: ['b'] }, 'lib');
    },

    'replaces base packages, by older ones too': async (fixture) => {
      const question = { available: [{ name: 'a', version: '1' }], installed: [{ name: 'a', version: '2' }] };
      const { install, remove } = await ask(fixture, { ...question, intent: { replace: [{ spec: 'a' }] } });
      assert.deepEqual([install, remove], [['a-1-1'], ['a-2-1']]);
    },

    'brings the base up to date as far as that was asked for': async (fixture) => {
      const versions = (name: string) => [
        { name, version: '1' },
        { name, version: '3' },
      ];
      const question = {
        available: { main: [...versions('a'), ...versions('b')], other: [{ name: 'b', version: '2' }] },
        installed: [
          { name: 'a', version: '2' },
          { name: 'b', version: '1' },
        ],
      };
      const renewed = async (intent: NonNullable<Question['intent']>) => {
        const { install, remove } = await ask(fixture, { ...question, intent });
        return [sorted(install), sorted(remove)];
      };
      const all = [{ spec: '*' }];
      assert.deepEqual(await renewed({ update: all }), [
        ['a-3-1', 'b-3-1'],
        ['a-2-1', 'b-1-1'],
      ]);
      assert.deepEqual(await renewed({ update: [{ spec: 'b' }] }), [['b-3-1'], ['b-1-1']]);
      assert.deepEqual(await renewed({ update: all, lock: ['a*'] }), [['b-3-1'], ['b-1-1']]);
      assert.deepEqual(await renewed({ update: [{ spec: 'b', source: 'other' }] }), [['b-2-1'], ['b-1-1']]);
      await explains(fixture, { ...question, intent: { update: [{ spec: 'absent' }] } }, 'absent');
    },

    'goes back to what the sources have': async (fixture) => {
      const question = { available: [{ name: 'a', version: '1' }], installed: [{ name: 'a', version: '2' }] };
      const { install, remove } = await ask(fixture, { ...question, intent: { synchronize: [{ spec: '*' }] } });
      assert.deepEqual([install, remove], [['a-1-1'], ['a-2-1']]);
      const kept = await ask(fixture, { ...question, intent: { update: [{ spec: '*' }] } });
      assert.deepEqual([kept.install, kept.remove], [[], []]);
    },

    'takes packages that are reserved for a source from there': async (fixture) => {
      const available = { main: [{ name: 'a', version: '2' }], other: [{ name: 'a', version: '1' }] };
      const { sources } = await ask(fixture, { available, intent: { install: [{ spec: 'a', source: 'other' }] } });
      assert.deepEqual(sources, ['other']);
    },

    'ends with thousands of alternatives and long circles': async (fixture) => {
      const many = Array.from({ length: 3000 }, (_, i) => ({
        name: `p${i}`,
        provides: ['service'],
        requires: [`(p${(i + 1) % 3000} if p${(i + 2) % 3000})`],
      }));
      const { install } = await ask(fixture, {
        available: [...many, { name: 'a', requires: ['service'] }],
        want: ['a'],
      });
      assert.equal(install.length, 2);
    },

    'brings what supplements the machine, as SUSE says it': async (fixture) => {
      const available = [
        { name: 'app' },
        { name: 'app-de', provides: ['locale(app:de)'] },
        { name: 'app-fr', provides: ['locale(app:fr;it)'] },
        { name: 'german', supplements: ['(language(de) and app)'] },
        { name: 'driver', supplements: ['modalias(app:pci:v00008086d*)'] },
        { name: 'other-driver', supplements: ['modalias(app:pci:v000010DEd*)'] },
        { name: 'both', supplements: ['packageand(app:driver)'] },
        { name: 'unwanted', supplements: ['language(de)'] },
      ];
      assert.deepEqual(await installs(fixture, { available, want: ['app'] }), [
        'app-1-1',
        'app-de-1-1',
        'both-1-1',
        'driver-1-1',
        'german-1-1',
      ]);
    },

    'lets a package exclude all others that provide the same': async (fixture) => {
      const available = [
        { name: 'one', provides: ['mta'], conflicts: ['otherproviders(mta)'] },
        { name: 'two', provides: ['mta'] },
      ];
      assert.deepEqual(await installs(fixture, { available, want: ['one'] }), ['one-1-1']);
      await explains(fixture, { available, want: ['one', 'two'] }, 'mta');
    },
  });
}
