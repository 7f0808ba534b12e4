import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError } from '@ostrata/core';
import type { Code } from '../errors.ts';

/** Has the user change a text in their editor: VISUAL, EDITOR, else vi. */
export async function editText(text: string): Promise<string> {
  // Empty ones count as unset.
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi';
  const directory = mkdtempSync(join(tmpdir(), 'ostrata-edit-'));
  const file = join(directory, 'text');
  try {
    writeFileSync(file, text);
    // By the shell, since the variable may have options.
    const { status, error } = spawnSync('sh', ['-c', `exec ${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
    if (status === 0) return readFileSync(file, 'utf8');
    throw new HostError<Code>(
      'EDITOR_FAILED',
      `The editor ${editor} failed: ${error?.message ?? `status ${status}`}.`,
      {
        hint: 'Set EDITOR to one that works.',
        data: { editor },
      },
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
