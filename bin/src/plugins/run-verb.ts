import type { CommandInput, CommandResult, Plugin, RawCommandSpec } from '@ostrata/core';
import type { CommonFlags } from '../common-flags.ts';
import type { HostFlags } from '../host/environment.ts';
import { typedLine } from '../host/typed-line.ts';
import { printResult } from '../result.ts';
import { type Session, withSession } from '../session.ts';
import { inTurn } from '../turn.ts';
import type { Configured } from './configured.ts';
import type { ParsedVerb, Words } from './parse-words.ts';

/** A verb of a plugin. */
export type Verb = ParsedVerb | RawCommandSpec;

export const verbsOf = (plugin: Plugin): readonly Verb[] => plugin.commands ?? [];

/** Runs a verb of a plugin, prints what it gives, and restarts the machine where it says so. */
export async function runVerb(verb: ParsedVerb, words: Words, configured?: Configured): Promise<void> {
  const flags = words.flags as CommonFlags & HostFlags;
  const input = {
    ...words,
    // Asking whether there is a terminal takes longer than most verbs.
    get edit() {
      return process.stdin.isTTY ? editText : undefined;
    },
  } as CommandInput;
  const result = await withSession(flags, (session) => perform(verb, input, session), configured);
  printResult(flags.json === true, result.data, result.text);
  if (result.exitCode !== undefined) process.exitCode = result.exitCode;
  if (result.reboot) await (await import('../host/reboot.ts')).reboot();
}

async function editText(text: string): Promise<string> {
  const editor = await import('../host/editor.ts');
  return editor.editText(text);
}

/** Asks, or walks the corridor between a request and what is said of its outcome. */
async function perform(
  verb: ParsedVerb,
  input: CommandInput,
  { host, signal, onEvent }: Session,
): Promise<CommandResult> {
  const options = { signal, onEvent };
  if ('run' in verb) return host.query((ctx) => verb.run(input, ctx), options);
  const done = await inTurn({ wait: input.flags['wait'], signal, onEvent }, async () => {
    const asOf = await host.lastRun();
    const asked = await host.query((ctx) => verb.request(input, ctx), options);
    if ('text' in asked) return { result: asked };
    return { outcome: await host.run(asked, { ...options, asOf, commandLine: typedLine() }) };
  });
  if ('result' in done) return done.result;
  return host.query((ctx) => verb.result(done.outcome, input, ctx), { onEvent });
}
