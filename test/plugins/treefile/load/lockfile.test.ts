import assert from 'node:assert/strict';
import { readLockfiles } from '../../../../plugins/treefile/src/load/lockfile.ts';
import { sharedData } from '../../../support/shared.ts';
import { failureOf, Workspace } from '../support/workspace.ts';

describe('treefile readLockfiles', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = new Workspace();
  });
  afterEach(() => workspace.remove());

  it('reads evra, evr and digests, and lets later files win', () => {
    const base = workspace.write(
      'a.json',
      '{"packages": {"foo": {"evra": "1.0-1.noarch", "digest": "sha256:deadcafe"},\n"bar": {"evra": "1:0.8-15.x86_64", "metadata": {"x": true}}, "baz": {"evr": "2.1.1-1"}}}',
    );
    const over = workspace.write('b.yaml', 'packages:\n  foo:\n    evr: 2.0-2\n    metadata: {reason: x, type: pin}\n');
    assert.deepEqual(readLockfiles([base, over]), [
      { name: 'foo', evr: '2.0-2', arch: null, origin: `${over}:2` },
      { name: 'bar', evr: '1:0.8-15', arch: 'x86_64', origin: `${base}:2` },
      { name: 'baz', evr: '2.1.1-1', arch: null, origin: `${base}:2` },
    ]);
    assert.equal(readLockfiles([base])[0]?.digest, 'sha256:deadcafe');
    assert.deepEqual(readLockfiles([]), []);
  });

  it('reports all mistakes of all files', () => {
    const one = workspace.write(
      'a.yaml',
      'packages:\n  a: {evr: 1}\n  b: {}\n  c: {evra: x}\n  d: {evr: "1", evra: 1.x}\n  e: 5\n  f: {evr: "1", digest: md}\nx: 1',
    );
    const two = workspace.write('b.json', '{"metadata": {"q": 1}}');
    const error = failureOf(() => readLockfiles([one, two]));
    assert.equal(error.code, 'TREEFILE_LOCKFILE');
    assert.deepEqual(
      error.problems.map(({ message }) => message.replaceAll(`${workspace.directory}/`, '')),
      [
        'a.yaml:8:1: unknown key "x"',
        'a.yaml:2:12: "evr" must be a string, and this is a number',
        'a.yaml:2:3: a must have one of "evra" and "evr"',
        'a.yaml:3:3: b must have one of "evra" and "evr"',
        'a.yaml:4:3: the evra of c has no architecture: x',
        'a.yaml:5:3: d must have one of "evra" and "evr"',
        'a.yaml:6:6: "e" must be a map, and this is a number',
        'a.yaml:7:3: the digest of f must be like sha256:0123…, not md',
        'b.json:1:1: the key "packages" is missing',
        'b.json:1:15: unknown key "q"',
      ],
    );
  });

  it('reads the lockfiles of Fedora CoreOS (needs ../shared)', function () {
    const directory = sharedData('treefiles', 'fedora-coreos-config');
    if (directory === undefined) return this.skip();
    const lock = `${directory}/manifest-lock.x86_64.json`;
    const pins = readLockfiles([lock, `${directory}/manifest-lock.overrides.yaml`]);
    assert.equal(pins.length, readLockfiles([lock]).length);
    const podman = pins.find(({ name }) => name === 'podman');
    assert.deepEqual([podman?.evr, podman?.arch], ['5:5.2.5-1.fc40', null]);
    const manager = pins.find(({ name }) => name === 'NetworkManager');
    assert.deepEqual([manager?.evr, manager?.arch], ['1:1.46.2-1.fc40', 'x86_64']);
  });
});
