import { storeError } from '../errors.ts';
import { parseRefSpec } from '../repo/refs.ts';

/** A ref of a remote; `collection` null is what the remote itself has. */
export interface RefName {
  readonly collection: string | null;
  readonly ref: string;
}

/** Refuses names that would not be refs here: they come from servers as well. @throws OSTREE_REF_INVALID */
export function checkedRef(ref: string): string {
  const spec = parseRefSpec(ref);
  if (spec && spec.remote === undefined) return ref;
  throw storeError('OSTREE_REF_INVALID', `${JSON.stringify(ref)} is not a name for a ref.`, {
    hint: 'Names are made of letters, digits, ".", "_" and "-", in parts divided by slashes.',
    data: { ref, reason: 'name' },
  });
}

/** The name under which a ref of a remote is kept here. */
export const localName = (
  ref: string,
  { remote, mirror }: { readonly remote?: string; readonly mirror?: boolean },
): string => (remote === undefined || mirror ? ref : `${remote}:${ref}`);
