import assert from 'node:assert/strict';
import { definePlugin } from '@ostrata/core';
import {
  addTree,
  chaos,
  MemoryStores,
  renderDifferences,
  type Start,
  schemaTable,
  testEnvironment,
  testHost,
  testRequest,
  treeDifferences,
} from '@ostrata/testkit';

const schema = definePlugin({
  name: 'sample',
  apiVersion: '*',
  config: {
    type: 'object',
    additionalProperties: false,
    properties: { level: { type: 'integer', default: 1 }, list: { type: 'array', items: { type: 'string' } } },
  },
  apply() {
    throw new Error('a schema table applies nothing');
  },
});

describe('schema table', () => {
  const rows = schemaTable(schema, [
    { name: 'fills in defaults', config: {}, becomes: { level: 1 } },
    { name: 'keeps what is given', config: { level: 2, list: ['x'] }, becomes: { level: 2, list: ['x'] } },
    {
      name: 'says where it is wrong',
      config: { level: 'x', list: [1, 'y', 2], more: 1 },
      wrongAt: ['', '/level', '/list/0', '/list/2'],
    },
  ]);
  for (const { name, run } of rows) it(name, run);

  it('fails when a row does not hold', async () => {
    const wrong = schemaTable(schema, [
      { name: '', config: {}, becomes: { level: 2 } },
      { name: '', config: {}, wrongAt: ['/level'] },
      { name: '', config: { level: 'x' }, becomes: { level: 1 } },
      { name: '', config: { level: 'x' }, wrongAt: ['/list'] },
    ]);
    for (const { run } of wrong) await assert.rejects(run());
  });
});

describe('tree differences', () => {
  it('are none between equal trees of two repositories', async () => {
    const [one, two] = [await new MemoryStores().ensure('/a'), await new MemoryStores().ensure('/b')];
    const trees = [await one.openTree(addTree(one)), await two.openTree(addTree(two))] as const;
    assert.deepEqual(treeDifferences(...trees), []);
    assert.equal(renderDifferences([]), '');
  });

  it('name every path and what changed', async () => {
    const store = await new MemoryStores().ensure('/a');
    const id = addTree(store);
    const [before, after] = [await store.openTree(id), await store.openTree(id)];
    after.writeFile('usr/bin/tool', '#!TOOL\n');
    after.writeFile('usr/share/text', 'longer text\n');
    after.setMeta('usr/share/empty', { mode: 0o600, uid: 3, xattrs: [['user.a', Buffer.from('x')]] });
    after.symlink('usr/bin/link', 'other');
    after.mkdir('usr/new');
    after.setMeta('', { mode: 0o700 });
    assert.equal(
      renderDifferences(treeDifferences(before, after)),
      [
        '~ /: mode 0755 → 0700',
        '~ /usr/bin/link: target tool → other',
        '~ /usr/bin/tool: contents',
        '+ /usr/new',
        '~ /usr/share/empty: mode 0644 → 0600, owner 0:0 → 3:0, xattrs none → user.a=78',
        '~ /usr/share/text: size 5 → 12',
        '',
      ].join('\n'),
    );
    assert.match(renderDifferences(treeDifferences(after, before)), /^- \/usr\/new$/m);
  });
});

describe('chaos', () => {
  /** A journey whose taps change the world as they please. */
  function journey(apply: Parameters<typeof definePlugin>[0]['apply'], world: () => { value: number }) {
    return {
      name: 'sample',
      start: async (): Promise<Start> => {
        const environment = testEnvironment();
        const state = world();
        const plugin = definePlugin({
          name: 'careless',
          apiVersion: '*',
          apply: (host) => apply({ ...host, config: state }),
        });
        return {
          environment,
          input: testRequest({ sources: [], until: 'resolve' }),
          host: (failpoint) => testHost({ environment, plugins: [plugin], ...(failpoint ? { failpoint } : {}) }),
          visible: async () => ({ ...state }),
          [Symbol.dispose]: () => environment[Symbol.dispose](),
        };
      },
    };
  }

  it('passes a journey that changes the world at once, at its end', async () => {
    const good = journey(
      (host) =>
        host.hooks['resolve.check'].tapPromise(() => {
          (host.config as { value: number }).value = 1;
        }),
      () => ({ value: 0 }),
    );
    const { failpoints, runs } = await chaos(good);
    assert.equal(runs, 1 + failpoints.length * 3);
  });

  it('finds a journey that leaves the world in the middle', async () => {
    const half = journey(
      (host) => {
        const state = host.config as { value: number };
        host.hooks['request.complete'].tapPromise(() => {
          state.value = 1;
        });
        host.hooks['resolve.check'].tapPromise(() => {
          state.value = 2;
        });
      },
      () => ({ value: 0 }),
    );
    await assert.rejects(chaos(half), {
      code: 'CHAOS',
      message: /fail at hook\.request\.check\.before[\s\S]*neither as before nor complete/,
    });
  });

  it('finds what is left in the temporary directory', async () => {
    const { writeFileSync } = await import('node:fs');
    const untidy = journey(
      (host) =>
        host.hooks['request.complete'].tapPromise((_request, ctx) => {
          writeFileSync(`${ctx.environment.tempDir}/left`, '');
        }),
      () => ({ value: 0 }),
    );
    await assert.rejects(chaos(untidy), /left left behind/);
  });
});
