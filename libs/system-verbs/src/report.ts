import type { CommandResult, Json, Outcome } from '@ostrata/contract';
import { EXIT_UNCHANGED, type Flags } from './flags.ts';

/** What is said when nothing was to be done. */
export function unchangedResult(
  text: string,
  flags: Flags,
  data: { readonly [key: string]: Json } = {},
): CommandResult {
  const exitCode = flags.is('unchanged-exit-77') ? { exitCode: EXIT_UNCHANGED } : {};
  return { data: { status: 'unchanged', ...data }, text, ...exitCode };
}

/** What is said of a new deployment, in JSON and as text after `text`, with the restart that may have been asked for. */
export function deployedResult(outcome: Outcome, text: string, flags: Flags): CommandResult {
  const { deployment, commit } = outcome;
  const staged = deployment?.state === 'staged';
  const running = staged || deployment?.target.stage === true;
  const reboot = flags.is('reboot') && running;
  const restart =
    staged && deployment?.target.lock === true
      ? `ostrata finalize-deployment ${deployment.target.commit}`
      : 'systemctl reboot';
  const hint = !running || reboot ? '' : `Run "${restart}" to start a reboot\n`;
  const version = commit?.meta.metadata['version']?.value;
  const data = {
    status: outcome.status,
    deployment: deployment?.id ?? null,
    checksum: deployment?.target.commit ?? commit?.id ?? null,
    version: typeof version === 'string' ? version : null,
    staged,
    kargs: deployment?.target.kargs ?? [],
  };
  return { data, text: `${text}${hint}`, ...(reboot ? { reboot } : {}) };
}
