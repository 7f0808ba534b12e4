import { type Context, type ImageSpec, LABELER, type Tree } from '@ostrata/contract';
import type { Code } from './errors.ts';
import { readText, rewrite } from './modes.ts';

/**
 * Tells the SELinux policy of an image where the image has moved things, so that they are labelled as what they are (rpm-ostree,
 * rust/src/composepost.rs, postprocess_subs_dist), and that the policy's modules are in /etc.
 */
export function adaptSelinux(tree: Tree, image: ImageSpec, ctx: Context): void {
  const policy = /^\s*SELINUXTYPE=(\w+)/m.exec(readText(tree, 'etc/selinux/config') ?? '')?.[1];
  if (policy === undefined) return;
  if (image.selinux && ctx.keys(LABELER).length === 0) {
    ctx.progress.warning(
      'LAYOUT_UNLABELED' satisfies Code,
      `The image has the SELinux policy ${policy}, and no loaded plugin labels its files by it.`,
      'Label the files on the target, or set "selinux: false" where SELinux is not used.',
    );
  }
  const path = `etc/selinux/${policy}/contexts/files/file_contexts.subs_dist`;
  const text = readText(tree, path);
  if (text !== undefined) rewrite(tree, path, substitutions(text));
  const semanage = readText(tree, 'etc/selinux/semanage.conf');
  const store = 'store-root=/etc/selinux';
  if (semanage !== undefined && tree.lookup(`etc/selinux/${policy}/active/modules`) !== undefined) {
    if (!semanage.split('\n').includes(store))
      rewrite(tree, 'etc/selinux/semanage.conf', `${semanage.trimEnd()}\n${store}\n`);
  }
}

/** Each line says: label what is below the first path as if it were below the second. */
function substitutions(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '');
  const has = (from: string) => lines.some((line) => line.startsWith(`${from} `));
  const aliases = lines.filter((line) => line.startsWith('/etc/')).map((line) => `/usr${line}`);
  const added = ['/home /var/home', ...(has('/usr/etc') ? [] : ['/usr/etc /etc']), ...aliases, '/usr/lib/opt /opt'];
  const kept = lines.map((line) => (line.startsWith('/var/home ') ? `# ${line}` : line));
  return `${[...kept, ...added.filter((line) => !lines.includes(line))].join('\n')}\n`;
}
