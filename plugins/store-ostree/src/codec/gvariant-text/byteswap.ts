import { swap32, swap64 } from '../byte-order.ts';
import { parseType, type Value, type Variant } from '../gvariant/index.ts';
import type { TypeNode } from '../gvariant/type.ts';

/** The value with the bytes of all its numbers swapped: how big-endian values of OSTree are shown. */
export function byteswap(type: string, value: Value): Value {
  return swap(parseType(type), value);
}

function swap(node: TypeNode, value: Value): Value {
  switch (node.kind) {
    case 'bytes':
      return value;
    case 'variant': {
      const { type, value: inner } = value as Variant;
      return { type, value: byteswap(type, inner) };
    }
    case 'maybe':
      return value === null ? null : swap(node.child, value);
    case 'array':
      return (value as readonly Value[]).map((item) => swap(node.child, item));
    case 'tuple':
      return (value as readonly Value[]).map((item, index) => swap(node.members[index]!, item));
    case 'basic':
      return swapBasic(node.text, value);
  }
}

function swapBasic(type: string, value: Value): Value {
  switch (type) {
    case 'n':
    case 'q': {
      const swapped = (((value as number) & 0xff) << 8) | (((value as number) >> 8) & 0xff);
      return type === 'q' ? swapped : (swapped << 16) >> 16;
    }
    case 'u':
      return swap32(value as number);
    case 'i':
    case 'h':
      return swap32((value as number) >>> 0) | 0;
    case 't':
      return swap64(value as bigint);
    case 'x':
      return BigInt.asIntN(64, swap64(BigInt.asUintN(64, value as bigint)));
    case 'd': {
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, value as number, true);
      return view.getFloat64(0, false);
    }
    default:
      return value;
  }
}
