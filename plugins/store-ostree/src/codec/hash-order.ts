import { Buffer } from 'node:buffer';

/** The largest prime below each power of two, from 2^0 on: the moduli of GLib's hash table (ghash.c, prime_mod). */
const PRIMES = [1, 2, 3, 7, 13, 31, 61, 127, 251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071, 262139];
const MIN_SHIFT = 3;

/** The hash of g_str_hash: h * 33 + c over the signed bytes, from 5381. */
export function stringHash(text: string): number {
  let hash = 5381;
  for (const byte of Buffer.from(text)) hash = (Math.imul(hash, 33) + ((byte << 24) >> 24)) >>> 0;
  return hash;
}

/**
 * Strings in the order in which a GHashTable that they were added to one after the other is gone through. libostree lists refs and
 * writes some metadata in this order, so it is a part of its output and even of checksums. `hash` is that of the table's keys.
 */
export function hashOrder(keys: Iterable<string>, hash: (key: string) => number = stringHash): string[] {
  let shift = MIN_SHIFT;
  let slots: (string | undefined)[] = new Array(1 << shift);
  let count = 0;
  for (const key of keys) {
    if (!insert(slots, shift, key, hash(key))) continue;
    count++;
    // Grown when fifteen sixteenths are taken, to the power of two above four thirds of the number.
    if (slots.length > count + Math.floor(count / 16)) continue;
    const old = slots.filter((slot) => slot !== undefined);
    shift = Math.max(MIN_SHIFT, 32 - Math.clz32(Math.floor(count * 1.333)));
    slots = new Array(1 << shift);
    for (const known of old) insert(slots, shift, known, hash(known));
  }
  return slots.filter((slot) => slot !== undefined);
}

function insert(slots: (string | undefined)[], shift: number, key: string, hash: number): boolean {
  const modulus = PRIMES[shift] ?? 2 ** shift - 1;
  // The table keeps the hashes 0 and 1 for empty and removed places.
  let at = (Math.imul(Math.max(hash, 2), 11) >>> 0) % modulus;
  for (let step = 1; slots[at] !== undefined; step++) {
    if (slots[at] === key) return false;
    at = (at + step) & (slots.length - 1);
  }
  slots[at] = key;
  return true;
}
