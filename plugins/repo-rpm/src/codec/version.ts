const TILDE = 0x7e;
const CARET = 0x5e;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isAlpha(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Past every character that only separates; `~` and `^` mean something. */
function skipSeparators(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isDigit(code) || isAlpha(code) || code === TILDE || code === CARET) break;
    at++;
  }
  return at;
}

function segmentEnd(text: string, from: number, belongs: (code: number) => boolean): number {
  let at = from;
  while (at < text.length && belongs(text.charCodeAt(at))) at++;
  return at;
}

/** Order of two runs of digits of any length. */
function compareDigits(a: string, aStart: number, aEnd: number, b: string, bStart: number, bEnd: number): number {
  let i = aStart;
  let j = bStart;
  while (i < aEnd && a.charCodeAt(i) === 0x30) i++;
  while (j < bEnd && b.charCodeAt(j) === 0x30) j++;
  if (aEnd - i !== bEnd - j) return aEnd - i > bEnd - j ? 1 : -1;
  return compareText(a.slice(i, aEnd), b.slice(j, bEnd));
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a > b ? 1 : -1;
}

/**
 * Compares two versions or two releases by rpm's order: segment by segment, numbers above letters, `~` before everything and `^` after the
 * end but before anything else. Source: rpm, docs/manual (rpm-version(7)) and its test vectors.
 * @returns -1, 0 or 1.
 */
export function compareVersions(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    i = skipSeparators(a, i);
    j = skipSeparators(b, j);
    const left = i < a.length ? a.charCodeAt(i) : 0;
    const right = j < b.length ? b.charCodeAt(j) : 0;
    if (left === TILDE || right === TILDE) {
      if (left !== TILDE) return 1;
      if (right !== TILDE) return -1;
      i++;
      j++;
      continue;
    }
    if (left === CARET || right === CARET) {
      if (left === 0) return -1;
      if (right === 0) return 1;
      if (left !== CARET) return 1;
      if (right !== CARET) return -1;
      i++;
      j++;
      continue;
    }
    if (left === 0 || right === 0) break;
    const numeric = isDigit(left);
    const belongs = numeric ? isDigit : isAlpha;
    const aEnd = segmentEnd(a, i, belongs);
    const bEnd = segmentEnd(b, j, belongs);
    if (bEnd === j) return numeric ? 1 : -1;
    const order = numeric ? compareDigits(a, i, aEnd, b, j, bEnd) : compareText(a.slice(i, aEnd), b.slice(j, bEnd));
    if (order !== 0) return order > 0 ? 1 : -1;
    i = aEnd;
    j = bEnd;
  }
  if (i >= a.length && j >= b.length) return 0;
  return i < a.length ? 1 : -1;
}

/** Epoch, version and release. A missing epoch counts as 0. */
export interface Evr {
  readonly epoch: string | undefined;
  readonly version: string;
  readonly release: string | undefined;
}

/** Splits `[epoch:]version[-release]`. */
export function parseEvr(text: string): Evr {
  const digits = segmentEnd(text, 0, isDigit);
  const hasEpoch = text[digits] === ':';
  const rest = hasEpoch ? text.slice(digits + 1) : text;
  const dash = rest.lastIndexOf('-');
  return {
    epoch: hasEpoch ? text.slice(0, digits) || '0' : undefined,
    version: dash < 0 ? rest : rest.slice(0, dash),
    release: dash < 0 ? undefined : rest.slice(dash + 1),
  };
}

/** Compares by epoch, version and release, as rpm orders packages: without a release comes before any release. */
export function compareEvr(a: Evr, b: Evr): -1 | 0 | 1 {
  return (
    compareVersions(a.epoch ?? '0', b.epoch ?? '0') || compareVersions(a.version, b.version) || compareReleases(a, b)
  );
}

function compareReleases(a: Evr, b: Evr): -1 | 0 | 1 {
  if (a.release !== undefined && b.release !== undefined) return compareVersions(a.release, b.release);
  if (a.release === b.release) return 0;
  return a.release === undefined ? -1 : 1;
}
