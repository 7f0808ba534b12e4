import assert from 'node:assert/strict';
import {
  type NamespaceMaker,
  suseConflict,
  suseProvide,
  suseSupplement,
} from '../../../libs/package-spec/src/index.ts';

const maker: NamespaceMaker<string> = {
  name: (name) => name,
  versioned: (name, compare, evr) => `${name} ${compare} ${evr}`,
  combined: (left, operator, right) => `[${left} ${operator} ${right}]`,
  namespace: (kind, value) => `${kind}:${value}`,
};

describe('dependencies in the words of SUSE', () => {
  it('supplements ask for languages, hardware, file systems and several packages', () => {
    const read = (text: string) => suseSupplement(text, maker);
    assert.equal(read('language(de)'), 'language:de');
    assert.equal(read('language(de;fr)'), '[language:de or language:fr]');
    assert.equal(read('filesystem(xfs)'), 'filesystem:xfs');
    assert.equal(read('modalias(pci:v1*)'), 'modalias:pci:v1*');
    assert.equal(read('modalias(kernel:pci:v1*)'), '[kernel and modalias:pci:v1*]');
    assert.equal(read('packageand(a:pattern:b:c)'), '[[a and pattern:b] and c]');
    for (const plain of ['a', 'language', 'language()', 'font(:lang=de)', 'filesystem'])
      assert.equal(read(plain), null);
  });

  it('provides make supplements of packages for languages, and of what was split off', () => {
    const read = (text: string) => suseProvide(text, maker);
    assert.equal(read('locale(de)'), 'language:de');
    assert.equal(read('locale(app:de;fr)'), '[app and [language:de or language:fr]]');
    assert.equal(read('app:/usr/bin/x/'), 'splitprovides:[app with /usr/bin/x]');
    for (const plain of ['a', 'a:b', '/usr/bin/x', 'locale', 'font(:lang=de)']) assert.equal(read(plain), null);
  });

  it('conflicts are with all others that provide the same', () => {
    assert.equal(suseConflict('otherproviders(mta)', maker), 'otherproviders:mta');
    assert.equal(suseConflict('mta', maker), null);
  });
});
