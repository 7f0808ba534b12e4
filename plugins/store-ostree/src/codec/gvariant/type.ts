import { invalid, limit } from '../errors.ts';

/**
 * A parsed GVariant type string (GVariant specification, section 2.3 "Types" and section 3 "Serialisation format"). `size` is the
 * size in bytes of a fixed-size type and 0 for a type of variable size; `align` is a power of two between 1 and 8.
 */
export type TypeNode =
  | { readonly kind: 'basic'; readonly text: BasicType; readonly align: number; readonly size: number }
  | { readonly kind: 'variant'; readonly text: 'v'; readonly align: 8; readonly size: 0 }
  | { readonly kind: 'bytes'; readonly text: 'ay'; readonly align: 1; readonly size: 0 }
  | {
      readonly kind: 'array';
      readonly text: string;
      readonly align: number;
      readonly size: 0;
      readonly child: TypeNode;
    }
  | {
      readonly kind: 'maybe';
      readonly text: string;
      readonly align: number;
      readonly size: 0;
      readonly child: TypeNode;
    }
  | {
      readonly kind: 'tuple';
      readonly text: string;
      readonly align: number;
      readonly size: number;
      readonly members: readonly TypeNode[];
      /** How many framing offsets a value carries: its variable-size members but a last one. */
      readonly framed: number;
    };

export type BasicType = 'b' | 'y' | 'n' | 'q' | 'i' | 'u' | 'h' | 'x' | 't' | 'd' | 's' | 'o' | 'g';

/** A type string is a D-Bus signature: 255 bytes at most. */
const MAX_TYPE_LENGTH = 255;
const MAX_TYPE_DEPTH = 64;
const MAX_CACHED = 256;

const BASIC: Record<BasicType, readonly [align: number, size: number]> = {
  b: [1, 1],
  y: [1, 1],
  n: [2, 2],
  q: [2, 2],
  i: [4, 4],
  u: [4, 4],
  h: [4, 4],
  x: [8, 8],
  t: [8, 8],
  d: [8, 8],
  s: [1, 0],
  o: [1, 0],
  g: [1, 0],
};

export const alignUp = (offset: number, align: number): number => (offset + align - 1) & -align;

const cache = new Map<string, TypeNode>();

/** Parses one complete, definite type; a CodecError names what is wrong with any other string. */
export function parseType(text: string): TypeNode {
  const known = cache.get(text);
  if (known) return known;
  if (text.length > MAX_TYPE_LENGTH) throw limit(`a GVariant type of ${text.length} characters`);
  const [node, end] = parseAt(text, 0, 0);
  if (end !== text.length) throw invalid(`GVariant type ${quote(text)} is more than one type`);
  // Type strings inside variants come from the data: keep a hostile file from filling the memory with them.
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(text, node);
  return node;
}

/** True when the text is a sequence of complete types: what a value of type `g` must be. */
export function isSignature(text: string): boolean {
  if (text.length > MAX_TYPE_LENGTH) return false;
  try {
    for (let at = 0; at < text.length; ) at = parseAt(text, at, 0)[1];
    return true;
  } catch {
    return false;
  }
}

/** What a value of type `o` must be: D-Bus specification, "Valid Object Paths". */
export const isObjectPath = (text: string): boolean => /^\/(?:[A-Za-z0-9_]+(?:\/[A-Za-z0-9_]+)*)?$/.test(text);

function parseAt(text: string, at: number, depth: number): [TypeNode, number] {
  if (depth > MAX_TYPE_DEPTH) throw limit(`GVariant type nested deeper than ${MAX_TYPE_DEPTH}`);
  const char = text[at];
  switch (char) {
    case 'v':
      return [{ kind: 'variant', text: 'v', align: 8, size: 0 }, at + 1];
    case 'a': {
      if (text[at + 1] === 'y') return [{ kind: 'bytes', text: 'ay', align: 1, size: 0 }, at + 2];
      const [child, end] = parseAt(text, at + 1, depth + 1);
      return [{ kind: 'array', text: text.slice(at, end), align: child.align, size: 0, child }, end];
    }
    case 'm': {
      const [child, end] = parseAt(text, at + 1, depth + 1);
      // Nothing and just nothing would both be null.
      if (child.kind === 'maybe') throw limit(`GVariant type ${quote(text)} has a maybe of a maybe`);
      return [{ kind: 'maybe', text: text.slice(at, end), align: child.align, size: 0, child }, end];
    }
    case '(':
      return parseTuple(text, at, depth);
    case '{':
      return parseEntry(text, at, depth);
    default: {
      const basic = char === undefined ? undefined : BASIC[char as BasicType];
      if (!basic) throw invalid(`GVariant type ${quote(text)} is not valid at character ${at}`);
      return [{ kind: 'basic', text: char as BasicType, align: basic[0], size: basic[1] }, at + 1];
    }
  }
}

function parseTuple(text: string, start: number, depth: number): [TypeNode, number] {
  const members: TypeNode[] = [];
  let at = start + 1;
  while (text[at] !== ')') {
    const [member, end] = parseAt(text, at, depth + 1);
    members.push(member);
    at = end;
  }
  return [tuple(text.slice(start, at + 1), members), at + 1];
}

function parseEntry(text: string, start: number, depth: number): [TypeNode, number] {
  const [key, afterKey] = parseAt(text, start + 1, depth + 1);
  if (key.kind !== 'basic') throw invalid(`GVariant type ${quote(text)} has a dictionary key that is no basic type`);
  const [value, afterValue] = parseAt(text, afterKey, depth + 1);
  if (text[afterValue] !== '}') throw invalid(`GVariant type ${quote(text)} has a dictionary entry that is no pair`);
  return [tuple(text.slice(start, afterValue + 1), [key, value]), afterValue + 1];
}

function tuple(text: string, members: readonly TypeNode[]): TypeNode {
  let align = 1;
  let end = 0;
  let framed = 0;
  members.forEach((member, index) => {
    align = Math.max(align, member.align);
    end = alignUp(end, member.align) + member.size;
    if (member.size === 0 && index < members.length - 1) framed++;
  });
  const fixed = members.every((member) => member.size > 0);
  // The unit type () is one zero byte.
  const size = fixed ? Math.max(1, alignUp(end, align)) : 0;
  return { kind: 'tuple', text, align, size, members, framed };
}

function quote(text: string): string {
  return JSON.stringify(text);
}
