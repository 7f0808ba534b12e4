import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A folder that outlives a test run, for input that takes minutes to make. */
export function testCache(...parts: string[]): string {
  const path = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ostrata-tests', ...parts);
  mkdirSync(path, { recursive: true });
  return path;
}
