// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of treefiles look like that
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { Workspace } from '../support/workspace.ts';

describe('treefile includes', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = new Workspace();
  });
  afterEach(() => workspace.remove());

  const files = (all: { [name: string]: string }) => {
    for (const [name, text] of Object.entries(all)) workspace.write(name, text);
  };
  const packages = (name?: string) => workspace.flatten(name).treefile.packages;

  it('merges include, then arch-include, then conditional-include, later ones in front', () => {
    files({
      'manifest.yaml': [
        'include: [a.yaml, b.yaml]',
        'arch-include: {x86_64: arch.yaml, s390x: not-there.yaml}',
        'conditional-include:',
        '  - {if: basearch == "x86_64", include: cond.yaml}',
        '  - {if: basearch == "s390x", include: not-there-either.yaml}',
        'postprocess: [top]',
        'repos: [top]',
      ].join('\n'),
      'a.yaml': 'postprocess: [a]\nrepos: [a]\nref: a',
      'b.yaml': 'postprocess: [b]\nrepos: [b]\nref: b\ndocumentation: false',
      'arch.yaml': 'postprocess: [arch]\nrepos: [arch]',
      'cond.yaml': 'postprocess: [cond]\nrepos: [cond]',
    });
    const { treefile } = workspace.flatten();
    assert.deepEqual(treefile.postprocess, ['cond', 'arch', 'b', 'a', 'top']);
    assert.deepEqual(treefile.repos, ['cond', 'arch', 'b', 'a', 'top']);
    assert.equal(treefile.ref, 'a');
    assert.equal(treefile.documentation, false);
  });

  it('resolves paths against the file that names them', () => {
    files({
      'top/manifest.yaml': 'include: sub/a.yaml',
      'top/sub/a.yaml': 'include: ../../shared/b.yaml\npackages: [a]',
      'shared/b.yaml': 'packages: [b]',
    });
    assert.deepEqual(packages('top/manifest.yaml'), ['a', 'b']);
  });

  it('lets variables of outer files win and inner files see those of siblings read before', () => {
    files({
      'manifest.yaml': 'variables: {v: outer}\ninclude: [a.yaml, b.yaml]\nref: ${v}/${only}/${releasever}',
      'a.yaml': 'variables: {v: inner, only: a}\nreleasever: 40',
      'b.yaml': 'variables: {only: b}\nreleasever: 39\nconditional-include: [{if: only == "a", include: c.yaml}]',
      'c.yaml': 'packages: [seen]',
    });
    const { treefile, variables } = workspace.flatten();
    assert.equal(treefile.ref, 'outer/a/40');
    assert.equal(treefile.releasever, 40);
    assert.deepEqual(treefile.packages, ['seen']);
    assert.deepEqual(variables, { v: 'outer', only: 'a', releasever: 40, basearch: 'x86_64' });
  });

  it('evaluates conditions before what the includes define', () => {
    files({
      'manifest.yaml': 'include: a.yaml\nconditional-include: [{if: late == true, include: a.yaml}]',
      'a.yaml': 'variables: {late: true}',
    });
    assert.deepEqual(workspace.problems(), ['manifest.yaml:2:28: the variable late is not defined']);
  });

  it('needs all conditions of a list and finds mistakes in each', () => {
    files({
      'manifest.yaml': [
        'releasever: 35',
        'variables: {s: "", t: true}',
        'conditional-include:',
        '  - if: [releasever >= 35, s == "", t == true]',
        '    include: [a.yaml, b.yaml]',
        '  - if: [t == false, s == ""]',
        '    include: not-there.yaml',
      ].join('\n'),
      'a.yaml': 'packages: [a]',
      'b.yaml': 'packages: [b]',
      'bad.yaml': 'conditional-include: [{if: [x == 1, y == 2], include: a.yaml}]',
    });
    assert.deepEqual(packages(), ['a', 'b']);
    assert.equal(workspace.problems('bad.yaml').length, 2);
  });

  it('merges inline treefiles behind the file and in front of its includes', () => {
    files({
      'manifest.yaml': [
        'releasever: 35',
        'ref: top',
        'include: a.yaml',
        'conditional-include:',
        '  - if: releasever == 35',
        '    include: {packages: ["in line", c], ref: inline, repos: [inline], recommends: false}',
        'repos: [top]',
      ].join('\n'),
      'a.yaml': 'repos: [a]\nrecommends: true',
    });
    const { treefile } = workspace.flatten();
    assert.deepEqual(treefile.packages, ['c', 'in', 'line']);
    assert.deepEqual(treefile.repos, ['a', 'inline', 'top']);
    assert.equal(treefile.ref, 'top');
    assert.equal(treefile.recommends, false);
  });

  it('collects the mistakes of all files', () => {
    files({
      'manifest.yaml': 'include: [a.yaml, b.yaml]',
      'a.yaml': 'x: 1',
      'b.yaml': 'packages: [a]\ny: 1\nref: []',
    });
    assert.deepEqual(workspace.problems(), [
      'a.yaml:1:1: unknown key "x"',
      'b.yaml:2:1: unknown key "y"',
      'b.yaml:3:6: "ref" must be a string, and this is a list',
    ]);
    const { code, message } = workspace.failure();
    assert.equal(code, 'TREEFILE_INVALID');
    assert.equal(message, `3 mistakes in ${workspace.path('a.yaml')} and ${workspace.path('b.yaml')}.`);
  });

  it('follows the includes of files with mistakes, to find those of the others, and knows their variables', () => {
    files({
      'manifest.yaml': 'x: 1\nvariables: {v: true}\nreleasever: 40\ninclude: [a.yaml, gone.yaml]',
      'a.yaml': 'y: 1\nconditional-include: [{if: [v == true, releasever == 40], include: b.yaml}]',
      'b.yaml': 'z: [1',
    });
    assert.deepEqual(
      workspace.problems().map((line) => line.replace(/ (Flow|Expected).*/, '')),
      ['manifest.yaml:1:1: unknown key "x"', 'a.yaml:1:1: unknown key "y"', 'b.yaml:1:6:'],
    );
    workspace.write('b.yaml', '');
    assert.deepEqual(workspace.problems().at(-1), 'manifest.yaml:4: gone.yaml does not exist.');
  });

  it('refuses the same file twice, also by another name', () => {
    files({ 'manifest.yaml': 'include: [a.yaml, ./sub/../a.yaml]', 'a.yaml': 'packages: [a]', 'sub/x.yaml': '' });
    assert.equal(workspace.failure().code, 'TREEFILE_INCLUDE');
    assert.deepEqual(workspace.problems(), ['manifest.yaml:1: a.yaml is included a second time.']);
  });

  it('refuses a circle', () => {
    files({ 'manifest.yaml': 'include: a.yaml', 'a.yaml': 'include: manifest.yaml' });
    assert.deepEqual(workspace.problems(), ['a.yaml:1: manifest.yaml is included a second time.']);
  });

  it('follows 50 includes in a row and not 51', () => {
    const chain = (length: number) => {
      for (let i = 0; i < length; i++) workspace.write(`f${i}.yaml`, `include: f${i + 1}.yaml\npackages: [p${i}]`);
      workspace.write(`f${length}.yaml`, 'packages: [end]');
    };
    chain(50);
    assert.equal(packages('f0.yaml')?.length, 51);
    chain(51);
    assert.match(workspace.failure('f0.yaml').message, /includes go deeper than 50 files/);
  });

  it('names who includes a file that is not there', () => {
    files({ 'manifest.yaml': 'packages: [a]\ninclude:\n  - a.yaml\n  - gone.yaml', 'a.yaml': '' });
    const error = workspace.failure();
    assert.equal(error.code, 'TREEFILE_UNREADABLE');
    assert.deepEqual(workspace.problems(), ['manifest.yaml:4: gone.yaml does not exist.']);
  });

  it('does not wait for fifos', () => {
    execFileSync('mkfifo', [workspace.path('fifo.yaml')]);
    files({ 'manifest.yaml': 'include: fifo.yaml' });
    assert.match(workspace.failure().message, /fifo\.yaml is not a regular file/);
  });

  it('refuses directories, text that is not UTF-8 and broken YAML', () => {
    files({ 'manifest.yaml': 'include: .', 'broken.yaml': 'a: [1\nb: }' });
    assert.match(workspace.failure().message, /is not a regular file/);
    assert.equal(workspace.failure('broken.yaml').code, 'TREEFILE_SYNTAX');
    workspace.write('latin.json', '');
    assert.equal(workspace.failure('latin.json').code, 'TREEFILE_SYNTAX');
  });
});
