/** Which deployments stay beside a new one: what a request has for this plugin (`deploy.extras.store-ostree`). */
export interface Retain {
  /** Keeps all. */
  readonly retain?: boolean;
  /** Keeps the ones before the booted one. */
  readonly retainPending?: boolean;
  /** Keeps the ones after the booted one. */
  readonly retainRollback?: boolean;
}

const WORDS = ['retain', 'retainPending', 'retainRollback'] as const satisfies (keyof Retain)[];

/** What is none of these words says nothing. */
export function retainOf(data: unknown): Retain {
  if (typeof data !== 'object' || data === null) return {};
  return Object.fromEntries(WORDS.filter((word) => Reflect.get(data, word) === true).map((word) => [word, true]));
}
