// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of treefiles look like that
import assert from 'node:assert/strict';
import { Workspace } from './support/workspace.ts';

/** The treefile of rpm-ostree's own unit tests in content (rust/src/treefile.rs): what they expect of it is expected here. */
const PRELUDE = `
ref: "exampleos/x86_64/blah"
metadata: {foo: bar, name: fedora-coreos, deeper: {answer: 42, reasons: [because, universe]}}
repos: [baserepo]
repovars: {foobar: bazboo}
lockfile-repos: [lockrepo]
ostree-layers: [foo]
ostree-override-layers: [bar]
exclude-packages: [mypkg]
platform-module: platform:f36
packages: ["foo bar", baz, "corge 'quuz >= 1.0'"]
packages-x86_64: [grub2 grub2-tools]
packages-s390x: [zipl]
repo-packages: [{repo: baserepo, packages: [blah bloo]}]
`;

describe('treefile flatten', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = new Workspace();
  });
  afterEach(() => workspace.remove());

  const flatten = (text: string, arch?: string) => {
    workspace.write('manifest.yaml', text);
    return workspace.flatten('manifest.yaml', arch);
  };

  it("gives rpm-ostree's form: its keys in its order, without what was consumed", () => {
    const { treefile, repovars } = flatten(PRELUDE);
    assert.deepEqual(treefile, {
      packages: ['bar', 'baz', 'corge', 'foo', 'grub2', 'grub2-tools', 'quuz >= 1.0'],
      'repo-packages': [{ repo: 'baserepo', packages: ['blah', 'bloo'] }],
      ref: 'exampleos/x86_64/blah',
      metadata: { deeper: { answer: 42, reasons: ['because', 'universe'] }, foo: 'bar', name: 'fedora-coreos' },
      basearch: 'x86_64',
      repos: ['baserepo'],
      'lockfile-repos': ['lockrepo'],
      'ostree-layers': ['foo'],
      'ostree-override-layers': ['bar'],
      'exclude-packages': ['mypkg'],
      'platform-module': 'platform:f36',
    });
    assert.deepEqual(Object.keys(treefile), [
      'packages',
      'repo-packages',
      'ref',
      'metadata',
      'basearch',
      'repos',
      'lockfile-repos',
      'ostree-layers',
      'ostree-override-layers',
      'exclude-packages',
      'platform-module',
    ]);
    assert.deepEqual(repovars, { foobar: 'bazboo' });
  });

  it('takes the package list of the architecture', () => {
    assert.ok(flatten(PRELUDE, 's390x').treefile.packages?.includes('zipl'));
    assert.ok(!flatten(PRELUDE, 'aarch64').treefile.packages?.includes('grub2'));
  });

  it('replaces variables, releasever and basearch', () => {
    const text = [
      'variables: {foo: bar, baz: 5, boo: false}',
      'releasever: "30"',
      'ref: "exampleos/${basearch}/${releasever}/${foo}/${baz}/${boo}"',
      'automatic-version-prefix: ${releasever}',
      'mutate-os-release: ${releasever}',
      'add-commit-metadata: {a: "my ${basearch}", b: {c: "${foo}"}}',
    ].join('\n');
    const { treefile } = flatten(text);
    assert.equal(treefile.ref, 'exampleos/x86_64/30/bar/5/false');
    assert.equal(treefile['automatic-version-prefix'], '30');
    assert.equal(treefile['mutate-os-release'], '30');
    assert.equal(treefile.releasever, '30');
    assert.deepEqual(treefile['add-commit-metadata'], { a: 'my x86_64', b: { c: '${foo}' } });
    assert.ok(!('variables' in treefile));
  });

  it('renames old fields', () => {
    const { treefile } = flatten(
      'gpg_key: a\nboot_location: new\ndefault_target: b\nautomatic_version_prefix: c\nrpmdb: b-d-b\nbootstrap_packages: [x y]\nopt-usrlocal: stateoverlay',
    );
    assert.deepEqual(treefile, {
      packages: ['x', 'y'],
      basearch: 'x86_64',
      'gpg-key': 'a',
      'boot-location': 'new',
      'opt-usrlocal': 'state-overlay',
      'default-target': 'b',
      'automatic-version-prefix': 'c',
      rpmdb: 'bdb',
    });
  });

  it('fills in what an edition implies, unless the same file says otherwise', () => {
    assert.deepEqual(flatten('edition: "2014"').treefile, { packages: [], edition: '2014', basearch: 'x86_64' });
    const { treefile } = flatten('edition: "2024"\nboot-location: new');
    assert.equal(treefile['boot-location'], 'new');
    assert.equal(treefile['tmp-is-dir'], true);
    workspace.write('inc.yaml', 'edition: "2024"');
    const merged = flatten('include: inc.yaml\ntmp-is-dir: false').treefile;
    assert.deepEqual([merged['tmp-is-dir'], merged['boot-location']], [false, 'modules']);
  });

  it('fills in what container implies, whatever the file says', () => {
    const { treefile } = flatten('container: true\nselinux: true');
    assert.deepEqual(treefile, {
      packages: [],
      basearch: 'x86_64',
      selinux: false,
      container: true,
      'boot-location': 'modules',
      'tmp-is-dir': true,
      'preserve-passwd': false,
      'check-passwd': { type: 'none' },
      'check-groups': { type: 'none' },
    });
  });

  it('reads JSON with comments, and warns of unknown keys', () => {
    workspace.write(
      'a.json',
      '{\n // why\n "ref": "exampleos/${basearch}/blah",\n "comment-packages": "x",\n "packages": ["foo", "bar"],\n "packages-x86_64": ["grub2"] }',
    );
    const { treefile, warnings } = workspace.flatten('a.json');
    assert.equal(treefile.ref, 'exampleos/x86_64/blah');
    assert.deepEqual(treefile.packages, ['bar', 'foo', 'grub2']);
    assert.ok(!('comment-packages' in treefile));
    assert.deepEqual(
      warnings.map(({ data }) => data['line']),
      [4],
    );
  });

  it('reads what it writes', () => {
    const { treefile } = flatten(PRELUDE.replace(" 'quuz >= 1.0'", ''));
    workspace.write('treefile.json', JSON.stringify(treefile));
    assert.deepEqual(workspace.flatten('treefile.json').treefile, treefile);
  });

  it('replaces variables in rojig and writes its description even where there is none', () => {
    const { treefile } = flatten(
      'releasever: "35"\nrojig: {name: "os ${releasever}", license: MIT, summary: "${basearch}"}',
    );
    assert.deepEqual(treefile['rojig'], { name: 'os 35', license: 'MIT', summary: 'x86_64', description: null });
  });

  it('refuses another architecture', () => {
    workspace.write('manifest.yaml', 'ref: a\nbasearch: s390x');
    const [problem] = workspace.problems();
    assert.equal(problem, 'manifest.yaml:2:11: the treefile is for s390x, and images are composed for x86_64 here');
  });

  it('knows where packages come from', () => {
    workspace.write('inc.yaml', 'packages:\n  - b\n  - a\nexclude-packages: [z]');
    const { origins } = flatten(
      'include: inc.yaml\npackages:\n  - a c\nrepo-packages:\n  - repo: r\n    packages:\n      - d e',
    );
    const at = (key: string) => origins.get(key)?.replace(`${workspace.directory}/`, '');
    assert.equal(at('packages/a'), 'manifest.yaml:3');
    assert.equal(at('packages/b'), 'inc.yaml:2');
    assert.equal(at('packages/c'), 'manifest.yaml:3');
    assert.equal(at('repo-packages/r/e'), 'manifest.yaml:7');
    assert.equal(at('exclude-packages'), 'inc.yaml:4');
  });

  for (const [text, message] of [
    ['add-files: [[a, /usr/local/x]]', 'add-files cannot write /usr/local/x'],
    ['add-files: [[a, /var/x]]', 'add-files cannot write /var/x'],
    ['add-files: [[a, /usr/../var/x]]', 'add-files cannot write /usr/../var/x'],
    ['add-files: [[a, /usr/]]', 'add-files cannot write /usr/'],
    ['add-files: [[a, usrx/y]]', 'add-files cannot write usrx/y'],
    ['automatic-version-suffix: "--"', 'automatic-version-suffix must be one ASCII character, not "--"'],
    ['automatic-version-suffix: "é"', 'automatic-version-suffix must be one ASCII character, not "é"'],
    ['repovars: {releasever: "1"}', 'repovars must not set "releasever"'],
    ['selinux-label-version: 2', 'selinux-label-version 2 is unknown'],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      workspace.write('manifest.yaml', text);
      assert.deepEqual(workspace.problems(), [`manifest.yaml:1: ${message}`]);
      assert.equal(workspace.failure().code, 'TREEFILE_VALUE');
    });
  }

  it('reads 10,000 packages in well under a second', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `  - package-${index}`);
    const started = performance.now();
    assert.equal(flatten(`packages:\n${names.join('\n')}`).treefile.packages?.length, 10_000);
    assert.ok(performance.now() - started < 5_000);
  });
});
