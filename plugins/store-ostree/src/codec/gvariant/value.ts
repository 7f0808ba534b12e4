/** A value inside a `v`, with its type. */
export interface Variant {
  readonly type: string;
  readonly value: Value;
}

/**
 * What a GVariant value is in JavaScript: b boolean; y n q i u h d number; x t bigint; s o g string; ay Uint8Array; arrays and tuples
 * (and dictionary entries, as pairs) arrays; m null or the value; v {type, value}.
 */
export type Value = boolean | number | bigint | string | Uint8Array | null | Variant | readonly Value[];

export const variant = (type: string, value: Value): Variant => ({ type, value });

/**
 * The size in bytes of one framing offset in a container of `size` bytes in all (GVariant specification, section 3.2 "Framing
 * offsets").
 */
export function offsetSize(size: number): 0 | 1 | 2 | 4 {
  if (size > 0xffff) return 4;
  if (size > 0xff) return 2;
  return size > 0 ? 1 : 0;
}
