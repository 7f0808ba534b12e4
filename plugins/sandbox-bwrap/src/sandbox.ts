import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import {
  type Context,
  type Exec,
  type ExecResult,
  HostError,
  type Root,
  type Sandbox,
  type SandboxCommand,
  type SandboxResult,
} from '@ostrata/contract';
import { bwrapArguments } from './bwrap-arguments.ts';
import { checkCommand } from './check-command.ts';
import { chrootArguments, copyBinds } from './chroot.ts';
import type { SandboxConfig } from './config.schema.ts';
import type { Code } from './errors.ts';
import { launch, OVERLAY_FAILED } from './launcher.ts';
import { RootView } from './root-view.ts';
import { selfTest } from './self-test.ts';
import { Tail } from './tail.ts';
import { writeSupport } from './wrappers.ts';

/** Exit code of a command that ran out of time, as timeout(1) has it. */
const TIMED_OUT = 124;
/** Exit code for a program that is not there, as shells have it. */
const NOT_FOUND = 127;

/** Runs commands by bubblewrap. One a run: it keeps a directory of support files and one of script state for each root. */
export class BwrapSandbox implements Sandbox {
  readonly #exec: Exec;
  readonly #isolation: SandboxConfig['isolation'];
  readonly #home: string;
  readonly #states = new Map<string, string>();
  #ready: Promise<void> | undefined;

  constructor(exec: Exec, config: SandboxConfig, ctx: Context) {
    this.#exec = exec;
    this.#isolation = config.isolation;
    this.#home = mkdtempSync(join(ctx.environment.tempDir, 'sandbox-'));
    ctx.defer('sandbox files', () => rmSync(this.#home, { recursive: true, force: true }));
    mkdirSync(this.#mountPoint);
    writeSupport(this.#support);
  }

  async run(command: SandboxCommand, ctx: Context): Promise<SandboxResult> {
    checkCommand(command);
    const { uid, commandEnv } = ctx.environment;
    this.#ready ??= this.#prepare(ctx);
    await this.#ready;

    const tail = new Tail();
    // Tools are chatty, and whoever runs one shows the tail when it fails.
    const level = command.profile === 'script' ? 'info' : 'debug';
    const limit = command.timeoutSeconds === undefined ? undefined : AbortSignal.timeout(command.timeoutSeconds * 1000);
    const takeAway = this.#isolation === 'none' ? copyBinds(command) : undefined;
    try {
      const result = await this.#exec.run({
        argv: launch(command.root, this.#mountPoint, uid, this.#inside(command)),
        env: commandEnv,
        ...(command.stdin === undefined ? {} : { stdin: command.stdin }),
        signal: limit === undefined ? ctx.signal : AbortSignal.any([ctx.signal, limit]),
        onLine: (line) => {
          tail.push(line);
          ctx.progress.message(line, { source: command.label, level });
        },
      });
      ctx.signal.throwIfAborted();
      if (limit?.aborted !== true) return this.#outcome(command, result, tail.lines);
    } catch (error) {
      if (ctx.signal.aborted || limit?.aborted !== true) throw error;
    } finally {
      takeAway?.();
    }
    tail.push(`ended: it took longer than ${command.timeoutSeconds} s`);
    return { code: TIMED_OUT, signal: 'SIGKILL', tail: tail.lines };
  }

  get #support(): string {
    return join(this.#home, 'support');
  }

  /** Empty on the host; each command mounts its root there in its own mount namespace. */
  get #mountPoint(): string {
    return join(this.#home, 'root');
  }

  async #prepare(ctx: Context): Promise<void> {
    const { uid, commandEnv } = ctx.environment;
    if (this.#isolation === 'full') return selfTest(this.#exec, uid, commandEnv, ctx.signal);
    ctx.progress.warning(
      'SANDBOX_UNCONFINED' satisfies Code,
      'Programs of the image run without a sandbox: they have network access and all rights of this process.',
      'Remove "isolation: none" from the configuration of sandbox-bwrap where namespaces are allowed.',
    );
  }

  #inside(command: SandboxCommand): readonly string[] {
    const visible = command.root.upper === null ? command.root.lower : this.#mountPoint;
    if (this.#isolation === 'none') return chrootArguments(command, visible);
    const places = { visible, support: this.#support, state: this.#state(command.root) };
    return bwrapArguments(command, new RootView(command.root), places);
  }

  /** Lives as long as the run: scripts of one transaction leave notes there. */
  #state(root: Root): string {
    const key = root.upper ?? root.lower;
    let state = this.#states.get(key);
    if (state === undefined) {
      state = mkdtempSync(join(this.#home, 'state-'));
      this.#states.set(key, state);
    }
    return state;
  }

  #outcome(command: SandboxCommand, { code, signal }: ExecResult, tail: readonly string[]): SandboxResult {
    const last = tail.at(-1) ?? '';
    const mount = code === OVERLAY_FAILED ? tail.find((line) => line.startsWith('mount: ')) : undefined;
    if (mount !== undefined) {
      throw new HostError<Code>('SANDBOX_OVERLAY', `The layer of ${command.label}'s root cannot be mounted: ${mount}`, {
        data: { root: { ...command.root }, label: command.label },
        hint: 'The directory for temporary files must be on a file system that overlayfs accepts as upper layer (ext4, xfs, btrfs, tmpfs).',
      });
    }
    // bwrap says what went wrong in one line and only before the program starts.
    if (code === 1 && tail.length === 1 && last.startsWith('bwrap: ')) {
      if (last.startsWith('bwrap: execvp ')) return { code: NOT_FOUND, signal: null, tail };
      throw new HostError<Code>('SANDBOX_SETUP', `The sandbox for ${command.label} cannot be set up: ${last}.`, {
        data: { root: { ...command.root }, label: command.label, argv: [...command.argv] },
        hint: 'A path that the command binds is missing, or the root lacks a directory that every root has.',
      });
    }
    // bwrap and shells report a death by signal as 128 and its number.
    return { code, signal: signal ?? signalName(code - 128), tail };
  }
}

function signalName(number: number): string | null {
  for (const [name, value] of Object.entries(constants.signals)) if (value === number) return name;
  return null;
}
