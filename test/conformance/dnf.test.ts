import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sharedData } from '../support/shared.ts';
import type { CaseResult } from './case.ts';
import { readCommand, shellWords } from './dnf/command-line.ts';
import { readFeature } from './dnf/gherkin.ts';
import { run } from './dnf.ts';

const PRIMARY = `<?xml version="1.0"?>
<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="3">
${packageXml('tea', '1', '<rpm:requires><rpm:entry name="water"/></rpm:requires>')}
${packageXml('water', '1', '')}
${packageXml('water', '2', '<rpm:obsoletes><rpm:entry name="ice"/></rpm:obsoletes>')}
</metadata>`;

function packageXml(name: string, version: string, more: string): string {
  return `<package type="rpm"><name>${name}</name><arch>x86_64</arch><version epoch="0" ver="${version}" rel="1"/>
<checksum type="sha256" pkgid="YES">${name}${version}</checksum><summary/><description/><packager/><url/>
<time file="1" build="1"/><size package="1" installed="1" archive="1"/><location href="${name}-${version}.rpm"/>
<format><rpm:license/><rpm:vendor/><rpm:group/><rpm:buildhost/><rpm:sourcerpm/><rpm:header-range start="1" end="2"/>
<rpm:provides><rpm:entry name="${name}" flags="EQ" epoch="0" ver="${version}" rel="1"/></rpm:provides>${more}</format></package>`;
}

async function all(path: string): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for await (const result of run(path)) results.push(result);
  return results;
}

describe('conformance dnf', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ostrata-dnf-'));
    const repodata = join(folder, 'repos', 'drinks', 'repodata');
    mkdirSync(repodata, { recursive: true });
    mkdirSync(join(folder, 'features'));
    writeFileSync(join(repodata, '1-primary.xml.gz'), gzipSync(PRIMARY));
    const lists = '<filelists xmlns="http://linux.duke.edu/metadata/filelists" packages="0"></filelists>';
    writeFileSync(join(repodata, '1-filelists.xml.gz'), gzipSync(lists));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function judge(steps: string): Promise<string[]> {
    writeFileSync(join(folder, 'features', 'a.feature'), `Feature: drinks\n\nScenario: one\n${steps}`);
    return (await all(folder)).map((result) => (result.status === 'passed' ? 'passed' : result.reason));
  }

  it('simulates transactions one after the other', async () => {
    const results = await judge(`
      Given I use repository "drinks"
       When I execute dnf with args "install tea water-1"
       Then Transaction is following
          | Action  | Package           |
          | install | tea-0:1-1.x86_64  |
          | install | water-1-1.x86_64  |
       When I execute dnf with args "upgrade"
       Then Transaction is following
          | Action    | Package            |
          | upgrade   | water-0:2-1.x86_64 |
          | unchanged | tea-0:1-1.x86_64   |
       When I execute dnf with args "remove tea"
       Then Transaction is following
          | Action  | Package           |
          | remove  | tea-0:1-1.x86_64  |
       When I execute dnf with args "install coffee"
       Then Transaction is empty
    `);
    assert.deepEqual(results, ['passed', 'passed', 'passed', 'passed']);
  });

  it('says how a table differs', async () => {
    const results = await judge(`
      Given I use repository "drinks"
       When I execute dnf with args "install tea"
       Then Transaction is following
          | Action      | Package            |
          | install     | tea-0:1-1.x86_64   |
          | install-dep | water-0:1-1.x86_64 |
          | absent      | tea-0:1-1.x86_64   |
    `);
    assert.deepEqual(results, [
      'tea-0:1-1.x86_64 is installed lacks [install-dep water-0:1-1.x86_64] has [install-dep water-0:2-1.x86_64]',
    ]);
  });

  it('skips by name from what is not simulated on', async () => {
    const results = await judge(`
      Given I use repository "drinks"
       When I execute dnf with args "install tea"
       Then Transaction contains
          | Action  | Package          |
          | install | tea-0:1-1.x86_64 |
       When I execute dnf with args "history undo last"
       Then Transaction is empty
    `);
    assert.deepEqual(results, ['passed', 'the command "history undo"']);
  });
});

describe('conformance dnf, features', () => {
  it('are read with backgrounds, outlines, tags and doc strings', () => {
    const [first, second] = readFeature(`@a
Feature: f
  words about it
Background: b
  Given x
@b
Scenario Outline: name <n>
   When y "<n>"
   """
   text <n>
     more
   """
    # a comment
   Then z
    | <n> | a\\|b |
Examples:
   | n |
   | 1 |
   | 2 |
`);
    assert.deepEqual(first!.tags, ['a', 'b']);
    assert.equal(second!.name, 'name 2 (2)');
    assert.deepEqual(
      second!.steps.map(({ text, table, doc }) => ({ text, table, doc })),
      [
        { text: 'x', table: [], doc: null },
        { text: 'y "2"', table: [], doc: 'text 2\n  more' },
        { text: 'z', table: [['2', 'a|b']], doc: null },
      ],
    );
    assert.throws(() => readFeature('Feature: f\nScenario: s\n  Given x\n  nonsense\n'), /line 4: "nonsense"/);
  });

  it('command lines are read as a shell and dnf do', () => {
    assert.deepEqual(shellWords(`install 'a b' --setopt="x=y z" c`), ['install', 'a b', '--setopt=x=y z', 'c']);
    const command = readCommand(['group', 'install', '--nobest', '-x', 'a,b', '--setopt=repo.priority=1', 'id']);
    assert.equal(command.verb, 'group install');
    assert.deepEqual(command.specs, ['id']);
    assert.deepEqual(command.exclude, ['a', 'b']);
    assert.deepEqual(command.settings, [
      ['best', '0'],
      ['repo.priority', '1'],
    ]);
    assert.throws(() => readCommand(['install', '--frobnicate']), /the option --frobnicate/);
  });
});

describe("conformance dnf, dnf's own (needs shared data)", function () {
  this.timeout(120_000);

  it('all transaction tables in scope are equal', async function () {
    const folder = sharedData('solver', 'dnf-behave');
    if (folder === undefined) this.skip();
    const results = await all(folder);
    const count = (status: CaseResult['status']) => results.filter((result) => result.status === status).length;
    assert.ok(count('passed') >= 421, `${count('passed')} passed`);
    assert.equal(count('failed'), 0);
  });
});
