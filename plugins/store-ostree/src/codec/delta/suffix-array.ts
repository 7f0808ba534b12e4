/**
 * Sorts all suffixes of a text by induced sorting (Nong, Zhang and Chan, "Two Efficient Algorithms for Linear Time Suffix Array
 * Construction", 2009) in linear time: `sa` receives the places where the suffixes begin, in the order of the suffixes' bytes, a
 * suffix before those it is a prefix of. Takes five bytes of memory for each byte of text, and a little.
 */
export function sortSuffixes(text: Uint8Array, sa: Int32Array): void {
  if (sa.length !== text.length) throw new RangeError('the array must have the length of the text');
  sortLevel(text, sa, 256);
}

type Text = Uint8Array | Int32Array;

/** The types of suffixes: S is smaller than the one that follows it, L is larger. */
const L = 0;
const S = 1;

function sortLevel(text: Text, sa: Int32Array, alphabet: number): void {
  const length = text.length;
  if (length < 2) {
    sa.fill(0);
    return;
  }
  const types = classify(text);
  const counts = new Int32Array(alphabet);
  for (let at = 0; at < length; at++) counts[text[at]!]!++;
  const ends = new Int32Array(alphabet);

  // First round: the substrings between leftmost S suffixes are sorted by placing these anyhow and inducing the rest.
  sa.fill(-1);
  bucketEnds(counts, ends);
  for (let at = length - 1; at > 0; at--) {
    if (types[at] === S && types[at - 1] === L) sa[--ends[text[at]!]!] = at;
  }
  induce(text, sa, types, counts, ends);
  const leftmost = collect(sa, types);
  const names = nameSubstrings(text, sa, types, leftmost);

  // The leftmost S suffixes are sorted as the suffixes of a text of these names.
  const reduced = sa.subarray(length - leftmost);
  const order = sa.subarray(0, leftmost);
  if (names < leftmost) sortLevel(reduced, order, names);
  else for (let at = 0; at < leftmost; at++) order[reduced[at]!] = at;

  // Second round: placed in their right order they induce all others rightly.
  for (let at = length - 1, next = leftmost; at > 0; at--) {
    if (types[at] === S && types[at - 1] === L) reduced[--next] = at;
  }
  for (let at = 0; at < leftmost; at++) order[at] = reduced[order[at]!]!;
  sa.fill(-1, leftmost);
  bucketEnds(counts, ends);
  for (let at = leftmost - 1; at >= 0; at--) {
    const place = sa[at]!;
    sa[at] = -1;
    sa[--ends[text[place]!]!] = place;
  }
  induce(text, sa, types, counts, ends);
}

function classify(text: Text): Uint8Array {
  const types = new Uint8Array(text.length);
  let next = -1;
  let type = L;
  for (let at = text.length - 1; at >= 0; at--) {
    const value = text[at]!;
    if (value !== next) type = value < next ? S : L;
    types[at] = type;
    next = value;
  }
  return types;
}

function bucketEnds(counts: Int32Array, ends: Int32Array): void {
  let sum = 0;
  for (let value = 0; value < counts.length; value++) {
    sum += counts[value]!;
    ends[value] = sum;
  }
}

/** Sorts the L suffixes by the leftmost S suffixes that are in their places, and then all S suffixes by those. */
function induce(text: Text, sa: Int32Array, types: Uint8Array, counts: Int32Array, places: Int32Array): void {
  const length = text.length;
  let sum = 0;
  for (let value = 0; value < counts.length; value++) {
    places[value] = sum;
    sum += counts[value]!;
  }
  // The last suffix follows the end of the text, which is smaller than all.
  sa[places[text[length - 1]!]!++] = length - 1;
  for (let index = 0; index < length; index++) {
    const at = sa[index]! - 1;
    if (at >= 0 && types[at] === L) sa[places[text[at]!]!++] = at;
  }
  bucketEnds(counts, places);
  for (let index = length - 1; index >= 0; index--) {
    const at = sa[index]! - 1;
    if (at >= 0 && types[at] === S) sa[--places[text[at]!]!] = at;
  }
}

/** Brings the leftmost S suffixes to the front in their order, and gives their number. */
function collect(sa: Int32Array, types: Uint8Array): number {
  let count = 0;
  for (let index = 0; index < sa.length; index++) {
    const at = sa[index]!;
    if (at > 0 && types[at] === S && types[at - 1] === L) sa[count++] = at;
  }
  return count;
}

/** Numbers the sorted substrings, equal ones alike, and leaves the numbers in the order of the text at the end of the array. */
function nameSubstrings(text: Text, sa: Int32Array, types: Uint8Array, count: number): number {
  sa.fill(-1, count);
  let names = 0;
  let previous = -1;
  for (let index = 0; index < count; index++) {
    const at = sa[index]!;
    if (previous < 0 || !equalSubstrings(text, types, previous, at)) names++;
    previous = at;
    // No two of them are neighbours, so that half the room does.
    sa[count + (at >> 1)] = names - 1;
  }
  let end = sa.length;
  for (let index = sa.length - 1; index >= count; index--) if (sa[index]! >= 0) sa[--end] = sa[index]!;
  return names;
}

function equalSubstrings(text: Text, types: Uint8Array, one: number, other: number): boolean {
  const length = text.length;
  for (let at = 0; ; at++) {
    const x = one + at;
    const y = other + at;
    if (x >= length || y >= length) return false;
    if (text[x] !== text[y] || types[x] !== types[y]) return false;
    if (at === 0) continue;
    const endsX = types[x] === S && types[x - 1] === L;
    const endsY = types[y] === S && types[y - 1] === L;
    if (endsX && endsY) return true;
    if (endsX !== endsY) return false;
  }
}
