import { storeError } from '../errors.ts';
import { KeyFile } from './key-file.ts';
import type { RepoMode } from './object-path.ts';

/** The settings of a repository's config that writing and reading heed (ostree.repo-config(5)). */
export interface RepoConfig {
  readonly mode: RepoMode;
  /** Whether data is forced to disk before refs move. */
  readonly fsync: boolean;
  readonly perObjectFsync: boolean;
  readonly locking: boolean;
  readonly lockTimeoutSeconds: number;
  readonly minFreeSpace: { readonly percent: number } | { readonly bytes: bigint };
  /** Level of the compression of file objects in an archive, 1 to 9. */
  readonly zlibLevel: number;
  /** Bare repositories on a file system without extended attributes. */
  readonly disableXattrs: boolean;
  /** Age after which leftovers in tmp/ are removed. */
  readonly tmpExpirySeconds: number;
  /** Whether checkouts of an archive in user mode keep its files unpacked. */
  readonly uncompressedCache: boolean;
  /** Path of a repository whose objects count as being in this one. */
  readonly parent: string | undefined;
}

const MODES: Readonly<Record<string, RepoMode>> = {
  bare: 'bare',
  'bare-user': 'bare-user',
  'bare-user-only': 'bare-user-only',
  'bare-split-xattrs': 'bare-split-xattrs',
  archive: 'archive',
  'archive-z2': 'archive',
};

export const modeNames = (): string[] => Object.keys(MODES);
export const parseMode = (text: string): RepoMode | undefined => (Object.hasOwn(MODES, text) ? MODES[text] : undefined);

/** The text of a new repository's config as `ostree init` writes it. */
export function initialConfig(mode: RepoMode): string {
  const file = new KeyFile();
  file.set('core', 'repo_version', '1');
  file.set('core', 'mode', mode === 'archive' ? 'archive-z2' : mode);
  return file.toString();
}

/** Reads a config; `path` is only named in errors. */
export function parseConfig(text: string, path: string): RepoConfig {
  const fail = (problem: string, { cause, ...data }: { cause?: unknown; key?: string; value?: string } = {}) =>
    storeError('OSTREE_REPO_INVALID', `The repository config ${path} is not valid: ${problem}.`, {
      data: { path, ...data },
      cause,
    });
  let file: KeyFile;
  try {
    file = KeyFile.parse(text);
  } catch (error) {
    throw fail((error as Error).message, { cause: error });
  }
  const version = file.get('core', 'repo_version');
  if (version !== '1')
    throw fail(version === undefined ? 'core.repo_version is missing' : `version ${version} is unknown`);
  const modeText = file.get('core', 'mode') ?? 'bare';
  const mode = parseMode(modeText);
  if (!mode) {
    throw storeError('OSTREE_REPO_MODE', `The repository config ${path} has the unknown mode ${modeText}.`, {
      hint: `Known modes are ${modeNames().join(', ')}.`,
      data: { path, mode: modeText },
    });
  }
  const flag = (key: string, fallback: boolean): boolean => {
    const value = file.get('core', key)?.trimEnd();
    if (value === undefined) return fallback;
    if (value !== 'true' && value !== 'false')
      throw fail(`core.${key} is ${JSON.stringify(value)} and no boolean`, { key, value });
    return value === 'true';
  };
  const whole = (group: string, key: string, fallback: number, max: number): number => {
    const value = file.get(group, key)?.trimEnd();
    if (value === undefined) return fallback;
    if (!/^\d{1,15}$/.test(value) || Number(value) > max) {
      throw fail(`${group}.${key} is ${JSON.stringify(value)} and no number up to ${max}`, { key, value });
    }
    return Number(value);
  };
  const size = file.get('core', 'min-free-space-size')?.trimEnd();
  const percent = whole('core', 'min-free-space-percent', size === undefined ? 3 : 0, 99);
  const bytes = size === undefined ? 0n : parseSize(size);
  if (bytes === undefined) {
    const problem = `core.min-free-space-size is ${JSON.stringify(size)} and no size such as 100MB`;
    throw fail(problem, { key: 'min-free-space-size', value: size! });
  }
  return {
    mode,
    fsync: flag('fsync', true),
    perObjectFsync: flag('per-object-fsync', false),
    locking: flag('locking', true),
    lockTimeoutSeconds: Number(file.get('core', 'lock-timeout-secs') ?? 300) || 0,
    minFreeSpace: bytes > 0n ? { bytes } : { percent },
    zlibLevel: whole('archive', 'zlib-level', 6, 9) || 6,
    disableXattrs: flag('disable-xattrs', false),
    tmpExpirySeconds: whole('core', 'tmp-expiry-secs', 86_400, Number.MAX_SAFE_INTEGER),
    uncompressedCache: flag('enable-uncompressed-cache', true),
    parent: file.get('core', 'parent')?.trimEnd() || undefined,
  };
}

/** A whole number of megabytes, gigabytes or terabytes in bytes. */
function parseSize(text: string): bigint | undefined {
  const match = /^(\d{1,9})(MB|GB|TB)$/.exec(text);
  if (!match) return undefined;
  const shift = { MB: 20n, GB: 30n, TB: 40n }[match[2] as 'MB' | 'GB' | 'TB'];
  return BigInt(match[1]!) << shift;
}
