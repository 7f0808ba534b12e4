import { existsSync } from 'node:fs';
import type { CommandInput, CommandResult, Context, Outcome, Request } from '@ostrata/contract';
import { formatRefspec, type Origin, parseRefspec, type Refspec } from '@ostrata/origin';
import { Flags, readStateroot } from '@ostrata/system-verbs';
import { checkDriver } from '../driver/driver.ts';
import { clientError } from '../errors.ts';
import { excludes } from '../exclude.ts';
import { originOf } from '../origin.ts';
import { updateRequest } from './request.ts';
import { updateResult } from './result.ts';
import { parseRevision } from './revision.ts';

export async function rebaseRequest(input: CommandInput, ctx: Context): Promise<Request> {
  const flags = new Flags(input);
  excludes(flags, ['reboot', 'download-only']);
  const system = await readStateroot(input, ctx);
  await checkDriver(system, flags, ctx);
  const origin = originOf(system.followed);
  const before = origin.refspec;
  const { branch, from } = wanted(input, flags, before);
  origin.refspec = branch;
  origin.setText('origin', 'unconfigured-state', null);
  setCustom(origin, flags);
  const revision = input.args['revision'];
  const old = before === null ? null : formatRefspec(before);
  const moved = old !== formatRefspec(branch);
  return updateRequest(
    {
      command: 'rebase',
      origin,
      branch,
      allowOlder: !flags.is('disallow-downgrade'),
      always: moved,
      ...(from === undefined ? {} : { from }),
      ...(typeof revision === 'string' ? { revision: parseRevision(revision) } : {}),
      ...(moved && old !== null && !flags.is('skip-purge') ? { purge: old } : {}),
    },
    system,
    flags,
    ctx,
  );
}

export async function rebaseResult(outcome: Outcome, input: CommandInput, ctx: Context): Promise<CommandResult> {
  return updateResult(outcome, { unchanged: 'No change.\n' }, new Flags(input), ctx);
}

/** The branch that is asked for: what is left out stays as it was. */
function wanted(
  input: CommandInput,
  flags: Flags,
  before: Refspec | null,
): { readonly branch: Refspec; readonly from?: string } {
  const [text, branch, remote] = [input.args['refspec'], flags.text('branch'), flags.text('remote')];
  if (typeof text !== 'string') {
    if (branch === undefined && remote === undefined)
      throw usage('Neither a refspec nor --branch or --remote is given.');
    return { branch: complete(branch ?? '', remote, before) };
  }
  if (branch !== undefined || remote !== undefined)
    throw usage('A refspec and --branch or --remote exclude one another.');
  if (text.startsWith('/')) {
    const colon = text.lastIndexOf(':');
    const [from, ref] = [text.slice(0, colon), text.slice(colon + 1)];
    if (colon < 0 || parseRefspec(ref)?.remote !== null) throw usage(`${text} is no repository and ref (/PATH:REF).`);
    if (!existsSync(from)) throw usage(`There is no repository ${from}.`);
    return { branch: { remote: null, ref }, from };
  }
  const colon = text.indexOf(':');
  return { branch: complete(text.slice(colon + 1), colon < 0 ? undefined : text.slice(0, colon), before) };
}

function complete(ref: string, remote: string | undefined, before: Refspec | null): Refspec {
  const full = { remote: remote ?? before?.remote ?? null, ref: ref === '' ? (before?.ref ?? '') : ref };
  const text = formatRefspec(full);
  const parsed = parseRefspec(text);
  if (parsed === null) throw usage(`${JSON.stringify(text)} is no refspec.`);
  return parsed;
}

function usage(message: string): Error {
  return clientError('CLIENT_USAGE', message, {
    hint: 'Write REMOTE:REF, REF of the same remote, or REMOTE: for the same ref.',
  });
}

function setCustom(origin: Origin, flags: Flags): void {
  const [url, description] = [flags.text('custom-origin-url'), flags.text('custom-origin-description')];
  if (url !== undefined && description === undefined) {
    throw usage('--custom-origin-url needs --custom-origin-description.');
  }
  origin.setText('origin', 'custom-url', url ?? null);
  origin.setText('origin', 'custom-description', description ?? null);
}
