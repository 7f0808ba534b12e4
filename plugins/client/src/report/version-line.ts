import type { StoredCommit } from '@ostrata/contract';

/** `40.1 (2024-05-01T10:00:00Z)`, or the time alone. */
export function versionLine({ metadata, timestamp }: Pick<StoredCommit, 'metadata' | 'timestamp'>): string {
  const version = metadata['version']?.value;
  const time = isoTime(timestamp);
  return typeof version === 'string' ? `${version} (${time})` : time;
}

/** Seconds since the epoch as `2024-05-01T10:00:00Z`. */
export function isoTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace(/\.\d+Z$/, 'Z');
}
