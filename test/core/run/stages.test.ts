import assert from 'node:assert/strict';
import {
  type HookName,
  type Plan,
  type Plugin,
  type ProgressEvent,
  type Request,
  STAGES,
  type Stage,
} from '@ostrata/core';
import {
  type FakePackage,
  fakeSource,
  testEnvironment,
  testHost,
  testIntent,
  testRequest,
  World,
} from '@ostrata/testkit';
import { plugin, saidBy, thrown } from '../support.ts';

const PACKAGES: readonly FakePackage[] = [
  { name: 'app', requires: ['lib'], files: { 'usr/bin/app': 'app' } },
  { name: 'lib', files: { 'usr/lib/lib': 'lib' } },
];

function worldOf(packages = PACKAGES): World {
  const world = new World();
  world.sources.set('main', { packages });
  return world;
}

interface Setup {
  readonly world?: World;
  readonly plugins?: readonly Plugin[];
  readonly without?: readonly string[];
  readonly onEvent?: (event: ProgressEvent) => void;
}

async function run(request: Partial<Request>, { world = worldOf(), plugins = [], without = [], onEvent }: Setup = {}) {
  using environment = testEnvironment();
  const host = await testHost({ world, environment, plugins, without });
  const input = testRequest({ intent: testIntent('app'), ...request });
  return await host.run(input, onEvent ? { onEvent } : {});
}

/** Taps every hook and writes down what is called, in order. */
function recorder(log: string[]): Plugin {
  const hooks: HookName[] = [
    'request.complete',
    'request.check',
    'fetch.sources',
    'fetch.verify',
    'resolve.intent',
    'resolve.plan',
    'resolve.check',
    'assemble.acquired',
    'assemble.populate',
    'assemble.scripts',
    'assemble.database',
    'assemble.kernel',
    'assemble.postprocess',
    'assemble.check',
    'commit.metadata',
    'commit.sign',
    'commit.published',
    'finalize.report',
  ];
  return plugin('recorder', (host) => {
    for (const hook of hooks) host.hooks[hook].tapPromise((() => void log.push(hook)) as never);
  });
}

describe('corridor', () => {
  it('calls the hooks of a compose in the order of the lifecycle, each once', async () => {
    const log: string[] = [];
    const stages: Stage[] = [];
    await run(
      {},
      { plugins: [recorder(log)], onEvent: (event) => event.type === 'stage-begin' && stages.push(event.stage) },
    );
    assert.deepEqual(stages, STAGES.slice(0, 4));
    assert.equal(
      log.join(' '),
      [
        'request.complete request.check fetch.sources fetch.verify resolve.intent resolve.plan resolve.check assemble.acquired',
        'assemble.populate assemble.scripts assemble.database assemble.kernel assemble.postprocess assemble.check',
        'commit.metadata commit.sign commit.published finalize.report',
      ].join(' '),
    );
  });

  const halts: [Request['until'], last: string, hasPlan: boolean][] = [
    ['request', 'request.check', false],
    ['fetch', 'fetch.verify', false],
    ['resolve', 'resolve.check', true],
    ['download', 'resolve.check', true],
    ['acquire', 'assemble.acquired', true],
    ['assemble', 'assemble.check', true],
  ];
  for (const [until, last, hasPlan] of halts) {
    it(`stops at ${until}, and reports`, async () => {
      const log: string[] = [];
      const world = worldOf();
      const outcome = await run({ until }, { world, plugins: [recorder(log)] });
      assert.deepEqual(log.slice(-2), [last, 'finalize.report']);
      assert.equal(outcome.until, until);
      assert.equal(outcome.plan !== null, hasPlan);
      assert.equal(outcome.commit, null);
      const stores = (await world.stores.visible())['/work'] ?? {};
      assert.equal(Object.keys(stores).length > 0, until === 'acquire' || until === 'assemble', JSON.stringify(stores));
    });
  }

  it('refuses requests that contradict themselves', async () => {
    const wrong: Partial<Request>[] = [
      { from: 'resolve' },
      { from: 'commit', until: 'deploy' },
      { from: 'deploy', until: 'finalize' },
      { from: 'finalize', until: 'commit' },
      { from: 'finalize', until: 'finalize' },
    ];
    for (const request of wrong) assert.equal((await thrown(run(request))).code, 'REQUEST_INVALID');
  });
});

describe('stage fetch', () => {
  it('takes sources from the hook, refuses two of one id', async () => {
    const twice = plugin('a', (host) => host.hooks['fetch.sources'].tapPromise((sources) => [...sources, ...sources]));
    assert.equal((await thrown(run({}, { plugins: [twice] }))).code, 'SOURCE_DUPLICATE');
  });

  it('refreshes all sources at once, and waits for all before it fails', async () => {
    const world = worldOf();
    let running = 0;
    let most = 0;
    const slow = plugin('slow', (host) =>
      host.provide('source' in host ? (null as never) : ({ name: 'source', keyed: true } as never), 'slow', () => ({
        ...fakeSource(world),
        refresh: async (source: { id: string }) => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setTimeout(resolve, source.id === 'bad' ? 1 : 20));
          running -= 1;
          if (source.id === 'bad') throw new Error('unreachable');
          return { source, digest: source.id, timestamp: 0, packages: 0, extras: {} };
        },
      })),
    );
    const sources = ['x', 'bad', 'y'].map((id) => ({ id, kind: 'slow', priority: 99, options: {} }));
    const error = await thrown(run({ sources }, { world, plugins: [slow] }));
    assert.match(error.message, /unreachable/);
    assert.equal(most, 3);
    assert.equal(running, 0);
  });

  it('asks no source when nothing is wanted', async () => {
    const world = new World();
    assert.equal((await run({ intent: testIntent() }, { world })).status, 'done');
  });

  it('says which base is not there', async () => {
    const error = await thrown(run({ base: { rev: 'os/none', pullFrom: null } }));
    assert.equal(error.code, 'BASE_UNKNOWN');
    assert.match(error.message, /os\/none.*\/work/);
  });

  it('uses the cache alone when it is told so', async () => {
    using environment = testEnvironment();
    const world = worldOf();
    const host = await testHost({ world, environment });
    const request = testRequest({ intent: testIntent('app'), cacheOnly: true });
    assert.equal((await thrown(host.run(request))).code, 'FAKE_SOURCE');
    await host.run({ ...request, cacheOnly: false, until: 'download' });
    world.sources.clear();
    assert.equal((await host.run(request)).status, 'done');
  });
});

describe('stage resolve', () => {
  it('makes the same digest of the same inputs, wherever results go and whenever', async () => {
    const [one, two, other] = await Promise.all([
      run({ until: 'resolve' }),
      run({ until: 'resolve', command: 'other', commit: { parent: null, timestamp: 5, force: true } }),
      run({ until: 'resolve', extras: { a: 1 } }),
    ]);
    assert.match(one.plan?.digest ?? '', /^[0-9a-f]{64}$/);
    assert.equal(one.plan?.digest, two.plan?.digest);
    assert.notEqual(one.plan?.digest, other.plan?.digest);
    assert.deepEqual(other.plan?.inputs.extras, { a: 1 });
  });

  it('is unchanged when the parent was made from the same inputs, unless a commit is forced', async () => {
    const world = worldOf();
    const first = await run({}, { world });
    assert.equal((await run({}, { world })).status, 'unchanged');
    const forced = await run({ commit: { parent: 'auto', timestamp: 1, force: true } }, { world });
    assert.equal(forced.status, 'done');
    assert.equal(forced.commit?.meta.parent, first.commit?.id);
    assert.equal(
      (await run({ commit: { parent: null, timestamp: 1, force: false } }, { world })).commit?.meta.parent,
      null,
    );
  });

  it('takes any rev for the parent, and says which is not there', async () => {
    const world = worldOf();
    const first = await run({}, { world });
    const next = await run(
      { extras: { a: 1 }, commit: { parent: first.commit?.id.slice(0, 12) ?? '', timestamp: 1, force: false } },
      { world },
    );
    assert.equal(next.commit?.meta.parent, first.commit?.id);
    const error = await thrown(run({ commit: { parent: 'no/such', timestamp: 1, force: false } }, { world }));
    assert.equal(error.code, 'PARENT_UNKNOWN');
  });

  it('warns of weak requests that were left out', async () => {
    const events: ProgressEvent[] = [];
    const skipping = plugin('other', (host) =>
      host.provide({ name: 'solver', keyed: false } as never, () => ({
        solve: async () => ({ install: [], remove: [], skipped: [{ spec: 'extra', reason: 'it conflicts' }] }),
      })),
    );
    await run(
      { until: 'resolve' },
      { plugins: [skipping], without: ['fake-solver'], onEvent: (event) => events.push(event) },
    );
    assert.ok(
      events.some(
        (event) => event.type === 'warning' && event.code === 'REQUEST_SKIPPED' && /extra.*conflicts/.test(event.text),
      ),
    );
  });

  it('hands the solver’s explanation on', async () => {
    const error = await thrown(run({ intent: testIntent('nothing-like-that') }));
    assert.equal(error.code, 'FAKE_UNSOLVABLE');
    assert.equal(error.origin?.stage, 'resolve');
    assert.equal(error.origin?.plugin, 'fake-store');
  });

  it('lets a check look at the whole Plan before anything is downloaded', async () => {
    const world = worldOf();
    const strict = plugin('strict', (host) =>
      host.hooks['resolve.check'].tapPromise((plan) => {
        assert.match(plan.digest, /^[0-9a-f]{64}$/);
        throw new Error(`no ${plan.inputs.install[0]?.name}`);
      }),
    );
    const error = await thrown(run({}, { world, plugins: [strict] }));
    assert.match(error.message, /no lib/);
    assert.deepEqual(await world.stores.visible(), { '/work': {} });
  });
});

describe('a Plan from a file', () => {
  async function planned(world: World): Promise<Plan> {
    const { plan } = await run({ until: 'resolve' }, { world });
    return JSON.parse(JSON.stringify(plan)) as Plan;
  }

  async function runPlan(world: World, plan: Plan) {
    using environment = testEnvironment();
    return await (await testHost({ world, environment })).run({ plan });
  }

  it('is refused when it is of another version, changed or incomplete', async () => {
    const world = worldOf();
    const plan = await planned(world);
    assert.equal((await thrown(runPlan(world, { ...plan, version: 2 as 1 }))).code, 'PLAN_VERSION');
    assert.equal((await thrown(runPlan(world, null as never))).code, 'PLAN_VERSION');
    const changed = { ...plan, inputs: { ...plan.inputs, install: [] } };
    assert.equal((await thrown(runPlan(world, changed))).code, 'PLAN_DAMAGED');
    const { snapshots: _, ...incomplete } = plan;
    assert.equal((await thrown(runPlan(world, incomplete as Plan))).code, 'PLAN_DAMAGED');
  });

  it('is carried out by later stages alone, asks nobody what to do, and gives the same commit', async () => {
    const world = worldOf();
    const plan = await planned(world);
    world.sources.set('main', { packages: [...PACKAGES, { name: 'lib', version: '9', files: {} }] });
    const outcome = await runPlan(world, plan);
    const direct = await run({}, {});
    assert.equal(outcome.commit?.id, direct.commit?.id);
    assert.equal(outcome.until, 'commit');
  });

  it('says which snapshot it lacks', async () => {
    const world = worldOf();
    const plan = await planned(world);
    assert.equal((await thrown(runPlan(world, { ...plan, snapshots: [] }))).code, 'SOURCE_ABSENT');
  });
});

describe('stage assemble', () => {
  it('fetches and imports each package once ever', async () => {
    using environment = testEnvironment();
    const world = worldOf();
    const imports: string[] = [];
    const host = await testHost({
      world,
      environment,
      failpoint: (name) => name === 'fake-format.import' && imports.push(name),
    });
    await host.run(testRequest({ intent: testIntent('app') }));
    assert.equal(imports.length, 2);
    await host.run(testRequest({ intent: testIntent('app'), extras: { a: 1 } }));
    assert.equal(imports.length, 2);
  });

  it('reports every conflict at once, naming the path and both packages', async () => {
    const world = worldOf([
      { name: 'a', files: { 'usr/x': 'one', 'usr/y': 'same', 'usr/d/f': '' } },
      { name: 'b', files: { 'usr/x': 'two', 'usr/y': 'same', 'usr/d': 'file' } },
    ]);
    const error = await thrown(run({ intent: testIntent('a', 'b') }, { world }));
    assert.equal(error.code, 'OVERLAY_CONFLICT');
    assert.equal(error.problems.length, 2);
    assert.match(saidBy(error), /b-1-1\.noarch and a-1-1\.noarch both have \/usr\/x, with different contents/);
    assert.match(saidBy(error), /both have \/usr\/d, one as a directory/);
    assert.deepEqual(await world.stores.find('/work').resolve('test/stable'), null);
  });

  it('names the base when a package conflicts with it', async () => {
    const world = worldOf([...PACKAGES, { name: 'rival', files: { 'usr/bin/app': 'other' } }]);
    const { commit } = await run({}, { world });
    const error = await thrown(
      run({ base: { rev: commit?.id ?? '', pullFrom: null }, intent: testIntent('rival') }, { world }),
    );
    assert.match(error.message, /rival.* and the base image both have \/usr\/bin\/app/);
  });

  it('takes base packages out', async () => {
    const world = worldOf();
    const { commit } = await run({}, { world });
    const intent = { ...testIntent(), remove: ['app'] };
    const next = await run({ base: { rev: commit?.id ?? '', pullFrom: null }, intent, sources: [] }, { world });
    const tree = await world.stores.find('/work').openTree(next.commit?.id ?? '');
    assert.equal(tree.lookup('usr/bin/app'), undefined);
    assert.ok(tree.lookup('usr/lib/lib'));
  });

  it('names the script that failed', async () => {
    const world = worldOf([{ name: 'app', script: 'bad' }]);
    world.programs.set('bad', () => ({ code: 3, output: ['no such user'] }));
    const error = await thrown(run({}, { world }));
    assert.match(error.message, /app\.post ended with 3: no such user/);
    assert.deepEqual([error.origin?.hook, error.origin?.plugin], ['assemble.scripts', 'fake-repo']);
  });

  it('takes what scripts did over into the tree', async () => {
    const world = worldOf([{ name: 'app', script: 'good' }]);
    const { writeFileSync } = await import('node:fs');
    world.programs.set('good', (root) => {
      writeFileSync(`${root}/made-by-script`, 'yes');
      return {};
    });
    const { commit } = await run({}, { world });
    const tree = await world.stores.find('/work').openTree(commit?.id ?? '');
    assert.equal(Buffer.from(tree.readFile('made-by-script')).toString(), 'yes');
  });
});

describe('stage commit', () => {
  it('adds version and input digest, and what the hook makes of them', async () => {
    const world = worldOf();
    const versioned = plugin('v', (host) => {
      host.hooks['resolve.plan'].tapPromise((plan) => ({ ...plan, commit: { ...plan.commit, version: '42' } }));
      host.hooks['commit.metadata'].tapPromise(({ meta, assembly }) => ({
        meta: { ...meta, metadata: { ...meta.metadata, mine: { type: 's', value: `${assembly.packages.length}` } } },
        assembly,
      }));
    });
    const outcome = await run(
      { image: { ...testRequest().image, metadata: { given: { type: 'b', value: true } } } },
      { world, plugins: [versioned] },
    );
    const { metadata, timestamp } = await world.stores.find('/work').readCommit(outcome.commit?.id ?? '');
    assert.deepEqual(metadata, {
      given: { type: 'b', value: true },
      version: { type: 's', value: '42' },
      'rpmostree.inputhash': { type: 's', value: outcome.plan?.digest },
      mine: { type: 's', value: '2' },
    });
    assert.equal(timestamp, 1_700_000_000);
  });

  it('pulls into the target, signs there, and moves the ref last', async () => {
    const world = worldOf();
    await world.stores.ensure('/repo');
    const log: string[] = [];
    const signer = plugin('signer', (host) => {
      host.hooks['commit.sign'].tapPromise(async ({ commit, store }) => {
        log.push(`sign ${store.location} ${await store.has(commit.id)} ${await store.resolve('test/stable')}`);
      });
      host.hooks['commit.published'].tapPromise(async ({ commit, store }) => {
        log.push(`published ${(await store.resolve('test/stable')) === commit.id}`);
      });
    });
    await run({ store: { work: '/work', target: '/repo' } }, { world, plugins: [signer] });
    assert.deepEqual(log, ['sign /repo true null', 'published true']);
    assert.equal(await world.stores.find('/work').resolve('test/stable'), null);
  });

  it('makes a target that is absent, and not for a preview', async () => {
    const world = worldOf();
    const store = { work: '/work', target: '/new' };
    await run({ store, until: 'assemble' }, { world });
    assert.equal(await world.stores.exists('/new'), false);
    const { commit } = await run({ store }, { world });
    assert.equal(await world.stores.find('/new').resolve('test/stable'), commit?.id);
  });
});
