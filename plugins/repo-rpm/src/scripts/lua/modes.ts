const LETTERS = 'rwxrwxrwx';
const BITS: Readonly<Record<string, number>> = { r: 4, w: 2, x: 1, s: 0, t: 0, X: 1 };

/** Permissions as nine letters: `rwxr-sr-x`. */
export function modeText(mode: number): string {
  const out = [...LETTERS].map((letter, i) => (mode & (1 << (8 - i)) ? letter : '-'));
  if (mode & 0o4000) out[2] = out[2] === 'x' ? 's' : 'S';
  if (mode & 0o2000) out[5] = out[5] === 'x' ? 's' : 'S';
  return out.join('');
}

/**
 * New permissions from a number in octal (`755`), nine letters (`rwxr-xr-x`) or clauses as chmod(1) has them (`u+x,go-w`, `+X`, `g+s`).
 * @returns null for what is none of these.
 */
export function changeMode(mode: number, change: string): number | null {
  const text = change.trim();
  if (/^[0-7]{1,4}$/.test(text)) return (mode & ~0o7777) | Number.parseInt(text, 8);
  if (/^[rwxsSt-]{9}$/.test(text)) return fromLetters(mode, text);
  let result = mode;
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)((?:[+=-][rwxXst]*)+)$/.exec(clause.trim());
    if (!match) return null;
    const who = match[1] === '' || match[1]?.includes('a') ? 'ugo' : (match[1] as string);
    for (const [, operator = '', letters = ''] of (match[2] as string).matchAll(/([+=-])([rwxXst]*)/g)) {
      result = apply(result, who, operator, letters);
    }
  }
  return result;
}

function fromLetters(mode: number, text: string): number | null {
  let bits = mode & ~0o7777;
  for (const [i, letter] of [...text].entries()) {
    const wanted = LETTERS[i] as string;
    if (letter === '-') continue;
    const special = wanted === 'x' && (letter === 's' || letter === 'S');
    if (letter !== wanted && !special) return null;
    if (letter !== 'S') bits |= 1 << (8 - i);
    if (special) bits |= i === 2 ? 0o4000 : i === 5 ? 0o2000 : 0;
  }
  return bits;
}

function apply(mode: number, who: string, operator: string, letters: string): number {
  let mask = 0;
  for (const person of who) {
    const shift = { u: 6, g: 3, o: 0 }[person] as number;
    for (const letter of letters) {
      // X is x for directories and for what can be executed already.
      if (letter === 'X' && (mode & 0o40000) === 0 && (mode & 0o111) === 0) continue;
      mask |= (BITS[letter] ?? 0) << shift;
    }
    if (letters.includes('s')) mask |= person === 'u' ? 0o4000 : person === 'g' ? 0o2000 : 0;
    if (letters.includes('t')) mask |= 0o1000;
    if (operator === '=') mode &= ~((7 << shift) | (person === 'u' ? 0o4000 : person === 'g' ? 0o2000 : 0));
  }
  return operator === '-' ? mode & ~mask : mode | mask;
}
