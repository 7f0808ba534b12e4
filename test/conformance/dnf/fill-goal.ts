import type { Command } from './command-line.ts';
import type { GroupChanges } from './groups.ts';
import type { Goal } from './jobs.ts';
import { unneededPackages } from './unneeded.ts';
import { exactly } from './words.ts';

/** Turns the words of a command into jobs. */
export function fillGoal(goal: Goal, groups: GroupChanges, command: Command, specs: readonly string[]): void {
  const { universe } = goal;
  const { verb, from, installedFrom } = command;
  goal.allowErasing = command.flags.has('--allowerasing') || /remove$/.test(verb);
  const ids = specs.filter((spec) => spec.startsWith('@')).map((spec) => spec.slice(1));
  const plain = specs.filter((spec) => !spec.startsWith('@'));
  const everything = specs.length === 0 && installedFrom.length === 0;
  const named = specs.length === 0 ? ['*'] : plain;
  const fileOf = (spec: string) =>
    universe.all.find((p) => universe.repos[p] === '@commandline' && exactly(universe.packages[p]!) === spec);
  if (/^(group|environment) /.test(verb)) {
    const all = specs.map((spec) => spec.replace(/^@/, ''));
    if (verb.endsWith('install')) for (const spec of all) groups.install(spec);
    else if (verb.endsWith('remove')) groups.remove(all);
    else groups.upgrade(all);
  } else if (verb === 'install') {
    for (const spec of plain) goal.install(spec, from);
    for (const id of ids) groups.install(id);
  } else if (verb === 'remove') {
    for (const spec of plain) goal.remove(spec, installedFrom);
    if (ids.length > 0) groups.remove(ids);
  } else if (verb === 'upgrade' || verb === 'update') {
    if (everything) goal.upgradeAll(from);
    else
      for (const spec of named) {
        const file = fileOf(spec);
        if (file === undefined) goal.change('upgrade', spec, command);
        else goal.upgradeTo(file);
      }
    if (ids.length > 0) groups.upgrade(ids);
  } else if (verb === 'downgrade') for (const spec of plain) goal.change('downgrade', spec, command);
  else if (verb === 'reinstall') for (const spec of plain) goal.reinstall(spec, command);
  else if (verb === 'swap') {
    goal.install(plain[1]!, from);
    goal.remove(plain[0]!, installedFrom);
  } else if (verb === 'autoremove') {
    const wanted = universe.all.filter((p) => universe.isInstalled(p) && goal.isWanted(p));
    for (const p of unneededPackages(universe.pool, wanted)) goal.erase(p);
  } else if (everything) goal.distroSyncAll(from);
  else for (const spec of named) goal.change('distro-sync', spec, command);
}
