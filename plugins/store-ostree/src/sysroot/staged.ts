import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BootEntry } from '../codec/boot/boot-entry.ts';
import { KernelArgs } from '../codec/boot/kernel-args.ts';
import { decode, encode, type Value, type Variant, variant } from '../codec/gvariant/index.ts';
import { errnoOf, storeError } from '../errors.ts';
import { replaceFile } from '../repo/replace-file.ts';
import { directoryName, originPathOf, parseDirectoryName, type SysrootDeployment } from './deployment.ts';
import { findKernel, type KernelOptions } from './kernel-layout.ts';
import { readOrigin } from './origin.ts';
import { type Retain, retainOf } from './retain.ts';
import type { RunState } from './run-state.ts';

/** Below /run: the deployment that is completed at shutdown, and a file whose presence keeps it from that. */
export const STAGED = 'ostree/staged-deployment';
export const STAGED_LOCK = 'ostree/staged-deployment-locked';

/** Our own key in the dictionary: libostree leaves alone what it does not know. */
const BOOTLOADER_KEY = 'ostrata.bootloader';
/** Likewise: words of `Retain`. */
const RETAIN_KEY = 'ostrata.retain';

/** A deployment that waits, with the one whose /etc it will take over. */
export interface StagedState {
  readonly deployment: SysrootDeployment;
  readonly merge: Pick<SysrootDeployment, 'stateroot' | 'commit' | 'serial' | 'bootChecksum'> | null;
  readonly locked: boolean;
  /** Key of the boot loader that will start it; absent where libostree staged it. */
  readonly bootloader?: string;
  /** Which others stay beside it. */
  readonly retain?: Retain;
}

/** The dictionary `a{sv}` of libostree (serialize_deployment_to_variant in ostree-sysroot-deploy.c). */
export function writeStaged(
  state: RunState,
  { deployment, merge, locked, bootloader, retain = {} }: StagedState,
): void {
  const kargs = deployment.entry.get('options');
  const entries: [string, Variant][] = [['target', variant('a{sv}', nameOf(deployment))]];
  if (merge !== null) entries.push(['merge-deployment', variant('a{sv}', nameOf(merge))]);
  if (kargs !== undefined) entries.push(['kargs', variant('as', [...KernelArgs.parse(kargs).list])]);
  if (deployment.overlayInitrds.length > 0)
    entries.push(['overlay-initrds', variant('as', [...deployment.overlayInitrds])]);
  if (locked) entries.push(['locked', variant('b', true)]);
  if (bootloader !== undefined) entries.push([BOOTLOADER_KEY, variant('s', bootloader)]);
  const words = Object.keys(retain);
  if (words.length > 0) entries.push([RETAIN_KEY, variant('as', words)]);
  const path = join(state.run, STAGED);
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  replaceFile(path, encode('a{sv}', entries as unknown as Value));
}

function nameOf(deployment: Pick<SysrootDeployment, 'stateroot' | 'commit' | 'serial' | 'bootChecksum'>): Value {
  return [
    ['name', variant('s', directoryName(deployment))],
    ['osname', variant('s', deployment.stateroot)],
    ['bootcsum', variant('s', deployment.bootChecksum)],
  ] as unknown as Value;
}

/** The deployment that waits; null where none does. Throws SYSROOT_STAGED for a file that is broken. */
export function readStaged(sysroot: string, state: RunState): SysrootDeployment | null {
  return readStagedState(sysroot, state)?.deployment ?? null;
}

export function readStagedState(sysroot: string, state: RunState): StagedState | null {
  const path = join(state.run, STAGED);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return parse(bytes, sysroot);
  } catch (error) {
    throw storeError('SYSROOT_STAGED', `The staged deployment ${path} cannot be read: ${(error as Error).message}`, {
      hint: 'Remove the file and deploy again.',
      data: { path },
      cause: error,
    });
  }
}

function parse(bytes: Buffer, sysroot: string): StagedState {
  const values = new Map(decode('a{sv}', bytes) as unknown as readonly (readonly [string, Variant])[]);
  const get = (key: string, type: string) => {
    const found = values.get(key);
    if (found !== undefined && found.type !== type) throw new Error(`${key} has the type ${found.type}`);
    return found?.value;
  };
  const target = get('target', 'a{sv}');
  if (target === undefined) throw new Error('it names no target');
  const name = parseName(target);
  const merge = get('merge-deployment', 'a{sv}');
  const kargs = get('kargs', 'as') as readonly string[] | undefined;
  const entry = new BootEntry();
  if (kargs !== undefined) entry.set('options', new KernelArgs(kargs).toString());
  const bootloader = get(BOOTLOADER_KEY, 's');
  const words = (get(RETAIN_KEY, 'as') as readonly string[] | undefined) ?? [];
  const { bootChecksum, ...rest } = name;
  const deployment: SysrootDeployment = {
    ...rest,
    bootChecksum,
    origin: readOrigin(join(sysroot, originPathOf(rest))),
    entry,
    overlayInitrds: ((get('overlay-initrds', 'as') as readonly string[] | undefined) ?? []).map((checksum) =>
      checkSha256(checksum, 'an item of overlay-initrds'),
    ),
    unlocked: 'none',
    staged: true,
  };
  return {
    deployment,
    merge: merge === undefined ? null : parseName(merge),
    locked: get('locked', 'b') === true,
    ...(typeof bootloader === 'string' ? { bootloader } : {}),
    retain: retainOf(Object.fromEntries(words.map((word) => [word, true]))),
  };
}

function parseName(value: Value) {
  const values = new Map(value as unknown as readonly (readonly [string, Variant])[]);
  const text = (key: string): string => {
    const found = values.get(key);
    if (found?.type !== 's') throw new Error(`${key} of a deployment is missing`);
    return String(found.value);
  };
  const stateroot = text('osname');
  if (!/^[^/]+$/.test(stateroot) || stateroot === '..' || stateroot === '.')
    throw new Error(`${stateroot} is no stateroot`);
  const bootChecksum = values.get('bootcsum') === undefined ? '' : text('bootcsum');
  // It becomes a part of paths.
  if (bootChecksum !== '') checkSha256(bootChecksum, 'bootcsum');
  return { stateroot, bootChecksum, ...parseDirectoryName(text('name')) };
}

function checkSha256(text: string, what: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new Error(`${what} is ${JSON.stringify(text)}, which is no sha256`);
}

/**
 * Holds a staged deployment to what is on the disk before it is completed. Throws SYSROOT_STAGED where it is not there (any more) or has another
 * kernel than the one that was staged.
 */
export function checkStaged(
  path: string,
  deployment: Pick<SysrootDeployment, 'bootChecksum'>,
  options: KernelOptions,
): void {
  const refuse = (what: string) => {
    throw storeError('SYSROOT_STAGED', `The staged deployment ${path} ${what}.`, {
      hint: 'Deploy again: `ostrata upgrade`, or `ostrata cleanup --pending` to stay with what runs.',
      data: { path },
    });
  };
  if (!existsSync(path)) refuse('is not there');
  if (deployment.bootChecksum === '') return;
  if (findKernel(path, options).bootChecksum !== deployment.bootChecksum) refuse('has another kernel than was staged');
}

/** Keeps the staged deployment from being completed at shutdown, or lets it. */
export function lockStaged(state: RunState, locked: boolean): void {
  const path = join(state.run, STAGED_LOCK);
  if (!locked) rmSync(path, { force: true });
  else if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    writeFileSync(path, '', { mode: 0o640 });
  }
}

export const isStagedLocked = (state: RunState): boolean => existsSync(join(state.run, STAGED_LOCK));
