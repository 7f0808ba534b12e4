import type { Tree } from '@ostrata/contract';

/** Files that name the image's users; with altfiles the image's are in usr/lib and those in etc are the machine's. */
const MOVED = ['passwd', 'group'];
const PUT_ASIDE = [...MOVED, 'shadow', 'gshadow', 'subuid', 'subgid'];
const SUFFIX = '.rpmostreesave';

/**
 * Lets scripts that are layered over an image with altfiles change the image's users, where they look for them: in /etc. The
 * defaults for the machine's /etc are put aside (rpm-ostree, rust/src/passwd.rs, prepare_rpm_layering).
 */
export function beginLayering(tree: Tree): void {
  if (tree.lookup('usr/lib/passwd') === undefined) return;
  for (const name of PUT_ASIDE) {
    if (tree.lookup(`etc/${name}`) !== undefined) tree.rename(`etc/${name}`, `etc/${name}${SUFFIX}`);
  }
  for (const name of MOVED)
    if (tree.lookup(`usr/lib/${name}`) !== undefined) tree.copy(`usr/lib/${name}`, `etc/${name}`);
}

/** Brings everything back to its place; does nothing when {@link beginLayering} did nothing. */
export function endLayering(tree: Tree): void {
  if (tree.lookup(`etc/passwd${SUFFIX}`) === undefined) return;
  for (const name of MOVED) {
    if (tree.lookup(`etc/${name}`) === undefined) continue;
    tree.remove(`usr/lib/${name}`);
    tree.rename(`etc/${name}`, `usr/lib/${name}`);
  }
  for (const name of PUT_ASIDE) {
    if (tree.lookup(`etc/${name}${SUFFIX}`) === undefined) continue;
    tree.remove(`etc/${name}`);
    tree.rename(`etc/${name}${SUFFIX}`, `etc/${name}`);
  }
}
