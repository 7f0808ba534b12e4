import {
  type Context,
  evrOf,
  type HostError,
  nevraOf,
  type Pin,
  type Plan,
  type PlannedPackage,
} from '@ostrata/contract';
import { treefileError } from '../errors.ts';
import { joinProblems } from '../model/problem.ts';
import { decisionsOf } from '../request/contents.ts';
import type { RunMemory } from '../run-memory.ts';

/** Vetoes a Plan that installs what the treefile excludes, or other packages than its lockfiles hold. */
export function checkPlan(plan: Plan, ctx: Context, memory: RunMemory): void {
  const decisions = decisionsOf(plan.inputs.extras);
  if (decisions === undefined) return;
  const notes = memory.recall(ctx);
  const excluded = new Set(decisions.flattened['exclude-packages'] ?? []);
  const pins = new Map((notes?.pins ?? []).map((pin) => [pin.name, pin]));
  const problems: HostError[] = [];
  for (const pkg of plan.inputs.install) {
    if (excluded.has(pkg.name)) {
      problems.push(
        treefileError(
          'TREEFILE_EXCLUDED',
          `${nevraOf(pkg)} would be installed, and the treefile excludes ${pkg.name}.`,
          {
            hint: `Remove ${pkg.name} from "exclude-packages", or what requires it from "packages".`,
            data: { package: nevraOf(pkg) },
          },
        ),
      );
    }
    const difference = lockDifference(pkg, pins.get(pkg.name), notes?.options.lockfileStrict ?? false);
    if (difference !== null) {
      problems.push(
        treefileError('TREEFILE_LOCKED', `${nevraOf(pkg)} ${difference}.`, {
          hint: 'Update the lockfile, or bring the locked build into a repository.',
          data: { package: nevraOf(pkg), origin: pins.get(pkg.name)?.origin ?? null },
        }),
      );
    }
  }
  if (problems.length === 0) return;
  const summary = `${problems.length} packages are not as the treefile and its lockfiles want them.`;
  throw joinProblems(problems, excludedOnly(problems) ? 'TREEFILE_EXCLUDED' : 'TREEFILE_LOCKED', summary);
}

function excludedOnly(problems: readonly HostError[]): boolean {
  return problems.every(({ code }) => code === 'TREEFILE_EXCLUDED');
}

/** How a package differs from its pin, as the end of a sentence. */
function lockDifference(pkg: PlannedPackage, pin: Pin | undefined, strict: boolean): string | null {
  if (pin === undefined) return strict ? 'is in none of the lockfiles' : null;
  const where = pin.origin === undefined ? '' : ` at ${pin.origin}`;
  const evr = pin.evr.replace(/^0:/, '');
  if (evr !== evrOf(pkg) || (pin.arch !== null && pin.arch !== pkg.arch)) {
    return `is not the build that the lockfile holds${where}: ${pin.evr}${pin.arch === null ? '' : `.${pin.arch}`}`;
  }
  const digest = `${pkg.checksum.algorithm}:${pkg.checksum.value}`;
  const [algorithm] = pin.digest?.split(':') ?? [];
  if (algorithm === pkg.checksum.algorithm && pin.digest !== digest) {
    return `has the digest ${digest}, and the lockfile says ${pin.digest}${where}`;
  }
  return null;
}
