import type { CommandResult, Context, Json } from '@ostrata/contract';
import { nameMatcher } from '@ostrata/package-spec';
import type { SourceDefinition } from '@ostrata/source-definitions';
import { queryError } from '../errors.ts';
import { sizeText, timeText } from '../format/units.ts';
import type { Input } from '../input.ts';
import { type OpenRepository, openRepositories } from '../repositories/open.ts';
import { defined } from '../repositories/select.ts';

/** `ostrata repo list`: definitions; with `--verbose` also what the metadata of enabled ones says. */
export async function runRepoList(input: Input, ctx: Context): Promise<CommandResult> {
  const flags = ['all', 'enabled', 'disabled'].filter((flag) => input.flag(flag));
  if (flags.length > 1) {
    throw queryError('QUERY_OPTIONS', `--${flags.join(' and --')} do not go together.`, { hint: 'Give one of them.' });
  }
  const show = flags[0] ?? 'enabled';
  const { all } = await defined(input, ctx);
  const patterns = input.words('pattern').map(nameMatcher);
  const listed = all
    .filter((one) => show === 'all' || one.enabled === (show === 'enabled'))
    .filter((one) => patterns.length === 0 || patterns.some((matches) => matches(one.id)))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const { enabled, problem } of listed) {
    if (enabled && problem !== null) ctx.progress.warning(problem.code, problem.message, problem.hint ?? undefined);
  }
  if (!input.flag('verbose'))
    return { data: listed.map((one) => record(one, null)), text: table(listed, show === 'all') };
  const open = listed.some((one) => one.enabled) ? await openRepositories(input, ctx) : [];
  const of = (one: SourceDefinition) => open.find(({ definition }) => definition.id === one.id) ?? null;
  const total = open.reduce((sum, { table: { count } }) => sum + count, 0);
  const blocks = listed.map((one) => `${block(one, of(one))}\n`);
  return { data: listed.map((one) => record(one, of(one))), text: `${blocks.join('\n')}Total packages: ${total}\n` };
}

function table(listed: readonly SourceDefinition[], withStatus: boolean): string {
  if (listed.length === 0) return '';
  const rows = listed.map(({ id, name, enabled }) => [id, name, enabled ? 'enabled' : 'disabled']);
  const header = ['repo id', 'repo name', 'status'];
  const columns = withStatus ? 3 : 2;
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    `${row
      .slice(0, columns)
      .map((cell, i) => (i === columns - 1 ? cell : cell.padEnd(widths[i]! + 1)))
      .join(' ')
      .trimEnd()}\n`;
  return [header, ...rows].map(line).join('');
}

function sizeOf({ table: packages }: OpenRepository): number {
  let size = 0;
  for (let i = 0; i < packages.count; i++) size += packages.planned(i, 'requested').size;
  return size;
}

function urls({ source }: SourceDefinition, option: string): string[] {
  const value = source?.options[option] ?? [];
  return [value].flat().filter((url) => typeof url === 'string');
}

function block(one: SourceDefinition, open: OpenRepository | null): string {
  const fields: [string, string][] = [
    ['Repo-id', one.id],
    ['Repo-name', one.name],
    ['Repo-status', one.enabled ? 'enabled' : 'disabled'],
  ];
  if (open !== null) {
    fields.push(
      ['Repo-updated', timeText(open.snapshot.timestamp)],
      ['Repo-pkgs', String(open.snapshot.packages)],
      ['Repo-available-pkgs', String(open.table.count)],
      ['Repo-size', sizeText(sizeOf(open)).trim()],
      ['Repo-digest', open.snapshot.digest],
    );
  }
  for (const option of ['metalink', 'mirrorlist', 'baseurl']) {
    const found = urls(one, option);
    if (found.length > 0) fields.push([`Repo-${option}`, found.join(', ')]);
  }
  fields.push(['Repo-filename', one.file]);
  if (one.problem !== null) fields.push(['Repo-problem', one.problem.message]);
  return fields.map(([name, value]) => `${name.padEnd(19)}: ${value}`).join('\n');
}

function record(one: SourceDefinition, open: OpenRepository | null): Json {
  return {
    id: one.id,
    name: one.name,
    enabled: one.enabled,
    file: one.file,
    priority: one.source?.priority ?? null,
    baseurl: urls(one, 'baseurl'),
    metalink: urls(one, 'metalink')[0] ?? null,
    mirrorlist: urls(one, 'mirrorlist')[0] ?? null,
    problem: one.problem?.message ?? null,
    ...(open === null
      ? {}
      : {
          packages: open.snapshot.packages,
          available: open.table.count,
          size: sizeOf(open),
          digest: open.snapshot.digest,
          timestamp: open.snapshot.timestamp,
        }),
  };
}
