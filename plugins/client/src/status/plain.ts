import type { Json, Metadata, Variant } from '@ostrata/contract';

/** A typed value as plain JSON: dictionaries become objects, variants what is in them. */
export function plain(variant: Variant | undefined): Json | undefined {
  return variant === undefined ? undefined : untyped(variant.type, variant.value);
}

export function plainMetadata(metadata: Metadata): { [key: string]: Json } {
  return Object.fromEntries(Object.entries(metadata).map(([key, { type, value }]) => [key, untyped(type, value)]));
}

function untyped(type: string, value: Json): Json {
  if (type === 'v') {
    const inner = value as unknown as Variant;
    return untyped(inner.type, inner.value);
  }
  if (!type.includes('v') && !type.includes('{')) return value;
  if (!Array.isArray(value)) return value;
  if (type.startsWith('a{')) {
    const [keyType, valueType] = [type.slice(2, 3), type.slice(3, -1)];
    const pairs = value as readonly (readonly [Json, Json])[];
    if (keyType === 's') return Object.fromEntries(pairs.map(([key, item]) => [String(key), untyped(valueType, item)]));
  }
  if (type.startsWith('a')) return value.map((item: Json) => untyped(type.slice(1), item));
  if (type.startsWith('(')) {
    const types = membersOf(type.slice(1, -1));
    return value.map((item: Json, index: number) => untyped(types[index] ?? 's', item));
  }
  return value;
}

/** The complete types that a sequence of GVariant type characters is made of. */
function membersOf(types: string): string[] {
  const members: string[] = [];
  for (let at = 0; at < types.length; ) {
    const begin = at;
    while (types[at] === 'a' || types[at] === 'm') at += 1;
    let depth = 0;
    do {
      if (types[at] === '(' || types[at] === '{') depth += 1;
      if (types[at] === ')' || types[at] === '}') depth -= 1;
      at += 1;
    } while (depth > 0 && at < types.length);
    members.push(types.slice(begin, at));
  }
  return members;
}
