/**
 * Runs the tests: fast ones first, then scenarios against the real tools, then boots. Ends with `N passed, N failed, N skipped` after the
 * names of what was skipped.
 *
 *   node scripts/test.ts [unit|e2e|boot]... [--all] [--cuts N]
 *
 * `--all` boots by every boot loader and not by one; `--cuts` cuts the power in so many upgrades.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { testCache } from '../test/support/cache.ts';

const ROOT = join(import.meta.dirname, '..');
const SLOW = { e2e: 'test/{e2e,faults}/**/*.test.ts', boot: 'test/boot/**/*.test.ts' };

/** Files of each group, in the order in which groups run. */
function filesOf(group: string): string[] {
  const slow = Object.values(SLOW).flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
  if (group === 'unit') return globSync('test/**/*.test.ts', { cwd: ROOT }).filter((file) => !slow.includes(file));
  return globSync(SLOW[group as keyof typeof SLOW] ?? group, { cwd: ROOT });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false }, cuts: { type: 'string', default: '0' } },
});
// Programs with a home of their own would compile everything anew.
process.env['NODE_COMPILE_CACHE'] ??= testCache('compiled');
const groups = positionals.length > 0 ? positionals : ['unit', 'e2e', 'boot'];
// Read by the tests of that group.
if (values.all) process.env['OSTRATA_TEST_BOOT'] = 'all';
process.env['OSTRATA_TEST_CUTS'] = values.cuts;
const counts = { passed: 0, failed: 0 };
const skipped: string[] = [];
for (const group of groups) {
  const mocha = new Mocha({ timeout: group === 'unit' ? 30_000 : 15 * 60_000, reporter: 'dot' });
  for (const file of filesOf(group).sort()) mocha.addFile(join(ROOT, file));
  process.stdout.write(`\n${group}\n`);
  await mocha.loadFilesAsync();
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on('pass', () => counts.passed++)
      .on('fail', () => counts.failed++)
      .on('pending', (test) => skipped.push(test.fullTitle()));
  });
}
if (skipped.length > 0) process.stdout.write(`Skipped:\n${skipped.map((title) => `  ${title}\n`).join('')}\n`);
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${skipped.length} skipped\n`);
// A handle that a test left open must not keep the run from ending.
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
