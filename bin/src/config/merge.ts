/** One value of the merged configuration with the file it came from. */
export interface Provenance {
  /** Keys from the root, joined by dots. */
  readonly path: string;
  readonly value: unknown;
  readonly file: string;
}

/** A file's contents as plain data. */
export interface Layer {
  readonly file: string;
  readonly data: { readonly [key: string]: unknown };
}

/**
 * Merges configuration layers, later ones winning: maps merge key by key, everything else replaces. Says for every leaf which
 * layer it came from.
 */
export function mergeLayers(layers: readonly Layer[]): { value: Record<string, unknown>; provenance: Provenance[] } {
  const value: Record<string, unknown> = {};
  const origins = new Map<string, Provenance>();
  for (const layer of layers) mergeInto(value, layer.data, layer.file, [], origins);
  return { value, provenance: [...origins.values()] };
}

function mergeInto(
  target: Record<string, unknown>,
  source: { readonly [key: string]: unknown },
  file: string,
  path: readonly string[],
  origins: Map<string, Provenance>,
): void {
  for (const [key, incoming] of Object.entries(source)) {
    const here = [...path, key];
    const name = here.join('.');
    if (isMap(incoming)) {
      if (!isMap(target[key])) {
        origins.delete(name);
        target[key] = {};
      }
      mergeInto(target[key] as Record<string, unknown>, incoming, file, here, origins);
    } else {
      for (const known of origins.keys()) if (known.startsWith(`${name}.`)) origins.delete(known);
      target[key] = incoming;
      origins.set(name, { path: name, value: incoming, file });
    }
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
