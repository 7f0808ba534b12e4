import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Context, EXEC } from '@ostrata/contract';
import type { Flags, System } from '@ostrata/system-verbs';
import { clientError } from '../errors.ts';
import { decodeTexts, encodeTexts } from './driver-file.ts';

/** Where rpm-ostree has it (rpmostreed-daemon.h, RPMOSTREE_DRIVER_STATE): each knows of drivers that registered with the other. */
const FILE = '/run/rpm-ostree/update-driver.gv';

/** A program that decides when the machine is updated. */
export interface UpdateDriver {
  /** For people. */
  readonly name: string;
  /** The systemd unit that it runs in. */
  readonly unit: string;
}

/** Null where none has registered. Throws CLIENT_DRIVER for a file that cannot be read. */
export function readDriver(): UpdateDriver | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(FILE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unreadable((error as Error).message, error);
  }
  try {
    const { 'driver-name': name, 'driver-sd-unit': unit } = decodeTexts(bytes);
    if (name === undefined || unit === undefined) throw new Error('it does not say who');
    return { name, unit };
  } catch (error) {
    throw unreadable((error as Error).message, error);
  }
}

/**
 * Keeps the verbs that update from doing what a driver does: where one has registered, runs, and is not who calls. Throws CLIENT_DRIVER.
 */
export async function checkDriver(system: System, flags: Flags, ctx: Context): Promise<void> {
  if (system.booted === null || flags.is('bypass-driver')) return;
  const driver = readDriver();
  if (driver === null || driver.unit === callingUnit()) return;
  const { state, documentation } = await askSystemd(driver.unit, ctx);
  if (state !== null && !BUSY.includes(state)) return;
  const where = documentation === null ? '' : ` Its documentation: ${documentation}.`;
  throw clientError('CLIENT_DRIVER', `Updates and deployments are driven by ${driver.name} (${driver.unit}).`, {
    hint: `Let it do this.${where} --bypass-driver does it nevertheless.`,
    data: { driver: driver.name, unit: driver.unit, state },
  });
}

/** Notes that the unit which calls drives updates from now on, until the machine restarts. Throws CLIENT_DRIVER. */
export function registerDriver(name: string, system: System): UpdateDriver {
  if (system.booted === null) {
    throw clientError('CLIENT_DRIVER', `Nothing runs from ${system.sysroot}: it has no driver of updates.`, {
      hint: '--register-driver is for the running system.',
      data: { sysroot: system.sysroot },
    });
  }
  const unit = callingUnit();
  if (name === '' || unit === null) {
    const what = name === '' ? 'it has no name' : 'it does not run in a unit of systemd';
    throw clientError('CLIENT_DRIVER', `The driver of updates cannot be registered: ${what}.`, {
      hint: 'Call `ostrata deploy --register-driver=NAME` from a service.',
      data: { name },
    });
  }
  store({ 'driver-name': name, 'driver-sd-unit': unit });
  return { name, unit };
}

/** What a driver's unit does, as `ACTIVESTATE; STATUSTEXT`; null where systemd cannot be asked. */
export async function driverState({ unit }: UpdateDriver, ctx: Context): Promise<string | null> {
  const { state, text } = await askSystemd(unit, ctx);
  return state === null || text === null ? state : `${state}; ${text}`;
}

/** States in which a driver is about; one that failed is not passed over. */
const BUSY: readonly string[] = ['active', 'activating', 'reloading', 'failed'];

interface UnitFacts {
  readonly state: string | null;
  readonly text: string | null;
  readonly documentation: string | null;
}

async function askSystemd(unit: string, ctx: Context): Promise<UnitFacts> {
  const argv = ['systemctl', 'show', '--property=ActiveState,StatusText,Documentation', '--', unit];
  let output = '';
  try {
    const { code, stdout } = await (await ctx.get(EXEC)).run({ argv, signal: ctx.signal });
    if (code === 0) output = stdout.toString('utf8');
  } catch {
    // Without systemd it is not known, and the driver counts as active.
    ctx.signal.throwIfAborted();
  }
  const property = (name: string) => new RegExp(`^${name}=(.+)$`, 'm').exec(output)?.[1] ?? null;
  return { state: property('ActiveState'), text: property('StatusText'), documentation: property('Documentation') };
}

/** The unit of this process: the first part of its control group that is no slice (sd_pid_get_unit(3)). Null outside of units. */
function callingUnit(): string | null {
  const groups = readFileSync('/proc/self/cgroup', 'utf8');
  const path = /^(?:0:|\d+:name=systemd):(.*)$/m.exec(groups)?.[1] ?? '';
  const unit = path.split('/').find((part) => part !== '' && !part.endsWith('.slice'));
  return unit !== undefined && /\.(?:service|scope)$/.test(unit) ? unit : null;
}

function store(texts: Readonly<Record<string, string>>): void {
  mkdirSync(dirname(FILE), { recursive: true, mode: 0o755 });
  const temporary = `${FILE}.tmp`;
  const fd = openSync(temporary, 'w', 0o644);
  try {
    writeSync(fd, encodeTexts(texts));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, FILE);
}

function unreadable(why: string, cause: unknown): Error {
  return clientError('CLIENT_DRIVER', `The file ${FILE}, which names the driver of updates, cannot be read: ${why}.`, {
    hint: 'Remove it; the driver registers anew when it is started. --bypass-driver goes on without.',
    data: { path: FILE },
    cause,
  });
}
