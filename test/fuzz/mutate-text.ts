import { mutateBytes } from './mutate-bytes.ts';
import type { Random } from './random.ts';

/** Lines of configs that are odd. */
export const SETTINGS = [
  '[core]',
  '[core]]',
  '[]',
  '[',
  '[remote "a]b"]',
  '=',
  'a',
  '__proto__=1',
  '[__proto__]',
  'mode=bare',
  'mode=constructor',
  'repo_version=2',
  'fsync=TRUE',
  'lock-timeout-secs=-1',
  'lock-timeout-secs=1e999',
  'min-free-space-size=999999999TB',
  'min-free-space-percent=100',
  'zlib-level=10',
  'tmp-expiry-secs=99999999999999999999',
  'key\\=x=\\s\\n',
  '# comment',
  '\u0000=\u0000',
];

/** Text of lines, a few of which are dropped, doubled, moved, replaced or broken. `odd` are lines to put in. */
export function mutateText(text: Buffer, random: Random, odd: readonly string[]): Buffer {
  const lines = text.toString('utf8').split('\n');
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = random.below(lines.length + 1);
    switch (random.below(4)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(at, 0, random.pick(odd));
        break;
      case 2:
        lines.splice(at, 0, random.pick(lines.length > 0 ? lines : odd));
        break;
      default: {
        const [key, value = ''] = (lines[at] ?? '').split('=');
        lines[at] = random.chance(0.5)
          ? `${key}=${random.pick(['', '-1', 'true', '9'.repeat(30), '\t', value + value])}`
          : `${value}=${key}`;
      }
    }
  }
  const bytes = Buffer.from(lines.join('\n'));
  return random.chance(0.3) ? mutateBytes(bytes, random, [bytes]) : bytes;
}
