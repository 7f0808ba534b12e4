import { readFileSync } from 'node:fs';
import type { Terminal } from '@ostrata/contract';
import { SELINUX_XATTR } from '../checkout/labels.ts';
import { hashOrder } from '../codec/hash-order.ts';
import { isRegular, S_IFMT } from '../codec/mode.ts';
import { canonicalXattrs, NO_XATTRS, type Xattr } from '../codec/xattrs.ts';
import { canonicalMode } from '../commit/canonical.ts';
import type { Labeler } from '../selinux/policy.ts';
import { VerbError } from './error.ts';

export interface Owned {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

export interface ModifierOptions {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly canonical: boolean;
  /** Executable files lose the permission to be written. */
  readonly readOnlyExecutables: boolean;
  readonly skipXattrs: boolean;
  /** Lines `MODE PATH`, whose bits are added, or `=MODE PATH`, whose bits replace the permissions; modes are decimal. */
  readonly statoverride: string | undefined;
  /** Lines with paths that are left out. */
  readonly skipList: string | undefined;
  /** Gives the SELinux label of a path, in place of what is there. */
  readonly label?: Labeler | undefined;
}

/** What `ostree commit` changes of files on their way into a commit. Paths begin with a slash. */
export class Modifier {
  readonly #options: ModifierOptions;
  readonly #added = new Map<string, number>();
  readonly #replaced = new Map<string, number>();
  readonly #skipped = new Set<string>();

  constructor(options: ModifierOptions) {
    this.#options = options;
    for (const line of readLines(options.statoverride)) {
      const space = line.indexOf(' ');
      if (space < 0) throw new VerbError('Malformed statoverride file (no space found)');
      const path = line.slice(space + 1);
      if (line.startsWith('=')) this.#replaced.set(path, Math.trunc(Number(line.slice(1, space)) || 0));
      else this.#added.set(path, Math.trunc(Number(line.slice(0, space)) || 0));
    }
    for (const line of readLines(options.skipList)) this.#skipped.add(line);
  }

  /** The extended attributes that a path gets; `found` is asked for those it has where they count. */
  xattrs(path: string, mode: number, found: () => readonly Xattr[]): readonly Xattr[] {
    const { skipXattrs, canonical, label } = this.#options;
    const xattrs = skipXattrs || canonical ? NO_XATTRS : found();
    const context = label?.(path, mode);
    if (context === undefined) return xattrs;
    // Attributes hold labels with a zero byte at the end, as the kernel gives them.
    const others = xattrs.filter(([name]) => name !== SELINUX_XATTR);
    return canonicalXattrs([...others, [SELINUX_XATTR, Buffer.from(`${context}\0`)]]);
  }

  /** Whether all that it does can be done to whole directories at once, without looking at paths. */
  get plain(): boolean {
    const { readOnlyExecutables, statoverride, skipList, label } = this.#options;
    return !readOnlyExecutables && statoverride === undefined && skipList === undefined && label === undefined;
  }

  /** The owner and mode that a path gets, or undefined where it is left out. */
  apply(path: string, { uid, gid, mode }: Owned): Owned | undefined {
    const { canonical, readOnlyExecutables } = this.#options;
    let changed = mode;
    if (readOnlyExecutables && isRegular(mode) && (mode & 0o111) !== 0) changed &= ~0o222;
    const added = this.#added.get(path);
    const replaced = this.#replaced.get(path);
    if (added !== undefined) changed |= added;
    else if (replaced !== undefined) changed = (changed & S_IFMT) | replaced;
    this.#added.delete(path);
    if (this.#skipped.delete(path)) return undefined;
    if (canonical) return { uid: 0, gid: 0, mode: isLink(mode) ? changed : canonicalMode(changed) };
    return { uid: this.#options.uid ?? uid, gid: this.#options.gid ?? gid, mode: changed };
  }

  /** Whether a directory is not left out; it is asked about again when its entries are taken in. */
  keeps(path: string): boolean {
    return !this.#skipped.delete(path);
  }

  /** Throws when a line of one of the files met no path. */
  finish(terminal: Terminal): void {
    for (const path of hashOrder(this.#added.keys())) terminal.err(`Unmatched statoverride path: ${path}\n`);
    if (this.#added.size > 0) throw new VerbError('Unmatched statoverride paths');
    for (const path of hashOrder(this.#skipped)) terminal.err(`Unmatched skip-list path: ${path}\n`);
    if (this.#skipped.size > 0) throw new VerbError('Unmatched skip-list paths');
  }
}

const isLink = (mode: number): boolean => (mode & S_IFMT) === 0o120000;

function readLines(path: string | undefined): string[] {
  if (path === undefined) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
