import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  addTree,
  fakeExec,
  fakeInitramfs,
  fakeKeyrings,
  fakeLabeler,
  fakeVerifier,
  MemoryStores,
  testContext,
  World,
} from '@ostrata/testkit';

describe('fakes without a suite', () => {
  it('verifier: tells good, bad and unknown keys apart', async () => {
    await using context = testContext();
    const verifier = fakeVerifier();
    const data = Buffer.from('data');
    const good = createHash('sha256').update(data).digest('hex');
    const signatures = [`a:${good}`, 'a:other', `z:${good}`].map((text) => Buffer.from(text));
    const keys = await verifier.trusted({ repository: '/r', remote: null, options: { keys: 'a,b' } });
    const verdicts = await verifier.verify(data, signatures, keys, context.ctx);
    assert.deepEqual(
      verdicts.map(({ verdict }) => verdict),
      ['good', 'bad', 'unknown-key'],
    );
  });

  it('keyrings: take names in, each once', async () => {
    await using context = testContext();
    const keyrings = fakeKeyrings();
    const source = { keys: Buffer.from('a\nb'), name: 'test' };
    const { keyring, added } = await keyrings.add(source, ['b', 'c'], null, context.ctx);
    const keys = await keyrings.list([{ keys: keyring, name: 'test' }], context.ctx);
    assert.deepEqual([added, keys.map(({ fingerprint }) => fingerprint)], [1, ['a', 'b', 'c']]);
    assert.deepEqual(keys.flatMap(keyrings.describe), ['Key: a', 'Key: b', 'Key: c']);
  });

  it('exec: runs programs of the world, and says which is not there', async () => {
    const world = new World();
    world.programs.set('/bin/x', (_root, { argv }) => ({ code: 2, output: argv.slice(1) }));
    const { signal } = new AbortController();
    const lines: string[] = [];
    const result = await fakeExec(world).run({ argv: ['/bin/x', 'one'], signal, onLine: (line) => lines.push(line) });
    assert.deepEqual([result.code, result.stdout.toString(), lines], [2, 'one\n', ['one']]);
    await assert.rejects(fakeExec(world).run({ argv: ['/bin/none'], signal }), { code: 'FAKE_PROGRAM' });
    await assert.rejects(fakeExec(world).run({ argv: ['/bin/x'], signal: AbortSignal.abort() }));
  });

  it('initramfs and labeler: change the tree', async () => {
    await using context = testContext();
    const store = await new MemoryStores().ensure('/s');
    const tree = await store.openTree(addTree(store));
    await fakeInitramfs().generate(tree, { version: '6', directory: 'usr/share' }, ['-q'], context.ctx);
    assert.match(Buffer.from(tree.readFile('usr/share/initramfs.img')).toString(), /6: -q/);
    await fakeLabeler().label(tree, context.ctx);
    assert.equal(tree.lookup('usr/bin/tool')?.xattrs[0]?.[0], 'security.fake');
  });
});
