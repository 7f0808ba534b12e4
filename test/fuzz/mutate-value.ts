import { isSignature, parseType, type TypeNode } from '../../plugins/store-ostree/src/codec/gvariant/type.ts';
import type { Value, Variant } from '../../plugins/store-ostree/src/codec/gvariant/value.ts';
import type { Random } from './random.ts';

const TYPES = ['b', 'y', 'n', 'q', 'i', 'u', 'x', 't', 'd', 's', 'o', 'g', 'ay', 'as', 'aay', 'v', 'a{sv}', 'ms', 'mu'];
const TYPES_OF_TYPES = [
  '()',
  '(yt)',
  '(ty)',
  '(say)',
  'a(say)',
  'a(sayay)',
  'a{sv}',
  'a(ayay)',
  'aaas',
  '(ssst)',
  'a(yt)',
  'am(uv)',
];
const TEXTS = [
  '',
  '.',
  '..',
  'a/b',
  '../x',
  'ü',
  '\u{1f600}',
  '\ufffd',
  'x'.repeat(300),
  'ostree.sizes',
  'main',
  '-',
  '%s',
  'A B',
];
const MAX_NESTING = 6;

/** A random type; `depth` bounds its nesting. */
export function randomType(random: Random, depth = 0): string {
  if (depth > 4 || random.chance(0.5)) return random.pick(TYPES);
  switch (random.below(4)) {
    case 0:
      return random.pick(TYPES_OF_TYPES);
    case 1:
      return `a${randomType(random, depth + 1)}`;
    case 2:
      return `(${Array.from({ length: random.below(4) }, () => randomType(random, depth + 1)).join('')})`;
    default:
      return `a{${random.pick(['s', 'u', 'y', 't'])}${randomType(random, depth + 1)}}`;
  }
}

export function randomValue(type: string, random: Random): Value {
  return make(parseType(type), random, 0);
}

function make(node: TypeNode, random: Random, depth: number): Value {
  switch (node.kind) {
    case 'bytes':
      return random.bytes(random.pick([0, 1, 31, 32, 33, random.below(64)]));
    case 'array':
      if (depth > MAX_NESTING) return [];
      return Array.from({ length: random.below(random.chance(0.05) ? 40 : 4) }, () =>
        make(node.child, random, depth + 1),
      );
    case 'maybe':
      return random.chance(0.4) ? null : make(node.child, random, depth + 1);
    case 'tuple':
      return node.members.map((member) => make(member, random, depth + 1));
    case 'variant':
      return makeVariant(depth > MAX_NESTING ? 'y' : randomType(random), random, depth);
    case 'basic':
      return basic(node.text, random);
  }
}

const makeVariant = (type: string, random: Random, depth: number): Variant => ({
  type,
  value: make(parseType(type), random, depth + 1),
});

function basic(type: string, random: Random): Value {
  const signed = random.pick([0, 1, -1, 0x7f, -0x80]);
  const unsigned = random.pick([0, 1, 0x7f, 0xff]);
  switch (type) {
    case 'b':
      return random.chance(0.5);
    case 'y':
      return random.below(256);
    case 'n':
      return random.chance(0.5) ? signed : -0x8000;
    case 'i':
    case 'h':
      return random.chance(0.5) ? signed : 0x7fffffff;
    case 'q':
      return random.chance(0.5) ? unsigned : 0xffff;
    case 'u':
      return random.chance(0.5) ? unsigned : random.pick([0xffffffff, 0x80000000, random.below(2 ** 32)]);
    case 'x':
      return random.pick([0n, -1n, -(2n ** 63n), 2n ** 63n - 1n]);
    case 't':
      return random.pick([
        0n,
        1n,
        2n ** 64n - 1n,
        2n ** 63n,
        2n ** 53n,
        1n << 56n,
        BigInt(random.below(1 << 20)) << 40n,
      ]);
    case 'd':
      return random.pick([0, -0, 1.5, Infinity, Number.MAX_VALUE]);
    case 'o':
      return random.pick(['/', '/a', '/a/b_1']);
    case 'g': {
      const type = randomType(random);
      return isSignature(type) ? type : '';
    }
    default:
      return random.pick(TEXTS);
  }
}

/** A value of the same type that differs in a few places: it is valid GVariant, so that what reads it is reached. */
export function mutateValue(type: string, value: Value, random: Random): Value {
  return mutate(parseType(type), value, random, 0);
}

function mutate(node: TypeNode, value: Value, random: Random, depth: number): Value {
  if (random.chance(0.06)) return make(node, random, depth);
  switch (node.kind) {
    case 'array':
      return mutateArray(node.child, value as readonly Value[], random, depth);
    case 'tuple': {
      const chosen = random.below(node.members.length);
      return (value as readonly Value[]).map((member, index) =>
        index === chosen || random.chance(0.2) ? mutate(node.members[index]!, member, random, depth + 1) : member,
      );
    }
    case 'maybe':
      return value === null ? null : mutate(node.child, value, random, depth + 1);
    case 'variant': {
      const { type, value: inner } = value as Variant;
      if (random.chance(0.2)) return makeVariant(randomType(random), random, depth);
      return { type, value: mutate(parseType(type), inner, random, depth + 1) };
    }
    case 'bytes':
      return mutateByteArray(value as Uint8Array, random);
    case 'basic':
      return basic(node.text, random);
  }
}

function mutateArray(child: TypeNode, items: readonly Value[], random: Random, depth: number): Value[] {
  const changed = [...items];
  if (changed.length === 0) return random.chance(0.5) ? [] : [make(child, random, depth + 1)];
  const at = random.below(changed.length);
  switch (random.below(6)) {
    case 0:
      changed.splice(at, 1);
      break;
    case 1:
      changed.push(changed[at]!);
      break;
    case 2:
      changed.reverse();
      break;
    case 3:
      changed.splice(at, 0, make(child, random, depth + 1));
      break;
    default:
      changed[at] = mutate(child, changed[at]!, random, depth + 1);
  }
  return changed;
}

function mutateByteArray(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Buffer.from(bytes);
  switch (random.below(4)) {
    case 0:
      return copy.subarray(0, random.below(copy.length + 1));
    case 1:
      return Buffer.concat([copy, random.bytes(1 + random.below(8))]);
    default:
      for (let count = copy.length > 0 ? 1 + random.below(4) : 0; count > 0; count--)
        copy[random.below(copy.length)] = random.below(256);
      return copy;
  }
}
