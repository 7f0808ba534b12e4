import assert from 'node:assert/strict';
import { type Intent, isHostError, type PackageTable } from '@ostrata/core';
import { SatSolver } from '../../../../plugins/solver-sat/src/request/solver.ts';
import { answer, CONTEXT, compare, intent, nevraAt, type TestPackage, table } from '../support/tables.ts';

const TOOLS: readonly TestPackage[] = [
  { nevra: 'vim-8.2-1.x86_64', relations: { provides: ['editor'] }, files: ['/usr/bin/vim'] },
  { nevra: 'vim-9.0-1.x86_64', relations: { provides: ['editor'] }, files: ['/usr/bin/vim'] },
  { nevra: 'vim-data-9.0-1.noarch', relations: {} },
  { nevra: 'nano-2:7.0-3.x86_64', relations: { provides: ['editor'] } },
];

async function solved(spec: string, packages = TOOLS): Promise<string[]> {
  return (await answer([table(packages)], intent([spec]))).sort();
}

describe('forms of requests', () => {
  const forms: [string, string[]][] = [
    ['vim', ['vim-9.0-1.x86_64']],
    ['vim.x86_64', ['vim-9.0-1.x86_64']],
    ['vim-8.2', ['vim-8.2-1.x86_64']],
    ['vim-8.2-1', ['vim-8.2-1.x86_64']],
    ['vim-8.2-1.x86_64', ['vim-8.2-1.x86_64']],
    ['vim-0:8.2-1.x86_64', ['vim-8.2-1.x86_64']],
    ['vim = 8.2', ['vim-8.2-1.x86_64']],
    ['vim < 9', ['vim-8.2-1.x86_64']],
    ['nano-2:7.0', ['nano-2:7.0-3.x86_64']],
    ['nano-7.0-3', ['nano-2:7.0-3.x86_64']],
    ['vim*', ['vim-9.0-1.x86_64', 'vim-data-9.0-1.noarch']],
    ['vi[!x]-8.*', ['vim-8.2-1.x86_64']],
    ['edi?or', ['nano-2:7.0-3.x86_64', 'vim-9.0-1.x86_64']],
    ['editor', ['nano-2:7.0-3.x86_64']],
    ['/usr/bin/vim', ['vim-9.0-1.x86_64']],
    ['/usr/bin/v?m', ['vim-9.0-1.x86_64']],
    ['(vim and nano)', ['nano-2:7.0-3.x86_64', 'vim-9.0-1.x86_64']],
    ['(vim-data or nano)', ['nano-2:7.0-3.x86_64']],
  ];
  for (const [spec, expected] of forms) {
    it(spec, async () => assert.deepEqual(await solved(spec), expected));
  }

  it('a name counts before a provide', async () => {
    const packages = [{ nevra: 'a-1-1.x86_64', relations: { provides: ['b'] } }, { nevra: 'b-1-1.x86_64' }];
    assert.deepEqual(await solved('b', packages), ['b-1-1.x86_64']);
  });

  it('suggests a name when there is none', async () => {
    await assert.rejects(solved('vmi'), (error) => {
      assert.ok(isHostError(error) && error.code === 'SOLVER_PROBLEM');
      assert.match(error.message, /No package is called "vmi"/);
      assert.match(error.hint!, /Perhaps you mean vim\./);
      return error.problems[0]!.code === 'SOLVER_NOT_FOUND';
    });
  });

  it('reports everything that cannot be found at once', async () => {
    await assert.rejects(answer([table(TOOLS)], intent(['x1', 'vim', 'x2', '@x3'])), (error) => {
      assert.ok(isHostError(error));
      assert.deepEqual(error.problems.map(({ code }) => code).sort(), [
        'SOLVER_GROUP_UNKNOWN',
        'SOLVER_NOT_FOUND',
        'SOLVER_NOT_FOUND',
      ]);
      return true;
    });
  });
});

describe('groups', () => {
  const group = {
    id: 'edit',
    name: 'Editors',
    packages: [
      { name: 'vim', type: 'mandatory' },
      { name: 'gone', type: 'mandatory' },
      { name: 'nano', type: 'optional' },
      { name: 'vim-data', type: 'conditional', requires: 'nano' },
      { name: 'lost', type: 'conditional', requires: 'vim' },
    ],
  } as const;
  const tables = [table(TOOLS, { groups: [group] })];

  it('are expanded; what is missing is skipped with the reason', async () => {
    const request = { intent: intent(['@edit']), available: tables, installed: null, compare };
    const result = await new SatSolver({ multilib: true, installonly: [] }).solve(request, CONTEXT);
    assert.deepEqual(
      result.install.map(({ table: from, index, reason }) => [nevraAt(from, index), reason]),
      [['vim-9.0-1.x86_64', 'requested']],
    );
    assert.deepEqual(
      result.skipped.map(({ spec }) => spec),
      ['gone', '(lost if vim)'],
    );
    assert.match(result.skipped[0]!.reason, /No package is called "gone"/);
  });

  it('have members that come with others', async () => {
    const both = await answer(tables, intent(['@Editors', 'nano']));
    assert.deepEqual(both.sort(), ['nano-2:7.0-3.x86_64', 'vim-9.0-1.x86_64', 'vim-data-9.0-1.noarch']);
  });
});

describe('excludes, pins and sources', () => {
  const old = table([{ nevra: 'a-1-1.x86_64' }], { source: 'old' });
  const fresh = table([{ nevra: 'a-2-1.x86_64' }, { nevra: 'b-1-1.x86_64', relations: { requires: ['a'] } }], {
    source: 'new',
  });

  it('an excluded package is never chosen', async () => {
    assert.deepEqual(await answer([old, fresh], intent(['a'], { exclude: ['a-2*'] })), ['a-1-1.x86_64']);
  });

  it('an excluded package that is needed is named with the pattern', async () => {
    await assert.rejects(answer([old, fresh], intent(['b'], { exclude: ['a'] })), (error) => {
      assert.ok(isHostError(error));
      assert.match(error.message, /nothing provides a that may be used \(a-1-1.x86_64: excluded by "a"/);
      return true;
    });
  });

  it('a pin holds a name at one version', async () => {
    const pins = [{ name: 'a', evr: '1-1', arch: 'x86_64' }];
    assert.deepEqual(await answer([old, fresh], intent(['b'], { pins })), ['a-1-1.x86_64', 'b-1-1.x86_64']);
  });

  it('a pin with another checksum fits nothing', async () => {
    const pins = [{ name: 'a', evr: '1-1', arch: null, digest: 'sha256:other' }];
    await assert.rejects(answer([old], intent(['a'], { pins })), /pinned to 1-1/);
  });

  it('strict pins allow nothing else', async () => {
    const pins = [{ name: 'b', evr: '1-1', arch: 'x86_64' }];
    await assert.rejects(answer([fresh], intent(['b'], { pins, strictPins: true })), /only pinned packages/);
  });

  it('a source for pinned packages gives no others', async () => {
    const pinnedOnlySources = ['new'];
    assert.deepEqual(await answer([old, fresh], intent(['a'], { pinnedOnlySources })), ['a-1-1.x86_64']);
    const pins = [{ name: 'a', evr: '2-1', arch: null }];
    assert.deepEqual(await answer([old, fresh], intent(['a'], { pinnedOnlySources, pins })), ['a-2-1.x86_64']);
  });

  it('a request may reserve a source for a name', async () => {
    const install = [{ spec: 'b' }, { spec: 'a', source: 'old' }];
    assert.deepEqual(await answer([old, fresh], intent([], { install })), ['a-1-1.x86_64', 'b-1-1.x86_64']);
  });
});

describe('packages over a base', () => {
  const base = table(
    [
      { nevra: 'glibc-1-1.x86_64' },
      { nevra: 'bash-1-1.x86_64', relations: { requires: ['glibc'] } },
      { nevra: 'vi-1-1.x86_64' },
    ],
    { source: '@installed' },
  );
  const updates = table([
    { nevra: 'glibc-2-1.x86_64' },
    { nevra: 'bash-2-1.x86_64' },
    { nevra: 'bash-0-1.x86_64' },
    { nevra: 'new-1-1.x86_64', relations: { requires: ['glibc >= 2'] } },
    { nevra: 'plain-1-1.x86_64', relations: { requires: ['glibc', 'bash'] } },
  ]);

  it('uses what the base has and changes nothing of it', async () => {
    assert.deepEqual(await answer([updates], intent(['plain']), base), ['plain-1-1.x86_64']);
    assert.deepEqual(await answer([updates], intent(['bash']), base), []);
  });

  it('refuses what needs another version, and names the base', async () => {
    await assert.rejects(answer([updates], intent(['new']), base), (error) => {
      assert.ok(isHostError(error));
      assert.match(error.message, /the base has glibc-1-1.x86_64, which must stay/);
      assert.match(error.hint!, /Override .* of the base: replace/);
      return true;
    });
  });

  it('replaces what an override names, also by an older version', async () => {
    const replace = [{ spec: 'bash-0-1' }];
    assert.deepEqual(await answer([updates], intent([], { replace }), base), ['bash-0-1.x86_64', '-bash-1-1.x86_64']);
    const both = intent(['new'], { replace: [{ spec: 'glibc' }] });
    assert.deepEqual(await answer([updates], both, base), ['glibc-2-1.x86_64', 'new-1-1.x86_64', '-glibc-1-1.x86_64']);
  });

  it('removes what an override names, unless something needs it', async () => {
    assert.deepEqual(await answer([updates], intent([], { remove: ['vi'] }), base), ['-vi-1-1.x86_64']);
    await assert.rejects(answer([updates], intent([], { remove: ['glibc'] }), base), /bash-1-1.x86_64 requires glibc/);
  });

  it('refuses an override of a package that the base has not', async () => {
    await assert.rejects(
      answer([updates], intent([], { remove: ['emacs'] }), base),
      /"emacs" shall be removed, but the base/,
    );
  });
});

describe('a base that is renewed', () => {
  const base = table(
    [
      { nevra: 'glibc-2-1.x86_64' },
      { nevra: 'bash-2-1.x86_64', relations: { requires: ['glibc'] } },
      { nevra: 'tail-2-1.x86_64', relations: { requires: ['lib = 2'] } },
      { nevra: 'lib-2-1.x86_64', relations: { provides: ['lib = 2'] } },
    ],
    { source: '@installed' },
  );
  const fresh = table(
    [
      { nevra: 'glibc-3-1.x86_64' },
      { nevra: 'bash-3-1.x86_64', relations: { requires: ['glibc >= 3'] } },
      { nevra: 'tail-1-1.x86_64' },
      { nevra: 'lib-3-1.x86_64', relations: { provides: ['lib = 3'] } },
    ],
    { source: 'fresh' },
  );
  const other = table([{ nevra: 'bash-4-1.x86_64' }], { source: 'other' });
  const solve = (changes: Partial<Intent>, tables = [fresh]) => answer(tables, intent([], changes), base);
  const all = [{ spec: '*' }];

  it('brings everything up to date that can be', async () => {
    assert.deepEqual(await solve({ update: all }), [
      'glibc-3-1.x86_64',
      'bash-3-1.x86_64',
      '-glibc-2-1.x86_64',
      '-bash-2-1.x86_64',
    ]);
  });

  it('brings one package up to date, and what that needs', async () => {
    assert.deepEqual(await solve({ update: [{ spec: 'glibc' }] }), ['glibc-3-1.x86_64', '-glibc-2-1.x86_64']);
    assert.equal((await solve({ update: [{ spec: 'ba*' }] })).length, 4);
  });

  it('leaves what is locked', async () => {
    assert.deepEqual(await solve({ update: all, lock: ['gl*'] }), []);
  });

  it('synchronizes with the sources, also to older versions', async () => {
    const found = await solve({ synchronize: all });
    assert.ok(found.includes('tail-1-1.x86_64') && found.includes('lib-3-1.x86_64'), found.join(' '));
    assert.equal(found.length, 8);
  });

  it('takes an update from the source that is named', async () => {
    assert.deepEqual(await solve({ update: [{ spec: 'bash', source: 'other' }] }, [fresh, other]), [
      'bash-4-1.x86_64',
      '-bash-2-1.x86_64',
    ]);
    const ours = await solve({ update: [{ spec: 'bash', source: 'fresh' }] }, [fresh, other]);
    assert.ok(ours.includes('bash-3-1.x86_64'), ours.join(' '));
  });

  it('refuses what the base has not', async () => {
    await assert.rejects(solve({ update: [{ spec: 'emacs' }] }), /"emacs" shall be updated, but the base/);
  });
});

describe('file lists', () => {
  function lazy(needed: string): { lists: PackageTable; loads: () => number } {
    let loads = 0;
    const inner = table([
      { nevra: 'a-1-1.x86_64', relations: { requires: [needed] } },
      { nevra: 'b-1-1.x86_64', files: ['/usr/bin/b', '/usr/share/b/data'] },
    ]);
    const lists: PackageTable = {
      ...inner,
      get filesComplete() {
        return loads > 0;
      },
      files: (i) => inner.files(i).filter((path) => loads > 0 || path.startsWith('/usr/bin/')),
      loadFiles: async () => {
        loads++;
      },
    };
    return { lists, loads: () => loads };
  }

  it('are loaded when a path is named that primary metadata does not have', async () => {
    const { lists, loads } = lazy('/usr/share/b/data');
    assert.deepEqual(await answer([lists], intent(['a'])), ['b-1-1.x86_64', 'a-1-1.x86_64']);
    assert.equal(loads(), 1);
  });

  it('are not loaded for a path that it has', async () => {
    const { lists, loads } = lazy('/usr/bin/b');
    assert.deepEqual(await answer([lists], intent(['a'])), ['b-1-1.x86_64', 'a-1-1.x86_64']);
    assert.equal(loads(), 0);
  });
});

describe('reasons', () => {
  it('tell requested, dependency and weak packages apart', async () => {
    const packages = [
      { nevra: 'a-1-1.x86_64', relations: { requires: ['b'], recommends: ['c'] } },
      { nevra: 'b-1-1.x86_64' },
      { nevra: 'c-1-1.x86_64' },
    ];
    const request = { intent: intent(['a']), available: [table(packages)], installed: null, compare };
    const { install } = await new SatSolver({ multilib: true, installonly: [] }).solve(request, CONTEXT);
    const reasons = Object.fromEntries(install.map(({ table: from, index, reason }) => [from.name(index), reason]));
    assert.deepEqual(reasons, { a: 'requested', b: 'dependency', c: 'weak' });
  });
});
