import type { Tree } from '@ostrata/contract';
import type { PackageFile } from '../codec/index.ts';
import { rpmError } from '../errors.ts';
import { dispose, kindOf } from '../import/disposition.ts';
import type { ImportOptions } from '../import/import-options.ts';
import { resolvePath } from '../overlay/links.ts';
import type { PackageContent } from '../packages.ts';
import { type Accounts, readAccounts } from './accounts.ts';

const SET_ID = 0o6000;

/** A file that belongs to somebody else than root. */
export interface OwnedFile {
  readonly package: string;
  readonly file: PackageFile;
  readonly path: string;
}

function idOf(ids: ReadonlyMap<string, number>, kind: 'user' | 'group', name: string, owned: OwnedFile): number {
  const id = ids.get(name);
  if (id !== undefined) return id;
  throw rpmError(
    'RPM_OWNER_UNKNOWN',
    `${owned.file.path} of the package ${owned.package} belongs to the ${kind} ${name}, which the tree does not have.`,
    {
      hint: `Install the package that makes the ${kind} (in %pre or sysusers.d), or ask whoever made ${owned.package} to require it.`,
      data: { package: owned.package, path: owned.file.path, [kind]: name },
    },
  );
}

/** The files of packages that belong to somebody else than root and are in the tree. */
export function ownedFiles(contents: readonly PackageContent[], options: ImportOptions): OwnedFile[] {
  return contents.flatMap(({ imported, files }) => ownedOf(imported.package.name, files, options));
}

function ownedOf(pkg: string, files: readonly PackageFile[], options: ImportOptions): OwnedFile[] {
  return files.flatMap((file) => {
    if (file.user === 'root' && file.group === 'root') return [];
    const { disposition, path } = dispose(file, options);
    if (disposition !== 'commit') return [];
    // While scripts run, /etc is where programs expect it.
    return [{ package: pkg, file, path: path.replace(/^usr\/etc(?=\/|$)/, 'etc') }];
  });
}

function applyOwner(tree: Tree, owned: OwnedFile, accounts: Accounts): void {
  const path = resolvePath(tree, owned.path);
  const entry = path === null ? undefined : tree.lookup(path);
  // A filter or script may have taken the file away.
  const kind = kindOf(owned.file.mode) === 'regular' ? 'file' : kindOf(owned.file.mode);
  if (path === null || entry === undefined || entry.type !== kind) return;
  const uid = idOf(accounts.users, 'user', owned.file.user, owned);
  const gid = idOf(accounts.groups, 'group', owned.file.group, owned);
  const mode = entry.mode | (owned.file.mode & SET_ID);
  if (entry.uid !== uid || entry.gid !== gid || entry.mode !== mode) tree.setMeta(path, { uid, gid, mode });
}

/**
 * Gives files to the users and groups that packages name, with the set-id bits that wait for them. Users exist only after all %pre
 * scripts have run.
 * @throws RpmError RPM_OWNER_UNKNOWN.
 */
export function applyOwners(tree: Tree, owned: readonly OwnedFile[]): void {
  const accounts = readAccounts(tree);
  for (const file of owned) applyOwner(tree, file, accounts);
}
