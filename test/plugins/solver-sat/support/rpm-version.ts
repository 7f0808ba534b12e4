const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isAlpha = (c: number): boolean => (c >= 97 && c <= 122) || (c >= 65 && c <= 90);
const TILDE = 126;
const CARET = 94;

/**
 * Compares two version (or release) strings segment by segment as rpm does: digits by number, letters by byte, digits above letters,
 * `~` sorts before the end of the string, `^` after it but before any further segment. (rpm-version(7))
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  for (;;) {
    i = skipSeparators(a, i);
    j = skipSeparators(b, j);
    const ca = i < a.length ? a.charCodeAt(i) : 0;
    const cb = j < b.length ? b.charCodeAt(j) : 0;
    if (ca === TILDE || cb === TILDE) {
      if (ca !== cb) return ca === TILDE ? -1 : 1;
      i++;
      j++;
      continue;
    }
    if (ca === CARET || cb === CARET) {
      if (ca === cb) {
        i++;
        j++;
        continue;
      }
      if (ca === CARET) return cb === 0 ? 1 : -1;
      return ca === 0 ? -1 : 1;
    }
    if (ca === 0 || cb === 0) return ca === cb ? 0 : ca === 0 ? -1 : 1;
    const digits = isDigit(ca);
    if (digits !== isDigit(cb)) return digits ? 1 : -1;
    const endA = segmentEnd(a, i, digits);
    const endB = segmentEnd(b, j, digits);
    const order = digits ? compareNumbers(a, i, endA, b, j, endB) : compareText(a.slice(i, endA), b.slice(j, endB));
    if (order !== 0) return order;
    i = endA;
    j = endB;
  }
}

function skipSeparators(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const c = text.charCodeAt(at);
    if (isDigit(c) || isAlpha(c) || c === TILDE || c === CARET) break;
    at++;
  }
  return at;
}

function segmentEnd(text: string, from: number, digits: boolean): number {
  let at = from;
  while (at < text.length && (digits ? isDigit(text.charCodeAt(at)) : isAlpha(text.charCodeAt(at)))) at++;
  return at;
}

function compareNumbers(a: string, startA: number, endA: number, b: string, startB: number, endB: number): number {
  let i = startA;
  let j = startB;
  while (i < endA && a.charCodeAt(i) === 48) i++;
  while (j < endB && b.charCodeAt(j) === 48) j++;
  if (endA - i !== endB - j) return endA - i < endB - j ? -1 : 1;
  return compareText(a.slice(i, endA), b.slice(j, endB));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
