import { type Context, type Terminal, VERIFIER } from '@ostrata/contract';
import { COMPATIBLE_VERSION } from '../compatible-version.ts';

/** Names of `ostree --version` for what is here; scripts skip what is not. */
const FEATURES = ['libarchive', 'selinux', 'initial-var', 'release'];
/** The features that are there when a plugin verifies a mechanism. */
const MECHANISMS = [
  ['gpg', 'gpgme'],
  ['ed25519', 'sign-ed25519'],
  ['spki', 'sign-spki'],
] as const;

/** What `--version` prints: the features with those of the enabled plugins. */
export async function versionText(terminal: Terminal): Promise<string> {
  // A configuration that cannot be read keeps nobody from learning the version.
  const served = await terminal.withContext(pluginFeatures).catch(() => []);
  const features = [...served, ...FEATURES];
  return `libostree:\n Version: '${COMPATIBLE_VERSION}'\n Features:\n${features.map((name) => `  - ${name}\n`).join('')}`;
}

async function pluginFeatures(ctx: Context): Promise<string[]> {
  const there = ctx.keys(VERIFIER);
  return MECHANISMS.flatMap(([mechanism, feature]) => (there.includes(mechanism) ? [feature] : []));
}
