const frozen = new WeakSet<object>();

/** Plain data: an array, or an object literal without functions. Trees, stores and other living things are left alone. */
function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return !Object.values(value).some((member) => typeof member === 'function');
}

/** Freezes a record with all that is in it, each part once. */
export function deepFreeze<T>(value: T): T {
  if (!isRecord(value) || frozen.has(value)) return value;
  frozen.add(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
