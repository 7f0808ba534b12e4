import type { CommandInput, CommandResult, Context, Request } from '@ostrata/contract';
import { Flags } from '@ostrata/system-verbs';
import { isNevra } from '../base/frozen.ts';
import { type Change, NO_CHANGE } from '../model/change.ts';
import { layersRequest, usage } from './request.ts';

type Answer = Promise<Request | CommandResult>;

/** All words of the arguments. */
function words(input: CommandInput, name = 'package'): readonly string[] {
  const value = input.args[name];
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** What `--install`, `--uninstall` and the like say beside what the verb itself does. */
function beside(flags: Flags): Pick<Change, 'install' | 'uninstall' | 'idempotent' | 'allowInactive' | 'force'> {
  return {
    install: flags.list('install'),
    uninstall: flags.list('uninstall'),
    idempotent: flags.is('idempotent'),
    allowInactive: flags.is('allow-inactive'),
    force: flags.is('force-replacefiles'),
  };
}

export async function installRequest(input: CommandInput, ctx: Context): Answer {
  const common = beside(new Flags(input));
  return layersRequest('install', { ...NO_CHANGE, ...common, install: words(input) }, input, ctx);
}

export async function uninstallRequest(input: CommandInput, ctx: Context): Answer {
  const flags = new Flags(input);
  const [names, all] = [words(input), flags.is('all')];
  if (all === names.length > 0) throw usage('Give packages or --all.', 'For instance: ostrata uninstall htop');
  const change = { ...NO_CHANGE, ...beside(flags), uninstall: names, uninstallAll: all };
  return layersRequest('uninstall', change, input, ctx);
}

export async function replaceRequest(input: CommandInput, ctx: Context): Answer {
  const flags = new Flags(input);
  const source = flags.text('from');
  const [, from = null] = /^repo=(.+)$/.exec(source ?? '') ?? [];
  if (source !== undefined && from === null) throw usage(`--from ${source} names no source.`, 'Write --from repo=ID.');
  const replace = words(input);
  if (flags.is('freeze') && from === null) throw usage('--freeze needs to know where from.', 'Add --from repo=ID.');
  // One build by its whole name stays that build.
  const freeze = from !== null && (flags.is('freeze') || replace.every(isNevra));
  const override = { ...NO_CHANGE.override, replace, from, freeze, remove: flags.list('remove') };
  return layersRequest('override replace', { ...NO_CHANGE, ...beside(flags), override }, input, ctx);
}

export async function removeRequest(input: CommandInput, ctx: Context): Answer {
  const flags = new Flags(input);
  const override = { ...NO_CHANGE.override, remove: words(input), replace: flags.list('replace') };
  return layersRequest('override remove', { ...NO_CHANGE, ...beside(flags), override }, input, ctx);
}

export async function resetOverridesRequest(input: CommandInput, ctx: Context): Answer {
  const flags = new Flags(input);
  const [names, resetAll] = [words(input), flags.is('all')];
  if (resetAll === names.length > 0) throw usage('Give packages or --all.', 'See overrides with `ostrata status`.');
  const override = { ...NO_CHANGE.override, reset: names, resetAll };
  return layersRequest('override reset', { ...NO_CHANGE, ...beside(flags), override }, input, ctx);
}

export async function resetRequest(input: CommandInput, ctx: Context): Answer {
  const flags = new Flags(input);
  const only = ['overlays', 'overrides', 'initramfs'].filter((name) => flags.is(name));
  const resets = (name: string) => only.length === 0 || only.includes(name);
  const change: Change = {
    ...NO_CHANGE,
    ...beside(flags),
    uninstallAll: resets('overlays'),
    resetInitramfs: resets('initramfs'),
    override: { ...NO_CHANGE.override, resetAll: resets('overrides') },
  };
  return layersRequest('reset', change, input, ctx);
}
