import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the checkout. */
export const ROOT = join(import.meta.dirname, '..', '..');

/**
 * A path below the folder of real data beside the checkout (`../shared/data`), or undefined where it is absent: users have none,
 * and a test that needs it is skipped by name.
 */
export function sharedData(...parts: string[]): string | undefined {
  const path = join(ROOT, '..', 'shared', 'data', ...parts);
  return existsSync(path) ? path : undefined;
}
