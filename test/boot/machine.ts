import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
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
  /** More arguments of QEMU, and the drive in place of the plain one. */
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
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => appendFileSync(log, data));
    const machine = new Machine(child, connect(path, child), log);
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
    await this.#until(/AGENT-READY (\S+)\r?\n/, seconds, 'the machine did not boot');
  }

  /** Runs a shell script in the machine. */
  async run(script: string, seconds = 300): Promise<CommandOutput> {
    const socket = await this.#agent;
    socket.write(`${Buffer.from(script).toString('base64')}\n`);
    const [, output, code] = await this.#until(
      /^([\s\S]*?)\r?\nAGENT-DONE (\d+)\r?\n/,
      seconds,
      `no answer to: ${script}`,
    );
    return { code: Number(code), output: output!.replaceAll('\r\n', '\n').trim() };
  }

  /** Restarts from within and waits until it is back. */
  async reboot(seconds: number): Promise<void> {
    const socket = await this.#agent;
    socket.write(`${Buffer.from('systemctl --no-block reboot').toString('base64')}\n`);
    await this.booted(seconds);
  }

  /** Ends at once, as when the power goes. */
  async kill(): Promise<void> {
    if (this.#hasEnded) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #until(pattern: RegExp, seconds: number, problem: string): Promise<RegExpExecArray> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const match = pattern.exec(this.#said);
      if (match !== null) {
        this.#said = this.#said.slice(match.index + match[0].length);
        return match;
      }
      const left = deadline - Date.now();
      if (this.#hasEnded || left <= 0)
        throw new Error(`${problem} (${this.#hasEnded ? 'QEMU ended' : `${seconds} s`}); console: ${this.log}`);
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
