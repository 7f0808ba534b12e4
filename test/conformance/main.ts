import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CaseResult, ConformanceModule } from './case.ts';

const NOT_MODULES = new Set(['case.ts', 'main.ts']);

function moduleNames(): string[] {
  return readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !NOT_MODULES.has(name))
    .map((name) => name.slice(0, -3))
    .sort();
}

function usage(): string {
  return `usage: npm run -s conformance -- NAME PATH [--option VALUE]\nNAME is one of: ${moduleNames().join(', ')}`;
}

async function load(name: string): Promise<ConformanceModule> {
  return (await import(`./${name}.ts`)) as ConformanceModule;
}

/** Runs a module and prints its failures, then the totals as the last line. Returns the process's exit status. */
async function main(args: string[], print: (line: string) => void): Promise<number> {
  const [name, path, ...rest] = args;
  if (name === undefined || path === undefined || !moduleNames().includes(name)) {
    print(usage());
    return 2;
  }
  const target = resolve(path);
  if (!existsSync(target)) {
    print(`${path} does not exist`);
    return 2;
  }
  const module = await load(name);
  const known = Object.fromEntries(module.options.map((option) => [option, { type: 'string' } as const]));
  const verbose = { verbose: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args: rest, options: { ...known, ...verbose } });
  const { verbose: showSkipped, ...options } = values as Record<string, string>;
  const counts: Record<CaseResult['status'], number> = { passed: 0, failed: 0, skipped: 0 };
  for await (const result of module.run(target, options)) {
    counts[result.status]++;
    if (result.status === 'failed') print(`FAILED ${result.name}: ${result.reason.replaceAll('\n', ' ')}`);
    else if (result.status === 'skipped' && showSkipped) print(`skipped ${result.name}: ${result.reason}`);
  }
  print(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
