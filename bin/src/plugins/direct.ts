import { reportFailure } from '../result.ts';
import { processTerminal } from '../terminal.ts';
import { configFiles, loadConfigured } from './configured.ts';
import { parseWords } from './parse-words.ts';
import { runVerb, type Verb, verbsOf } from './run-verb.ts';

/**
 * Runs `argv` where it begins with the name of a plugin's verb and says plainly what is wanted. False where it does not, or where the
 * configuration or a plugin cannot be read: whoever knows all commands, help and mistakes is to see it.
 */
export async function runDirectly(argv: readonly string[]): Promise<boolean> {
  const configured = await loadConfigured(configFiles(argv)).catch(() => undefined);
  if (configured === undefined) return false;
  const found = named(
    argv,
    configured.plugins.flatMap(({ plugin }) => verbsOf(plugin)),
  );
  if (found === undefined) return false;
  const { verb, words } = found;
  if ('runRaw' in verb) {
    using terminal = processTerminal(`ostrata ${verb.id}`);
    process.exitCode = await verb.runRaw(words, terminal);
    return true;
  }
  const parsed = parseWords(verb, words);
  if (parsed === undefined) return false;
  try {
    await runVerb(verb, parsed, configured);
  } catch (error) {
    await reportFailure(parsed.flags['json'] === true, error);
  }
  return true;
}

/** The verb with the longest name among those whose names `argv` begins with, and the words after it. */
function named(argv: readonly string[], verbs: readonly Verb[]): { verb: Verb; words: readonly string[] } | undefined {
  let found: { verb: Verb; length: number } | undefined;
  for (const verb of verbs) {
    for (const name of [verb.id, ...(('aliases' in verb && verb.aliases) || [])]) {
      const words = name.split(' ');
      if (words.length > (found?.length ?? 0) && words.every((word, i) => word === argv[i])) {
        found = { verb, length: words.length };
      }
    }
  }
  return found && { verb: found.verb, words: argv.slice(found.length) };
}
