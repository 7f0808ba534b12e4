import { evrOf, type Outcome, type Plan } from '@ostrata/core';
import type { Style } from './style.ts';
import { formatBytes, table } from './units.ts';

/** Packages listed with their sizes; the others are summed up. */
const LISTED = 15;

/** What a run made, for people. */
export function renderOutcome(outcome: Outcome, style: Style): string {
  const { plan, commit } = outcome;
  if (outcome.status === 'unchanged') {
    return `${style.green('Unchanged:')} nothing that goes into the image differs from commit ${plan?.commit.parent ?? ''}.\n`;
  }
  const parts: string[] = [];
  if (plan !== null && outcome.until === 'resolve') parts.push(transaction(plan));
  if (plan !== null && commit !== null) parts.push(sizes(plan, style));
  if (commit !== null) {
    const { ref, metadata } = commit.meta;
    const version = metadata['version']?.value;
    const rows = [['Commit', style.bold(commit.id)]];
    if (ref !== null) rows.push(['Ref', ref]);
    if (typeof version === 'string') rows.push(['Version', version]);
    if (commit.meta.parent !== null) rows.push(['Parent', commit.meta.parent]);
    const repository = plan?.store.target ?? plan?.store.work;
    if (repository !== undefined) rows.push(['Repository', repository]);
    parts.push(table(rows));
  }
  if (plan !== null && (outcome.until === 'acquire' || outcome.until === 'download')) {
    parts.push(
      `${plan.inputs.install.length} packages are ${outcome.until === 'download' ? 'downloaded' : 'in the store'}.`,
    );
  }
  return parts.length === 0 ? '' : `${parts.join('\n\n')}\n`;
}

/** The transaction as a table: what would be installed, from where, how large. */
export function transaction(plan: Plan): string {
  const install = [...plan.inputs.install].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = install.map((pkg) => [pkg.name, evrOf(pkg), pkg.arch, pkg.source, formatBytes(pkg.size)]);
  const removed = plan.inputs.remove.map((pkg) => `remove ${pkg.name}-${evrOf(pkg)}.${pkg.arch}`);
  const total = install.reduce((sum, pkg) => sum + pkg.size, 0);
  const summary = `${install.length} packages, ${formatBytes(total)} to fetch`;
  return [table([['Package', 'Version', 'Arch', 'Repository', 'Size'], ...rows], [4]), ...removed, '', summary].join(
    '\n',
  );
}

function sizes(plan: Plan, style: Style): string {
  const bySize = [...plan.inputs.install].sort((a, b) => b.installedSize - a.installedSize);
  const total = bySize.reduce((sum, pkg) => sum + pkg.installedSize, 0);
  const share = (bytes: number) => `${total === 0 ? 0 : Math.round((100 * bytes) / total)} %`;
  const rows = bySize
    .slice(0, LISTED)
    .map((pkg) => [formatBytes(pkg.installedSize), share(pkg.installedSize), pkg.name]);
  const rest = bySize.slice(LISTED);
  const restBytes = rest.reduce((sum, pkg) => sum + pkg.installedSize, 0);
  if (rest.length > 0) rows.push([formatBytes(restBytes), share(restBytes), style.dim(`${rest.length} more packages`)]);
  return `${style.bold(`Size by package (${bySize.length} packages, ${formatBytes(total)})`)}\n${table(rows, [0, 1])}`;
}
