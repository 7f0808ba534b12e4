import type { Json, Metadata, Variant } from '@ostrata/contract';
import { treefileError } from '../errors.ts';
import type { Treefile } from '../model/treefile.ts';

/** Keys that the commit stage or other plugins write; a treefile cannot set them. */
const RESERVED = new Set(['rpmostree.inputhash', 'rpmostree.rpmdb.pkglist', 'ostree.bootable', 'ostree.linux']);

/**
 * The type that a JSON value has in commit metadata. rpm-ostree leaves it to json-glib (`json_gvariant_deserialize` without types):
 * strings `s`, booleans `b`, whole numbers `x`, others `d`, lists `av`, maps `a{sv}`, null `mv`.
 */
export function variantOf(value: Json): Variant {
  if (value === null) return { type: 'mv', value: null };
  if (typeof value === 'string') return { type: 's', value };
  if (typeof value === 'boolean') return { type: 'b', value };
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'x' : 'd', value };
  if (Array.isArray(value)) return { type: 'av', value: value.map((item) => asJson(variantOf(item))) };
  const entries = Object.entries(value).map(([key, item]) => [key, asJson(variantOf(item))]);
  return { type: 'a{sv}', value: entries };
}

/** What a treefile puts on every commit. The version is left out: it is decided with the Plan. */
export function commitMetadata(treefile: Treefile): Metadata {
  const metadata: { [key: string]: Variant } = {};
  for (const [key, value] of Object.entries(treefile['add-commit-metadata'] ?? {})) {
    if (RESERVED.has(key)) {
      throw treefileError('TREEFILE_METADATA', `add-commit-metadata cannot set ${key}.`, {
        hint: 'This key says how the commit was made; remove it from the treefile.',
        data: { key },
      });
    }
    if (key !== 'version') metadata[key] = variantOf(value);
  }
  const strings = (key: string, value: readonly string[] | undefined): void => {
    if (value !== undefined && value.length > 0) metadata[key] = { type: 'as', value };
  };
  strings('ostree.container-cmd', treefile['container-cmd']);
  strings('rpmostree.initramfs-args', treefile['initramfs-args']);
  return metadata;
}

function asJson(variant: Variant): Json {
  return { type: variant.type, value: variant.value };
}
