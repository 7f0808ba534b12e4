/** What holds a word together: rpm's macros have this control character for it (rpmio/argv.c, splitQuoted). */
const QUOTE = '\x1f';

/** Words of a line. */
export function splitArguments(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quoted = false;
  for (const character of line) {
    if (character === QUOTE) {
      quoted = !quoted;
      word ??= '';
    } else if (!quoted && (character === ' ' || character === '\t')) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + character;
  }
  if (word !== null) words.push(word);
  return words;
}

/** One line of which {@link splitArguments} makes the same words. */
export function joinArguments(words: readonly string[]): string {
  return words.map((word) => `${QUOTE}${word}${QUOTE}`).join(' ');
}
