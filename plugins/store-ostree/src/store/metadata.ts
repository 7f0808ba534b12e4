import type { Json, Metadata as JsonMetadata, Variant as JsonVariant } from '@ostrata/contract';
import type { Metadata } from '../codec/commit.ts';
import { CodecError, invalid } from '../codec/errors.ts';
import { encode, parseType, type Value, type Variant } from '../codec/gvariant/index.ts';
import type { TypeNode } from '../codec/gvariant/type.ts';
import { storeError } from '../errors.ts';

/** Metadata of a record as GVariants, in the order of its keys. Throws OSTREE_METADATA_INVALID with the key at fault. */
export function metadataFromJson(metadata: JsonMetadata): Metadata {
  const result = new Map<string, Variant>();
  for (const [key, { type, value }] of Object.entries(metadata)) {
    try {
      const converted = { type, value: fromJson(parseType(type), value) };
      encode('v', converted);
      result.set(key, converted);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      throw storeError('OSTREE_METADATA_INVALID', `The commit metadata ${key} is not valid: ${error.message}.`, {
        hint: 'Give a GVariant type and a value that fits it, such as {"type": "s", "value": "text"}.',
        data: { key, type },
        cause: error,
      });
    }
  }
  return result;
}

export function metadataToJson(metadata: Metadata): JsonMetadata {
  return Object.fromEntries([...metadata].map(([key, variant]) => [key, variantToJson(variant)]));
}

function fromJson(node: TypeNode, value: Json): Value {
  switch (node.kind) {
    case 'bytes':
      if (typeof value !== 'string' || !BASE64.test(value)) throw invalid('an ay must be given in base64');
      return Buffer.from(value, 'base64');
    case 'array':
      return list(node, value).map((item) => fromJson(node.child, item));
    case 'tuple': {
      const items = list(node, value);
      if (items.length !== node.members.length) throw invalid(`${node.text} needs ${node.members.length} members`);
      return items.map((item, index) => fromJson(node.members[index]!, item));
    }
    case 'maybe':
      return value === null ? null : fromJson(node.child, value);
    case 'variant': {
      if (!isVariant(value)) throw invalid('a v must be given as {type, value}');
      return { type: value.type, value: fromJson(parseType(value.type), value.value) };
    }
    case 'basic':
      return node.text === 'x' || node.text === 't' ? integer(value) : (value as Value);
  }
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function list(node: TypeNode, value: Json): readonly Json[] {
  if (!Array.isArray(value)) throw invalid(`a value of the type ${node.text} must be given as a list`);
  return value as readonly Json[];
}

function integer(value: Json): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  throw invalid('a 64-bit integer must be given as a safe number or a decimal string');
}

function isVariant(value: Json): value is { type: string; value: Json } {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function variantToJson({ type, value }: Variant): JsonVariant {
  return { type, value: toJson(value) };
}

function toJson(value: Value): Json {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (Array.isArray(value)) return (value as readonly Value[]).map(toJson);
  if (typeof value === 'object' && value !== null) {
    const nested = value as Variant;
    return { type: nested.type, value: toJson(nested.value) };
  }
  return value as Json;
}
