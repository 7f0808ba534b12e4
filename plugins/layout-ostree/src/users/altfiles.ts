import type { ReadonlyTree, Tree } from '@ostrata/contract';
import type { LayoutConfig } from '../config.schema.ts';
import { names, readText, rewrite } from '../modes.ts';
import { formatAccounts, numberOf, parseAccounts, uniteAccounts } from './account-file.ts';

const MODULE = 'libnss_altfiles.so.2';

/** Whether users and groups other than root belong into /usr/lib. */
export function usesAltfiles(tree: ReadonlyTree, config: LayoutConfig): boolean {
  if (config.passwd !== 'auto') return config.passwd === 'altfiles';
  const multiarch = names(tree, 'usr/lib').filter((name) => name.includes('-linux-gnu'));
  return ['usr/lib64', 'usr/lib', ...multiarch.map((name) => `usr/lib/${name}`)].some(
    (directory) => tree.lookup(`${directory}/${MODULE}`) !== undefined,
  );
}

/**
 * Moves users and groups other than root from etc to usr/lib (rpm-ostree, rust/src/passwd.rs, migrate_passwd_except_root): so they
 * come with the image, while the machine's own are in /etc. Groups of `members` are in both, for the machine to add users to them.
 */
export function migrateAccounts(tree: Tree, members: readonly string[]): void {
  for (const name of ['passwd', 'group']) {
    const [etc, lib] = [`etc/${name}`, `usr/lib/${name}`];
    const text = readText(tree, etc);
    if (text === undefined) continue;
    const accounts = parseAccounts(text, etc);
    const others = accounts.filter((account) => numberOf(account) !== 0);
    const kept = name === 'group' ? others.filter((group) => members.includes(group.name)) : [];
    const present = parseAccounts(readText(tree, lib) ?? '', lib);
    rewrite(tree, lib, formatAccounts(uniteAccounts(present, others)));
    rewrite(tree, etc, formatAccounts([...accounts.filter((account) => numberOf(account) === 0), ...kept]));
  }
  const nsswitch = readText(tree, 'etc/nsswitch.conf');
  if (nsswitch !== undefined) rewrite(tree, 'etc/nsswitch.conf', addAltfiles(nsswitch));
}

/** Puts `altfiles` after `files` where users and groups are looked up. */
export function addAltfiles(nsswitch: string): string {
  return nsswitch
    .split('\n')
    .map((line) => {
      const [, database, rest = ''] = /^(passwd:|group:)(.*)$/.exec(line) ?? [];
      if (database === undefined) return line;
      const services = rest.split(/\s+/).filter((service) => service !== '');
      if (services.includes('altfiles')) return line;
      const files = services.indexOf('files');
      services.splice(files === -1 ? services.length : files + 1, 0, 'altfiles');
      return [database, ...services].join(' ');
    })
    .join('\n');
}
