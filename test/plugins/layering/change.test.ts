import assert from 'node:assert/strict';
import type { HostError } from '@ostrata/contract';
import { Origin } from '@ostrata/origin';
import type { PackageFile } from '@ostrata/source-definitions';
import {
  applyChange,
  type Change,
  changeFrom,
  filesOf,
  NO_CHANGE,
} from '../../../plugins/layering/src/model/change.ts';
import { type Layers, readLayers } from '../../../plugins/layering/src/model/layers.ts';

const NONE: Layers = readLayers(Origin.parse(''));
const override = (part: Partial<Change['override']>): Change => ({
  ...NO_CHANGE,
  override: { ...NO_CHANGE.override, ...part },
});
const file = (name: string, version: string): PackageFile => ({
  digest: version.padStart(64, '0'),
  nevra: `${name}-${version}-1.noarch`,
  name,
  file: `/srv/${name}-${version}.rpm`,
});
const refused = (code: string, pattern: RegExp) => (error: HostError) => {
  assert.equal(error.code, code);
  assert.match(error.message, pattern);
  return true;
};

describe('changes of layers', () => {
  it('keep requests in their words and order', () => {
    const once = applyChange(NONE, { ...NO_CHANGE, install: ['b', 'a', '/usr/bin/c'] }, []);
    assert.deepEqual(once.requested, ['b', 'a', '/usr/bin/c']);
    const twice = applyChange(once, { ...NO_CHANGE, install: ['d'], uninstall: ['a'] }, []);
    assert.deepEqual(twice.requested, ['b', '/usr/bin/c', 'd']);
  });

  it('refuse what is there, or is not there, unless that is no error', () => {
    const one = applyChange(NONE, { ...NO_CHANGE, install: ['a'] }, []);
    assert.throws(
      () => applyChange(one, { ...NO_CHANGE, install: ['a'] }, []),
      refused('LAYERING_REQUESTED', /a is requested already/),
    );
    assert.throws(
      () => applyChange(one, { ...NO_CHANGE, uninstall: ['b'] }, []),
      refused('LAYERING_REQUESTED', /b is not requested/),
    );
    assert.deepEqual(applyChange(one, { ...NO_CHANGE, install: ['a'], uninstall: ['b'], idempotent: true }, []), one);
  });

  it('swap a request for the same in one go', () => {
    const one = applyChange(NONE, { ...NO_CHANGE, install: ['a'] }, []);
    assert.deepEqual(applyChange(one, { ...NO_CHANGE, install: ['a'], uninstall: ['a'] }, []), one);
  });

  it('tell files from names', () => {
    const change = { ...override({ replace: ['./y.rpm'] }), install: ['x', './x.rpm', 'https://host/x', 'x.rpm.d'] };
    assert.deepEqual(filesOf(change), ['./x.rpm', 'https://host/x', './y.rpm']);
    assert.deepEqual(filesOf(override({ replace: ['y'], from: 'updates' })), []);
  });

  it('keep one build of a package that came as a file', () => {
    const one = applyChange(NONE, { ...NO_CHANGE, install: ['m.rpm'] }, [file('mine', '1')]);
    assert.deepEqual(
      one.local.map(({ nevra }) => nevra),
      ['mine-1-1.noarch'],
    );
    assert.throws(
      () => applyChange(one, { ...NO_CHANGE, install: ['m.rpm'] }, [file('mine', '1')]),
      refused('LAYERING_REQUESTED', /mine-1-1/),
    );
    const next = applyChange(one, { ...NO_CHANGE, install: ['m.rpm'], force: true }, [file('mine', '2')]);
    assert.deepEqual([next.local, next.forced.map(({ nevra }) => nevra)], [[], ['mine-2-1.noarch']]);
    assert.deepEqual(applyChange(next, { ...NO_CHANGE, uninstall: ['mine'] }, []), NONE);
    assert.deepEqual(applyChange(next, { ...NO_CHANGE, uninstallAll: true }, []), NONE);
  });

  it('replace an override of a package by another one', () => {
    const local = applyChange(NONE, override({ replace: ['b.rpm'] }), [file('bash', '1')]);
    assert.deepEqual(
      local.replaceLocal.map(({ nevra }) => nevra),
      ['bash-1-1.noarch'],
    );
    const newer = applyChange(local, override({ replace: ['b.rpm'] }), [file('bash', '2')]);
    assert.deepEqual(
      newer.replaceLocal.map(({ nevra }) => nevra),
      ['bash-2-1.noarch'],
    );
    const remote = applyChange(newer, override({ replace: ['bash', 'sed'], from: 'updates' }), []);
    assert.deepEqual([remote.replaceLocal, remote.replace], [[], [{ repo: 'updates', packages: ['bash', 'sed'] }]]);
    const other = applyChange(remote, override({ replace: ['sed'], from: 'testing' }), []);
    assert.deepEqual(other.replace, [
      { repo: 'updates', packages: ['bash'] },
      { repo: 'testing', packages: ['sed'] },
    ]);
    const back = applyChange(other, override({ replace: ['b.rpm'] }), [file('bash', '3')]);
    assert.deepEqual(back.replace, [{ repo: 'testing', packages: ['sed'] }]);
  });

  it('reset overrides by name, whole name, or all', () => {
    const some = applyChange(applyChange(NONE, override({ remove: ['nano'] }), []), override({ replace: ['b.rpm'] }), [
      file('bash', '1'),
    ]);
    assert.deepEqual(applyChange(some, override({ reset: ['nano', 'bash-1-1.noarch'] }), []), NONE);
    assert.deepEqual(applyChange(some, override({ resetAll: true }), []), NONE);
    assert.throws(
      () => applyChange(some, override({ reset: ['sed'] }), []),
      refused('LAYERING_OVERRIDE', /no override of the package sed/),
    );
    assert.throws(
      () => applyChange(some, override({ remove: ['bash'] }), []),
      refused('LAYERING_OVERRIDE', /bash is replaced by an override/),
    );
    assert.throws(
      () => applyChange(some, override({ remove: ['nano'] }), []),
      refused('LAYERING_OVERRIDE', /nano is removed/),
    );
  });

  it('may be told in part by other verbs', () => {
    assert.deepEqual(changeFrom({ change: { install: ['a'] } }), { ...NO_CHANGE, install: ['a'] });
    assert.equal(changeFrom({ handled: true }), null);
    assert.equal(changeFrom(undefined), null);
  });
});
