import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Loader } from './system-disk.ts';

export interface CommandOutput {
  readonly code: number;
  readonly output: string;
}

export interface MachineOptions {
  readonly disk: string;
  /** A directory of this machine alone: its log, sockets, and the firmware's variables. */
  readonly work: string;
  readonly loader: Loader;
  /** Whether it has a network card: 127.0.0.1 of the host is 10.0.2.2 there. */
  readonly isOnline?: boolean;
  /** QEMU's arguments for the drive in place of the plain one. */
  readonly drive?: readonly string[];
}

const OVMF = '/usr/share/OVMF/OVMF_CODE_4M.fd';
const OVMF_VARIABLES = '/usr/share/OVMF/OVMF_VARS_4M.fd';

/** A machine in QEMU (software emulation) whose test agent takes commands, through any number of its reboots. */
export class Machine {
  readonly log: string;
  readonly #child: ChildProcess;
  readonly #agent: Promise<Socket>;
  #said = '';
  #console = '';
  #waiting: (() => void) | null = null;
  #hasEnded = false;

  private constructor(child: ChildProcess, agent: Promise<Socket>, log: string) {
    this.log = log;
    this.#child = child;
    this.#agent = agent;
    child.once('exit', () => {
      this.#hasEnded = true;
      this.#waiting?.();
    });
  }

  static start({ disk, work, loader, isOnline = false, drive }: MachineOptions): Machine {
    const [log, path] = [join(work, 'console.log'), join(work, 'agent.sock')];
    writeFileSync(log, '');
    rmSync(path, { force: true });
    const network = isOnline
      ? ['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile=']
      : ['-net', 'none'];
    if (loader !== 'grub-bios') copyFileSync(OVMF_VARIABLES, join(work, 'variables.fd'));
    const firmware =
      loader === 'grub-bios'
        ? []
        : [
            ...['-machine', 'q35'],
            ...['-drive', `if=pflash,format=raw,readonly=on,file=${OVMF}`],
            ...['-drive', `if=pflash,format=raw,file=${join(work, 'variables.fd')}`],
          ];
    const child = spawn(
      'qemu-system-x86_64',
      [
        ...['-accel', 'tcg,thread=multi', '-smp', '2', '-m', '1536', '-display', 'none'],
        ...firmware,
        ...['-serial', 'stdio'],
        ...['-chardev', `socket,id=agent,path=${path},server=on,wait=off`, '-serial', 'chardev:agent'],
        ...(drive ?? ['-drive', `file=${disk},format=raw,if=virtio,cache=unsafe`]),
        ...network,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const machine = new Machine(child, connect(path, child), log);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        appendFileSync(log, data);
        machine.#console += data.toString('utf8');
        machine.#waiting?.();
      });
    }
    machine.#agent.then(
      (socket) =>
        socket.on('data', (data) => {
          machine.#said += data.toString('utf8');
          machine.#waiting?.();
        }),
      () => {},
    );
    return machine;
  }

  /** Waits until the agent is there after a start. */
  async booted(seconds: number): Promise<void> {
    await this.#agent;
    await this.#answer(/AGENT-READY (\S+)\r?\n/, seconds, 'the machine did not boot');
  }

  /** Runs a shell script in the machine. */
  async run(script: string, seconds = 300): Promise<CommandOutput> {
    const socket = await this.#agent;
    socket.write(`${Buffer.from(script).toString('base64')}\n`);
    const [, output, code] = await this.#answer(
      /^([\s\S]*?)\r?\nAGENT-DONE (\d+)\r?\n/,
      seconds,
      `no answer to: ${script}`,
    );
    return { code: Number(code), output: output!.replaceAll('\r\n', '\n').trim() };
  }

  /** Runs a script that restarts the machine, and waits until the kernel ends. */
  async shutDown(seconds: number, script = 'systemctl --no-block reboot'): Promise<void> {
    const socket = await this.#agent;
    this.#console = '';
    socket.write(`${Buffer.from(script).toString('base64')}\n`);
    await this.#until(() => /reboot: Restarting system/.exec(this.#console), seconds, `no restart after: ${script}`);
  }

  /** Runs a script that restarts the machine, and waits until it is back. */
  async restart(script: string, seconds: number): Promise<void> {
    await this.shutDown(seconds, script);
    await this.booted(seconds);
  }

  /** Ends at once, as when the power goes. */
  async kill(): Promise<void> {
    if (this.#hasEnded) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Takes from what the agent has said, up to the end of the match. */
  async #answer(pattern: RegExp, seconds: number, problem: string): Promise<RegExpExecArray> {
    const match = await this.#until(() => pattern.exec(this.#said), seconds, problem);
    this.#said = this.#said.slice(match.index + match[0].length);
    return match;
  }

  async #until(find: () => RegExpExecArray | null, seconds: number, problem: string): Promise<RegExpExecArray> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const match = find();
      if (match !== null) return match;
      const left = deadline - Date.now();
      if (this.#hasEnded || left <= 0)
        throw new Error(
          `${problem} (${this.#hasEnded ? 'QEMU ended' : `${seconds} s`}):\n${readFileSync(this.log, 'utf8').slice(-4000)}`,
        );
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
      this.#waiting = null;
    }
  }
}

async function connect(path: string, child: ChildProcess): Promise<Socket> {
  for (;;) {
    const socket = createConnection(path);
    try {
      await once(socket, 'connect');
      socket.on('error', () => {});
      return socket;
    } catch (error) {
      socket.destroy();
      if (child.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
