import { KeyFile } from '@ostrata/keyfile';
import { formatRefspec, parseRefspec, type Refspec } from './refspec.ts';

/** Keys for what a deployment follows, in the order in which they count. */
const FOLLOWED = ['container-image-reference', 'baserefspec', 'refspec'] as const;

/** Keys under which something is laid over the image, so that it has to be put together on the machine. */
const LAYERS = [
  ['packages', 'requested'],
  ['packages', 'requested-local'],
  ['packages', 'requested-local-fileoverride'],
  ['overrides', 'remove'],
  ['overrides', 'replace'],
  ['overrides', 'replace-local'],
] as const;

/** An origin file. Changes keep all that is not changed. */
export class Origin {
  readonly #file: KeyFile;

  private constructor(file: KeyFile) {
    this.#file = file;
  }

  /** Throws an Error that names the line. The empty text is an origin without anything. */
  static parse(text: string): Origin {
    return new Origin(KeyFile.parse(text));
  }

  /** What is followed, as it is written: a refspec, or a reference of a container image; null where nothing is. */
  get followed(): string | null {
    for (const key of FOLLOWED) {
      const value = this.#file.get('origin', key);
      if (value !== undefined) return value;
    }
    return null;
  }

  /** The branch that is followed; null where there is none, or something else. */
  get refspec(): Refspec | null {
    if (this.isContainer) return null;
    return parseRefspec(this.followed ?? '');
  }

  /** Sets it under the key that says whether something is laid over it. */
  set refspec(refspec: Refspec) {
    const wanted = this.isLayered ? 'baserefspec' : 'refspec';
    for (const key of FOLLOWED) if (key !== wanted) this.#file.delete('origin', key);
    this.#file.set('origin', wanted, formatRefspec(refspec));
  }

  get isContainer(): boolean {
    return this.#file.get('origin', 'container-image-reference') !== undefined;
  }

  /** Whether the tree is put together on the machine: packages, overrides or an initramfs of its own. */
  get isLayered(): boolean {
    return (
      LAYERS.some(([group, key]) => this.list(group, key).length > 0) || this.flag('rpmostree', 'regenerate-initramfs')
    );
  }

  /** The commit at which the system is held, whatever the branch has. */
  get overrideCommit(): string | null {
    return this.#file.get('origin', 'override-commit') ?? null;
  }

  set overrideCommit(commit: string | null) {
    if (commit === null) this.#file.delete('origin', 'override-commit');
    else this.#file.set('origin', 'override-commit', commit);
  }

  text(group: string, key: string): string | null {
    return this.#file.get(group, key) ?? null;
  }

  /** Null removes the key, and the group with its last one. */
  setText(group: string, key: string, value: string | null): void {
    if (value !== null) this.#file.set(group, key, value);
    else {
      this.#file.delete(group, key);
      if (this.#file.entries(group).length === 0) this.#file.deleteGroup(group);
    }
  }

  /** Brings what is followed under the key that says whether something is laid over it, after a change of what is. */
  settle(): void {
    const { refspec } = this;
    if (refspec !== null) this.refspec = refspec;
  }

  flag(group: string, key: string): boolean {
    return this.#file.get(group, key) === 'true';
  }

  /** The items of a list, which are separated and ended by semicolons. */
  list(group: string, key: string): readonly string[] {
    return (this.#file.get(group, key) ?? '').split(';').filter((item) => item !== '');
  }

  /** An empty list removes the key. */
  setList(group: string, key: string, items: readonly string[]): void {
    this.setText(group, key, items.length === 0 ? null : items.map((item) => `${item};`).join(''));
  }

  toString(): string {
    return this.#file.toString();
  }
}
