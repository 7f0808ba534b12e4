/** A branch that a system follows. */
export interface Refspec {
  /** Null for a ref of the system's own repository. */
  readonly remote: string | null;
  readonly ref: string;
}

/** `REMOTE:REF` or `REF`; null for what is neither. */
export function parseRefspec(text: string): Refspec | null {
  const match = /^(?:([\w.-]+):)?([\w][\w./+-]*)$/.exec(text);
  return match ? { remote: match[1] ?? null, ref: match[2]! } : null;
}

export const formatRefspec = ({ remote, ref }: Refspec): string => (remote === null ? ref : `${remote}:${ref}`);
