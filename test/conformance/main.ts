import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CaseResult, ConformanceModule, ConformanceOptions } from './case.ts';

const NOT_MODULES = new Set(['case.ts', 'main.ts']);

function moduleNames(): string[] {
  return readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !NOT_MODULES.has(name))
    .map((name) => name.slice(0, -3))
    .sort();
}

function usage(): string {
  return [
    'usage: npm run -s conformance -- NAME PATH [CASE ...] [--option VALUE] [--verbose]',
    `NAME is one of: ${moduleNames().join(', ')}`,
    '--verbose names the skipped cases as well',
  ].join('\n');
}

function readOptions(module: ConformanceModule, args: string[]) {
  const known = Object.fromEntries(module.options.map((option) => [option, { type: 'string' } as const]));
  const { values, positionals: names } = parseArgs({
    args,
    options: { ...known, verbose: { type: 'boolean' } },
    allowPositionals: module.takesNames === true || module.second !== undefined,
  });
  const { verbose, ...named } = values;
  const options = named as ConformanceOptions;
  if (module.second === undefined) return { verbose: verbose === true, options, names };
  if (names.length > 1) throw new Error(`"${names[1]}" is one word too many`);
  const second = names[0] === undefined ? {} : { [module.second]: names[0] };
  return { verbose: verbose === true, options: { ...second, ...options }, names: [] };
}

type Print = (line: string) => void;

/** Prints failures as they come, or `every` case, then why cases were skipped, then the totals as the last line. */
async function report(
  cases: AsyncIterable<CaseResult>,
  { verbose, every }: { verbose: boolean; every: boolean },
  print: Print,
): Promise<number> {
  const counts: Record<CaseResult['status'], number> = { passed: 0, failed: 0, skipped: 0 };
  const skips = new Map<string, number>();
  for await (const result of cases) {
    counts[result.status]++;
    if (result.status === 'passed') {
      if (every) print(`passed ${result.name}`);
      continue;
    }
    const line = `${result.name}: ${result.reason.replaceAll('\n', ' ')}`;
    if (result.status === 'failed') print(`FAILED ${line}`);
    else if (verbose || every) print(`skipped ${line}`);
    else skips.set(result.reason, (skips.get(result.reason) ?? 0) + 1);
  }
  for (const [reason, count] of skips) print(`skipped ${count}: ${reason}`);
  print(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed > 0 ? 1 : 0;
}

/** Runs one module over one path. Returns the process's exit status: 1 when a case failed, 2 when the command line is wrong. */
async function main([name, path, ...rest]: string[], print: Print): Promise<number> {
  if (name === undefined || path === undefined || !moduleNames().includes(name)) {
    print(usage());
    return 2;
  }
  if (!existsSync(path)) {
    print(`${path} does not exist`);
    return 2;
  }
  const module = (await import(`./${name}.ts`)) as ConformanceModule;
  try {
    const { verbose, options, names } = readOptions(module, rest);
    const every = module.takesNames === true;
    return await report(module.run(resolve(path), options, names), { verbose, every }, print);
  } catch (error) {
    print((error as Error).message);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
