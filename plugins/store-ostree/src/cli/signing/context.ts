import { type Context, type Terminal, VERIFIER, type Verifier } from '@ostrata/contract';
import { SIGNER } from '@ostrata/signatures';
import { DUMMY, DummyMechanism } from './dummy.ts';

/** The variable that allows the mechanism of tests, as libostree reads it (ostree-sign-dummy.c). */
const DUMMY_ENABLED = 'OSTREE_DUMMY_SIGN_ENABLED';
/** The variable that names another directory of keyrings, as libostree reads it (ostree-gpg-verifier.c). */
const GPG_TRUST = 'OSTREE_GPG_HOME';

/** The context, in which what the environment says of signatures holds. */
export function signingContext(ctx: Context, environment: Terminal['environment']): Context {
  const dummy = new DummyMechanism(environment[DUMMY_ENABLED] === '1');
  const trust = environment[GPG_TRUST];
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
