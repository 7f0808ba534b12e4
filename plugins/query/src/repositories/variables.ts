import { readFileSync } from 'node:fs';

const OS_RELEASE = ['/etc/os-release', '/usr/lib/os-release'];

/** VERSION_ID of the machine (os-release(5)), null where it says none. */
export function machineRelease(files: readonly string[] = OS_RELEASE): string | null {
  for (const file of files) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      continue;
    }
    return /^VERSION_ID=(["']?)([\w.-]+)\1\s*$/m.exec(text)?.[2] ?? null;
  }
  return null;
}
