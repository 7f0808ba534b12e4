import { type Context, type Terminal, VERIFIER, type Verifier } from '@ostrata/contract';
import { SIGNER } from '@ostrata/signatures';
import { DUMMY, DummyMechanism } from './dummy.ts';

/** The variables that say how signatures are handled, as libostree reads them (ostree-sign-dummy.c, ostree-gpg-verifier.c). */
const DUMMY_ENABLED = 'OSTREE_DUMMY_SIGN_ENABLED';
const GPG_TRUST = 'OSTREE_GPG_HOME';

/** The terminal, with contexts in which what the environment says of signatures holds. */
export function signingTerminal(terminal: Terminal): Terminal {
  const dummy = new DummyMechanism(terminal.environment[DUMMY_ENABLED] === '1');
  const trust = terminal.environment[GPG_TRUST];
  return {
    ...terminal,
    withContext: (work) => terminal.withContext((ctx) => work(signingContext(ctx, dummy, trust))),
  };
}

function signingContext(ctx: Context, dummy: DummyMechanism, trust: string | undefined): Context {
  const get = async (token: { readonly name: string }, key?: string): Promise<unknown> => {
    if (key === DUMMY && (token.name === VERIFIER.name || token.name === SIGNER.name)) return dummy;
    const provider = await ctx.get(token as never, key as never);
    const isGpg = key === 'gpg' && token.name === VERIFIER.name;
    return isGpg && trust !== undefined ? trustingOnly(provider as Verifier, trust) : provider;
  };
  return {
    ...ctx,
    get: get as Context['get'],
    keys: (token) =>
      token.name === VERIFIER.name || token.name === SIGNER.name ? [...ctx.keys(token), DUMMY] : ctx.keys(token),
  };
}

/** The verifier with another directory of keyrings in place of the system's. */
function trustingOnly(verifier: Verifier, system: string): Verifier {
  return {
    metadataKey: verifier.metadataKey,
    verify: (...words) => verifier.verify(...words),
    trusted: (remote) => verifier.trusted({ system, ...remote }),
    describe: (signature) => verifier.describe(signature),
    isBy: (signature, id) => verifier.isBy(signature, id),
  };
}
