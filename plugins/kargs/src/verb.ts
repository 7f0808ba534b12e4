import { readFileSync } from 'node:fs';
import type { CommandInput, CommandResult, Context, Json, Outcome, Request } from '@ostrata/contract';
import { KernelArgs } from '@ostrata/kernel-args';
import {
  deployedResult,
  Flags,
  readStateroot,
  redeployRequest,
  type Stateroot,
  systemError,
  unchangedResult,
} from '@ostrata/system-verbs';
import { changeKargs, type KargsChanges } from './changes.ts';
import { editable, editedKargs } from './edited.ts';
import { kargsError } from './errors.ts';

const CHANGING = ['append', 'replace', 'delete', 'append-if-missing', 'delete-if-present'] as const;

/** Pairs that exclude one another. */
const CLASHES = [
  ...CHANGING.map((name) => ['editor', name] as const),
  ['delete', 'replace'],
  ['import-proc-cmdline', 'deploy-index'],
  ['import-proc-cmdline', 'stateroot'],
] as const;

export async function kargsRequest(input: CommandInput, ctx: Context): Promise<Request | CommandResult> {
  const flags = new Flags(input);
  checkFlags(input, flags);
  const writes = flags.is('editor') || CHANGING.some((name) => isGiven(input, name));
  const system = await readStateroot(input, ctx, { writes });
  const base = presentKargs(system, flags);
  if (!writes) {
    return { data: { kargs: base }, text: `${base.join(' ')}\n` };
  }
  const changes = flags.is('editor') ? { base: await edit(input, base) } : changesOf(flags, base, system);
  const changed = changeKargs(system.followed.target.kargs, changes);
  if (isEqual(changed, system.followed.target.kargs)) return unchangedResult('No changes.\n', flags, { kargs: base });
  return redeployRequest('kargs', system, { extras: { kargs: { ...changes } as Json } }, flags, ctx);
}

export async function kargsResult(outcome: Outcome, input: CommandInput): Promise<CommandResult> {
  return deployedResult(outcome, 'Kernel arguments updated.\n', new Flags(input));
}

function checkFlags(input: CommandInput, flags: Flags): void {
  for (const [a, b] of CLASHES) {
    if (isGiven(input, a) && isGiven(input, b)) {
      throw kargsError('KARGS_USAGE', `--${a} and --${b} exclude one another.`, { hint: 'Give one of them.' });
    }
  }
  const changes = flags.is('editor') || CHANGING.some((name) => isGiven(input, name));
  if (flags.is('reboot') && !changes) {
    throw kargsError('KARGS_USAGE', '--reboot was given, and no kernel argument is to be changed.', {
      hint: 'Add --append or another change, or leave --reboot out.',
    });
  }
}

function isGiven({ flags }: CommandInput, name: string): boolean {
  const value = flags[name];
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

/** The arguments that are shown and changed. */
function presentKargs(system: Stateroot, flags: Flags): readonly string[] {
  if (flags.is('import-proc-cmdline')) {
    return KernelArgs.ofRunningKernel(readFileSync('/proc/cmdline', 'utf8')).drop('ostree').list;
  }
  const index = flags.number('deploy-index');
  if (index === undefined) return system.followed.target.kargs;
  const chosen = system.deployments[index];
  if (chosen !== undefined) return chosen.target.kargs;
  throw systemError('SYSTEM_INDEX', `There is no deployment ${index}.`, {
    hint: `The numbers go from 0 to ${system.deployments.length - 1}.`,
    data: { index },
  });
}

function changesOf(flags: Flags, base: readonly string[], { followed }: Stateroot): KargsChanges {
  return {
    ...(base === followed.target.kargs ? {} : { base }),
    delete: flags.list('delete'),
    replace: flags.list('replace'),
    append: flags.list('append'),
    appendIfMissing: flags.list('append-if-missing'),
    deleteIfPresent: flags.list('delete-if-present'),
  };
}

async function edit(input: CommandInput, kargs: readonly string[]): Promise<readonly string[]> {
  if (input.edit === undefined) {
    throw kargsError('KARGS_EDITED', 'There is no terminal to edit kernel arguments on.', {
      hint: 'Change them by --append, --replace and --delete.',
    });
  }
  return editedKargs(await input.edit(editable(kargs)));
}

const isEqual = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);
