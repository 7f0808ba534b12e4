import { corrupt, truncated } from './errors.ts';
import type { GrowingOutput } from './growing-output.ts';

/** The parameters of an LZMA stream: bits of the literal's context, of its position and of a match's position. */
export interface LzmaProperties {
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
}

/** The byte in which streams store the three. */
export function parseProperties(byte: number): LzmaProperties {
  if (byte >= 9 * 5 * 5) throw corrupt('lzma', 'its parameters are impossible');
  return { lc: byte % 9, lp: Math.floor(byte / 9) % 5, pb: Math.floor(byte / 45) };
}

const STATES = 12;
const HALF = 1024;
const TOP = 0x1000000;

// Places of the probabilities in one array.
const IS_MATCH = 0;
const IS_REP = IS_MATCH + STATES * 16;
const IS_REP_G0 = IS_REP + STATES;
const IS_REP_G1 = IS_REP_G0 + STATES;
const IS_REP_G2 = IS_REP_G1 + STATES;
const IS_REP0_LONG = IS_REP_G2 + STATES;
const POSITION_SLOT = IS_REP0_LONG + STATES * 16;
const POSITION_SPECIAL = POSITION_SLOT + 4 * 64;
const POSITION_ALIGN = POSITION_SPECIAL + 128;
const LENGTH = POSITION_ALIGN + 16;
const LENGTH_SIZE = 2 + 16 * 8 + 16 * 8 + 256;
const REP_LENGTH = LENGTH + LENGTH_SIZE;
const LITERAL = REP_LENGTH + LENGTH_SIZE;
const MIN_MATCH = 2;

/**
 * Decodes LZMA, the coding inside of .lzma and .xz. Source: the LZMA specification of the LZMA SDK (public domain), read for the format.
 * The output is the dictionary, so that nothing is copied twice.
 */
export class LzmaDecoder {
  readonly #input: Uint8Array;
  readonly #output: GrowingOutput;
  readonly #dictionarySize: number;
  #at: number;
  #end = 0;
  #range = 0;
  #code = 0;
  #probabilities = new Uint16Array(0);
  #properties: LzmaProperties = { lc: 3, lp: 0, pb: 2 };
  #state = 0;
  #distances: [number, number, number, number] = [0, 0, 0, 0];
  #dictionaryStart = 0;

  constructor(input: Uint8Array, at: number, output: GrowingOutput, dictionarySize: number) {
    this.#input = input;
    this.#output = output;
    this.#dictionarySize = Math.max(dictionarySize, 4096);
    this.#at = at;
  }

  /** How far the input has been read. */
  get position(): number {
    return this.#at;
  }

  set position(at: number) {
    this.#at = at;
  }

  setProperties(properties: LzmaProperties): void {
    this.#properties = properties;
    this.#probabilities = new Uint16Array(LITERAL + (0x300 << (properties.lc + properties.lp)));
    this.resetState();
  }

  resetState(): void {
    this.#probabilities.fill(HALF);
    this.#state = 0;
    this.#distances = [0, 0, 0, 0];
  }

  /** What is in the output so far is not the dictionary of what follows. */
  resetDictionary(): void {
    this.#dictionaryStart = this.#output.length;
  }

  /**
   * Decodes one range-coded run.
   * @param inputEnd where its input must end at the latest.
   * @param size bytes that come out, or undefined when an end mark stops it.
   */
  run(inputEnd: number, size: number | undefined, endMark: boolean): void {
    this.#end = inputEnd;
    if (this.#next() !== 0) throw corrupt('lzma', 'the range coder does not begin with zero');
    this.#range = 0xffffffff;
    this.#code = 0;
    for (let i = 0; i < 4; i++) this.#code = ((this.#code << 8) | this.#next()) >>> 0;
    const goal = size === undefined ? Infinity : this.#output.length + size;
    let marked = false;
    while (this.#output.length < goal && !marked) marked = !this.#step(goal);
    this.#normalise();
    // With a known size the end mark may still follow.
    if (!marked && this.#code !== 0) {
      marked = !this.#step(goal);
      this.#normalise();
    }
    if (this.#code !== 0 || (marked && (!endMark || this.#output.length < goal !== (size === undefined)))) {
      throw corrupt('lzma', 'it ends at an unexpected place');
    }
  }

  #next(): number {
    if (this.#at >= this.#input.length) throw truncated('lzma');
    if (this.#at >= this.#end) throw corrupt('lzma', 'a chunk is too short');
    return this.#input[this.#at++] as number;
  }

  #normalise(): void {
    if (this.#range >= TOP) return;
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  #bit(index: number): number {
    this.#normalise();
    const probabilities = this.#probabilities;
    const probability = probabilities[index] as number;
    const bound = (this.#range >>> 11) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      probabilities[index] = probability + ((2048 - probability) >>> 5);
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    probabilities[index] = probability - (probability >>> 5);
    return 1;
  }

  #tree(base: number, bits: number): number {
    let node = 1;
    for (let i = 0; i < bits; i++) node = (node << 1) | this.#bit(base + node);
    return node - (1 << bits);
  }

  #reverseTree(base: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.#bit(base + node);
      node = (node << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  #direct(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      this.#normalise();
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit) this.#code -= this.#range;
      value = value * 2 + bit;
    }
    return value;
  }

  /** One literal or match; false at the end mark. */
  #step(goal: number): boolean {
    const positionState = (this.#output.length - this.#dictionaryStart) & ((1 << this.#properties.pb) - 1);
    const state = this.#state;
    if (this.#bit(IS_MATCH + state * 16 + positionState) === 0) {
      if (this.#output.length >= goal) return true;
      this.#literal();
      return true;
    }
    const length = this.#bit(IS_REP + state) === 0 ? this.#match(positionState) : this.#repeat(state, positionState);
    if (length < 0) return false;
    this.#copy(length, goal);
    return true;
  }

  #literal(): void {
    const { lc, lp } = this.#properties;
    const output = this.#output;
    const position = output.length - this.#dictionaryStart;
    const previous = position > 0 ? (output.bytes[output.length - 1] as number) : 0;
    const base = LITERAL + 0x300 * (((position & ((1 << lp) - 1)) << lc) + (previous >> (8 - lc)));
    let node = 1;
    if (this.#state >= 7) {
      let match = this.#byteAt(this.#distances[0]);
      while (node < 0x100) {
        const matchBit = (match >> 7) & 1;
        match <<= 1;
        const bit = this.#bit(base + ((1 + matchBit) << 8) + node);
        node = (node << 1) | bit;
        if (matchBit !== bit) break;
      }
    }
    while (node < 0x100) node = (node << 1) | this.#bit(base + node);
    output.push(node & 0xff);
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  #byteAt(distance: number): number {
    const at = this.#output.length - distance - 1;
    if (at < this.#dictionaryStart) throw corrupt('lzma', 'it refers to data before its beginning');
    return this.#output.bytes[at] as number;
  }

  #length(base: number, positionState: number): number {
    if (this.#bit(base) === 0) return MIN_MATCH + this.#tree(base + 2 + positionState * 8, 3);
    if (this.#bit(base + 1) === 0) return MIN_MATCH + 8 + this.#tree(base + 2 + 128 + positionState * 8, 3);
    return MIN_MATCH + 16 + this.#tree(base + 2 + 256, 8);
  }

  /** A match at a new distance; -1 for the end mark. */
  #match(positionState: number): number {
    const length = this.#length(LENGTH, positionState);
    this.#state = this.#state < 7 ? 7 : 10;
    const slot = this.#tree(POSITION_SLOT + Math.min(length - MIN_MATCH, 3) * 64, 6);
    let distance = slot;
    if (slot >= 4) {
      const bits = (slot >> 1) - 1;
      distance = (2 | (slot & 1)) * 2 ** bits;
      if (slot < 14) distance += this.#reverseTree(POSITION_SPECIAL + distance - slot, bits);
      else distance += this.#direct(bits - 4) * 16 + this.#reverseTree(POSITION_ALIGN, 4);
    }
    if (distance === 0xffffffff) return -1;
    const [first, second, third] = this.#distances;
    this.#distances = [distance, first, second, third];
    return length;
  }

  #repeat(state: number, positionState: number): number {
    const [first, second, third, fourth] = this.#distances;
    if (this.#bit(IS_REP_G0 + state) === 0) {
      if (this.#bit(IS_REP0_LONG + state * 16 + positionState) === 0) {
        this.#state = state < 7 ? 9 : 11;
        return 1;
      }
    } else if (this.#bit(IS_REP_G1 + state) === 0) this.#distances = [second, first, third, fourth];
    else if (this.#bit(IS_REP_G2 + state) === 0) this.#distances = [third, first, second, fourth];
    else this.#distances = [fourth, first, second, third];
    this.#state = state < 7 ? 8 : 11;
    return this.#length(REP_LENGTH, positionState);
  }

  #copy(length: number, goal: number): void {
    const output = this.#output;
    const from = output.length - this.#distances[0] - 1;
    if (from < this.#dictionaryStart || this.#distances[0] >= this.#dictionarySize) {
      throw corrupt('lzma', 'it refers to data before its beginning');
    }
    if (output.length + length > goal) throw corrupt('lzma', 'a match goes past the end');
    output.reserve(length);
    const bytes = output.bytes;
    let to = output.length;
    for (let i = 0; i < length; i++) bytes[to++] = bytes[from + i] as number;
    output.length = to;
  }
}
