import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Terminal } from '@ostrata/contract';
import { VerbError } from './error.ts';
import type { OptionValues } from './verb.ts';

export interface CommitMessage {
  readonly subject: string;
  readonly body: string;
}

/** The message of a commit: from the options, from a file, or from an editor that begins with what the options say. */
export function commitMessage(options: OptionValues, branch: string | undefined, terminal: Terminal): CommitMessage {
  const subject = options.text('subject') ?? '';
  const body = options.text('body') ?? '';
  if (options.flag('editor')) return parseMessage(edit(template({ subject, body }, branch), terminal));
  const file = options.text('body-file');
  return { subject, body: file === undefined ? body : readFileSync(file, 'utf8') };
}

function template({ subject, body }: CommitMessage, branch: string | undefined): string {
  const lines = [
    '',
    '# Write the message of the commit: its first line is the subject, all that follows the body.',
    "# Lines that begin with '#' are left out, and without a subject nothing is committed.",
    ...(branch === undefined ? [] : ['#', `# Branch: ${branch}`]),
    ...(subject === '' ? [] : [subject]),
    ...(body === '' ? [] : [body]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Takes a message apart as libostree does: no comments, no empty lines before the body, no space at the end of a line. */
export function parseMessage(text: string): CommitMessage {
  const lines = text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => !line.startsWith('#'));
  const first = lines.findIndex((line) => line !== '');
  if (first < 0) throw new VerbError('Aborting commit due to empty commit subject.');
  return {
    subject: lines[first]!,
    body: lines
      .slice(first + 1)
      .join('\n')
      .replace(/^\n+/, '')
      .trimEnd(),
  };
}

/** Has the user's editor, a command line of the shell, change a text. */
function edit(text: string, { environment }: Terminal): string {
  const editor = editorOf(environment);
  const directory = mkdtempSync(join(tmpdir(), 'ostrata-message-'));
  const path = join(directory, 'COMMIT_MESSAGE');
  try {
    writeFileSync(path, text);
    const script = `${editor} "$1"`;
    const { status, error } = spawnSync('/bin/sh', ['-c', script, 'sh', path], {
      stdio: 'inherit',
      env: { ...environment },
    });
    if (error || status !== 0) {
      const how = error?.message ?? `Child process exited with code ${status}`;
      throw new VerbError(`There was a problem with the editor '${editor}': ${how}`, { cause: error });
    }
    return readFileSync(path, 'utf8');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function editorOf(environment: Terminal['environment']): string {
  const { OSTREE_EDITOR, VISUAL, EDITOR, TERM } = environment;
  const dumb = TERM === undefined || TERM === 'dumb';
  const editor = OSTREE_EDITOR ?? (dumb ? undefined : VISUAL) ?? EDITOR ?? (dumb ? undefined : 'vi');
  if (editor === undefined) throw new VerbError('Terminal is dumb, but EDITOR unset');
  return editor;
}
