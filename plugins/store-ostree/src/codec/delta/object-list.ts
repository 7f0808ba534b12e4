import { Buffer } from 'node:buffer';
import { type Checksum, checksumBytes, checksumFromBytes } from '../checksum.ts';
import { invalid } from '../errors.ts';

/** The kinds of objects that a delta can carry. */
export type DeltaObjectType = 'file' | 'dirtree' | 'dirmeta' | 'commit';

export interface DeltaObject {
  readonly type: DeltaObjectType;
  readonly id: Checksum;
}

/** The numbers of OstreeObjectType (ostree-core.h). */
const NUMBERS: Record<DeltaObjectType, number> = { file: 1, dirtree: 2, dirmeta: 3, commit: 4 };
const TYPES = new Map(Object.entries(NUMBERS).map(([type, number]) => [number, type as DeltaObjectType]));

/** A byte for the type and 32 for the checksum. */
export const OBJECT_SIZE = 33;

export const objectTypeNumber = (type: DeltaObjectType): number => NUMBERS[type];

export function objectTypeOf(number: number): DeltaObjectType {
  const type = TYPES.get(number);
  if (type === undefined) throw invalid(`a delta with an object of the type ${number}`);
  return type;
}

export function encodeObjectList(objects: readonly DeltaObject[]): Buffer {
  const bytes = Buffer.alloc(objects.length * OBJECT_SIZE);
  objects.forEach(({ type, id }, index) => {
    bytes[index * OBJECT_SIZE] = NUMBERS[type];
    bytes.set(checksumBytes(id), index * OBJECT_SIZE + 1);
  });
  return bytes;
}

export function decodeObjectList(bytes: Uint8Array): DeltaObject[] {
  if (bytes.length % OBJECT_SIZE !== 0) throw invalid(`a list of objects of ${bytes.length} bytes`);
  return Array.from({ length: bytes.length / OBJECT_SIZE }, (_, index) => {
    const at = index * OBJECT_SIZE;
    return { type: objectTypeOf(bytes[at]!), id: checksumFromBytes(bytes.subarray(at + 1, at + OBJECT_SIZE)) };
  });
}
