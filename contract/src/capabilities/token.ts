/**
 * Names a capability and carries its type. Exactly one provider answers an unkeyed one: the one that configuration chooses, else
 * the sole one, else `CAPABILITY_AMBIGUOUS`. A keyed one has one provider a key.
 */
export interface Capability<T> {
  readonly name: string;
  readonly keyed: false;
  /** Only carries the type; never set. */
  readonly type?: T;
}

/** A capability with one provider a key: {@link Capability} otherwise. */
export interface KeyedCapability<T> {
  readonly name: string;
  readonly keyed: true;
  readonly type?: T;
}

export function capability<T>(name: string): Capability<T> {
  return { name, keyed: false };
}

export function keyedCapability<T>(name: string): KeyedCapability<T> {
  return { name, keyed: true };
}
