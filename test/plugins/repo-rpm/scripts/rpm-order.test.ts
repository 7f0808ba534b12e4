import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing, tool } from '../../../support/tools.ts';
import { LocalCompose } from '../support/compose.ts';
import { FakeSandbox } from '../support/fake-sandbox.ts';

const BUSYBOX = '/usr/bin/busybox';
const NAMES = ['pa', 'pb', 'pc', 'pd', 'pe', 'pf'];
const DIRECTORIES = ['/usr/share/one', '/usr/share/one/deep', '/usr/share/onefold', '/usr/lib/two', '/etc/three'];

/** Numbers that are the same in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A script that says that it ran, with what arguments and input. */
const says = (id: string) => `echo "# ${id}" "$@" >> /log; cat >> /log`;

/** A specification of packages that wait for each other and for files in many ways. */
function specification(seed: number): string {
  const random = numbers(seed);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const lines = [
    'Name: all',
    'Version: 1',
    'Release: 1',
    'Summary: s',
    'License: x',
    'BuildArch: noarch',
    '%description',
  ];
  const install: string[] = [];
  const scripts: string[] = [];
  for (const name of NAMES) {
    lines.push(`%package -n ${name}`, 'Summary: s', `%description -n ${name}`);
    const files = new Set(Array.from({ length: 1 + random(4) }, (_, i) => `${pick(DIRECTORIES)}/${name}${i}`));
    if (random(3) === 0) files.add(`/usr/share/one-${name}`);
    scripts.push(`%files -n ${name}`, ...files);
    for (const file of files) install.push(`install -D /dev/null %{buildroot}${file}`);
    for (const kind of ['pre', 'post', 'posttrans']) {
      if (random(3) > 0) scripts.push(`%${kind} -n ${name}`, says(`${name}.${kind === 'pre' ? 'prein' : kind}`));
    }
    const seen = new Set<string>();
    for (const kind of ['triggerprein', 'triggerin', 'triggerin']) {
      const waits = [...new Set([pick(NAMES), pick(NAMES)])].filter((other) => !seen.has(other));
      for (const other of waits) seen.add(other);
      const version = pick(['', '', ' >= 1', ' < 1', ' = 1-1', ' > 1']);
      if (waits.length === 0 || random(2) === 0) continue;
      scripts.push(
        `%${kind} -n ${name} -- ${waits.map((other) => other + version).join(', ')}`,
        says(`${name}.${kind}`),
      );
    }
    for (const kind of ['filetriggerin', 'filetriggerin', 'transfiletriggerin', 'transfiletriggerin']) {
      const prefixes = [...new Set([pick(DIRECTORIES), pick([...DIRECTORIES, '/usr/share/one-pa', '/usr/none'])])];
      const fresh = prefixes.filter((prefix) => !seen.has(kind + prefix));
      for (const prefix of fresh) seen.add(kind + prefix);
      if (fresh.length === 0 || random(2) === 0) continue;
      const priority = pick(['', '', '-P 100 ', '-P 9999 ', '-P 10000 ', '-P 2000000 ']);
      scripts.push(`%${kind} ${priority}-n ${name} -- ${fresh.join(' ')}`, says(`${name}.${kind}`));
    }
  }
  return [...lines, '%install', ...install, ...scripts, ''].join('\n');
}

describe('the order, arguments and input of package scripts (needs rpm, rpmbuild, a static busybox, root)', function () {
  this.timeout(120_000);
  let directory: string;
  before(function () {
    const isStatic = existsSync(BUSYBOX) && !readFileSync(BUSYBOX).includes('/lib64/ld-linux');
    if (missing('rpm', 'rpmbuild').length > 0 || !isStatic || process.geteuid?.() !== 0) this.skip();
    directory = mkdtempSync(join(tmpdir(), 'ostrata-order-'));
  });
  after(() => {
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  const build = (seed: number): Map<string, string> => {
    const top = join(directory, String(seed));
    mkdirSync(top, { recursive: true });
    writeFileSync(join(top, 'all.spec'), specification(seed));
    tool([
      'rpmbuild',
      '-bb',
      '--quiet',
      '--define',
      `_topdir ${top}`,
      '--define',
      `_rpmdir ${top}`,
      join(top, 'all.spec'),
    ]);
    const files = readdirSync(join(top, 'noarch')).map(
      (file) => [file.slice(0, 2), join(top, 'noarch', file)] as const,
    );
    return new Map(files);
  };

  /** What rpm runs for transactions on one root, as lines `# ID ARGUMENTS` and lines of input; one list a transaction. */
  const byRpm = (transactions: readonly (readonly string[])[]): string[][] => {
    const root = mkdtempSync(join(directory, 'root-'));
    mkdirSync(join(root, 'bin'));
    copyFileSync(BUSYBOX, join(root, 'bin/busybox'));
    for (const applet of ['sh', 'cat']) tool(['ln', '-s', 'busybox', join(root, 'bin', applet)]);
    tool(['chmod', '755', join(root, 'bin/busybox')]);
    return transactions.map((files) => {
      writeFileSync(join(root, 'log'), '');
      tool(['rpm', '--root', root, '-i', '--nodeps', '--noorder', ...files]);
      return readFileSync(join(root, 'log'), 'utf8').split('\n').slice(0, -1);
    });
  };

  /** The same by us. */
  const byOurs = async (transactions: readonly (readonly string[])[]): Promise<string[][]> => {
    const sandbox = new FakeSandbox();
    await using compose = new LocalCompose({ sandbox: sandbox.plugin });
    const logs: string[][] = [];
    let base: string | undefined;
    for (const files of transactions) {
      sandbox.runs.length = 0;
      base = (await compose.run(files, base === undefined ? {} : { base })).id;
      logs.push(
        sandbox.runs
          .filter(({ label }) => label !== 'check')
          .flatMap(({ label, argv, input }) => [
            ['#', label, ...argv.slice(2)].join(' '),
            ...(input ?? '').split('\n').slice(0, -1),
          ]),
      );
    }
    return logs;
  };

  /** As an image has it: what runs before files are there comes first. */
  const beforeFilesFirst = (log: readonly string[]): string[] => {
    const early = /^# \w+\.(triggerprein|prein) /;
    return [...log.filter((line) => early.test(line)), ...log.filter((line) => !early.test(line))];
  };

  for (let seed = 1; seed <= 6; seed++) {
    it(`is that of rpm for one transaction and for two, random packages ${seed}`, async () => {
      const files = build(seed);
      const named = (names: readonly string[]) => names.map((name) => files.get(name) as string);
      const transactions = seed % 2 === 0 ? [named(NAMES)] : [named(NAMES.slice(0, 3)), named(NAMES.slice(3))];
      const expected = byRpm(transactions).map(beforeFilesFirst);
      assert.ok(expected.flat().length > 10, 'the packages have too few scripts');
      assert.deepEqual(await byOurs(transactions), expected);
    });
  }
});
