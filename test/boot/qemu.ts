import { spawn } from 'node:child_process';

/** What a machine has said on its serial console. */
export interface BootLog {
  readonly lines: readonly string[];
  /** Whether the awaited text came before the time was up. */
  readonly matched: boolean;
  readonly seconds: number;
}

/** Boots a kernel with a disk in QEMU (without KVM where there is none) until a line matches, and ends the machine. */
export async function bootUntil(
  machine: { kernel: string; initrd: string; cmdline: string; disk: string },
  until: RegExp,
  timeoutSeconds: number,
): Promise<BootLog> {
  const child = spawn(
    'qemu-system-x86_64',
    [
      '-accel',
      'tcg,thread=multi',
      '-smp',
      '2',
      '-m',
      '1024',
      '-nographic',
      '-no-reboot',
      '-net',
      'none',
      '-kernel',
      machine.kernel,
      '-initrd',
      machine.initrd,
      '-append',
      machine.cmdline,
      '-drive',
      `file=${machine.disk},format=raw,if=virtio`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const started = performance.now();
  const lines: string[] = [];
  let matched = false;
  let rest = '';
  const timer = setTimeout(() => child.kill(), timeoutSeconds * 1000);
  const hear = (chunk: Buffer) => {
    const parts = (rest + chunk.toString('utf8')).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((line) => line.replace(/\r$/, '')));
    if (!matched && parts.some((line) => until.test(line))) {
      matched = true;
      child.kill();
    }
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  await new Promise((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  clearTimeout(timer);
  return { lines, matched, seconds: (performance.now() - started) / 1000 };
}
