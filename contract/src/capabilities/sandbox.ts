import type { Context } from '../context.ts';
import { capability } from './token.ts';
import type { Root } from './tree.ts';

export interface SandboxCommand {
  readonly root: Root;
  readonly argv: readonly string[];
  /** Inside the root; `/` when absent. */
  readonly cwd?: string;
  /** Added to the sandbox's own small environment. */
  readonly env?: { readonly [name: string]: string };
  readonly stdin?: Uint8Array;
  /** Which capabilities stay: those of a package script, or those an image tool such as dracut needs besides. */
  readonly profile: 'script' | 'tool';
  /** Host paths to show inside. */
  readonly binds?: readonly { readonly source: string; readonly target: string; readonly writable: boolean }[];
  /** What parts of the root may be written; a package script may change /usr and /etc, and /var only where a tmpfs is. */
  readonly writable: 'usr-etc' | 'all';
  /** Puts `systemctl`, `useradd` and other wrappers in place that make sense in an image (see the provider's README). */
  readonly wrappers: boolean;
  /** Prefix of its output, and what errors call it: `nginx.post`. */
  readonly label: string;
  /** Seconds after which it is ended as failed; no limit when absent. */
  readonly timeoutSeconds?: number;
}

export interface SandboxResult {
  readonly code: number;
  /** Name of the signal that ended it. */
  readonly signal: string | null;
  /** Its last lines, standard output and error together, at most 50. */
  readonly tail: readonly string[];
}

/** Runs programs in a root, without network, with its own pid, ipc and uts namespaces. A code other than 0 is the caller's business. */
export interface Sandbox {
  run(command: SandboxCommand, ctx: Context): Promise<SandboxResult>;
}

export const SANDBOX = capability<Sandbox>('sandbox');
