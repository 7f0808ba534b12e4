import { type Exec, HostError, isHostError } from '@ostrata/contract';
import { NAMESPACES } from './bwrap-arguments.ts';
import type { Code } from './errors.ts';
import { namespaceArguments } from './launcher.ts';

const INSTALL_HINT = 'Install bubblewrap (bwrap) and util-linux (unshare, mount).';
const PERMIT_HINT =
  'In a container, allow namespaces (podman or docker: --privileged, or --cap-add SYS_ADMIN,NET_ADMIN with seccomp, AppArmor and /proc unconfined); ' +
  'on a host, allow unprivileged user namespaces or run as root. As root, the setting "isolation: none" of sandbox-bwrap does without, at your risk.';

/** Runs nothing in a sandbox over the host's own root, to tell what is missing before the first script of an image is blamed. */
export async function selfTest(
  exec: Exec,
  uid: number,
  env: { readonly [name: string]: string },
  signal: AbortSignal,
): Promise<void> {
  const bwrap = [
    'bwrap',
    '--die-with-parent',
    ...NAMESPACES,
    '--ro-bind',
    '/',
    '/',
    '--dev',
    '/dev',
    '--proc',
    '/proc',
  ];
  const lines: string[] = [];
  const result = await runOrMissing(exec, {
    argv: [...namespaceArguments(uid), ...bwrap, '--', 'true'],
    env,
    signal,
    onLine: (line) => lines.push(line),
  });
  if (result.code === 0) return;
  const said = lines.join(' ').trim();
  // unshare's own exit code and words for a program that is not there.
  if (result.code === 127) throw missing(said, null);
  throw new HostError<Code>(
    'SANDBOX_NOT_PERMITTED',
    `No sandbox can be made here: ${said || `exit code ${result.code}`}.`,
    {
      hint: PERMIT_HINT,
      data: { code: result.code, output: lines },
    },
  );
}

async function runOrMissing(exec: Exec, command: Parameters<Exec['run']>[0]) {
  try {
    return await exec.run(command);
  } catch (error) {
    if (!isHostError(error)) throw error;
    throw missing(error.message, error);
  }
}

function missing(said: string, cause: unknown): HostError<Code> {
  return new HostError<Code>('SANDBOX_MISSING', `A program that makes sandboxes is missing: ${said}`, {
    hint: INSTALL_HINT,
    ...(cause === null ? {} : { cause }),
  });
}
