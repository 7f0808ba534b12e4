import { type Context, EXEC } from '@ostrata/contract';
import { gpgError } from './errors.ts';

/**
 * A detached signature by the host's gpg, which alone can use a home directory with gpg-agent (tokens, passphrases). `home` and `id`
 * null are gpg's defaults. Throws `GPG_KEY_UNKNOWN` and `GPG_SIGNING_FAILED`, and what `exec` throws when there is no gpg.
 */
export async function signWithHome(
  data: Uint8Array,
  home: string | null,
  id: string | null,
  ctx: Context,
): Promise<Uint8Array> {
  const exec = await ctx.get(EXEC);
  const argv = [
    'gpg',
    ...(home === null ? [] : ['--homedir', home]),
    ...['--batch', '--no-tty', '--no-armor', '--detach-sign', '--output', '-'],
    ...(id === null ? [] : ['--local-user', id]),
  ];
  const { code, stdout, stderr } = await exec.run({
    argv,
    stdin: data,
    env: ctx.environment.commandEnv,
    signal: ctx.signal,
  });
  if (code === 0 && stdout.length > 0) return stdout;
  const said = stderr.toString('utf8').trim().split('\n').slice(-5);
  const place = home === null ? "gpg's home directory" : home;
  const unknown = said.some((line) => /no (default )?secret key/i.test(line));
  throw gpgError(
    unknown ? 'GPG_KEY_UNKNOWN' : 'GPG_SIGNING_FAILED',
    unknown ? `${place} has no secret key ${id ?? 'to sign with'}.` : `gpg did not sign with a key in ${place}.`,
    {
      hint: unknown
        ? `See gpg --list-secret-keys${home === null ? '' : ` --homedir ${home}`}.`
        : `It said: ${said.at(-1) ?? 'nothing'}`,
      data: { home, id, code, said },
    },
  );
}
