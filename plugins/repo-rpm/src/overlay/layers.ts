import type { ReadonlyTree } from '@ostrata/contract';
import { translatePath } from '../import/package-path.ts';
import type { PackageContent } from '../packages.ts';

/** A package that was laid over a tree. */
export interface Layer {
  readonly content: PackageContent;
  /** Colours of its coloured files (rpm, build/rpmfc.c: 1 for 32 bit programs, 2 for 64 bit) by path in the tree. */
  readonly colors: ReadonlyMap<string, number>;
  /** Paths in the tree at which another package's file of a better colour is. */
  readonly lost: Set<string>;
}

const layersOf = new WeakMap<ReadonlyTree, Layer[]>();
const NOTHING: ReadonlySet<string> = new Set();

/** @param omitted paths that it is laid over without. */
export function layerOf(content: PackageContent, omitted: readonly string[]): Layer {
  const colors = new Map<string, number>();
  for (const { path, color } of content.files) if (color !== 0) colors.set(translatePath(path.slice(1)), color);
  for (const path of omitted) colors.delete(path);
  return { content, colors, lost: new Set() };
}

/** Remembers what was laid over a tree, so that the package database can tell which files are another package's. */
export function rememberLayer(tree: ReadonlyTree, layer: Layer): void {
  const layers = layersOf.get(tree);
  if (layers) layers.push(layer);
  else layersOf.set(tree, [layer]);
}

/** The latest layer of a tree that has a coloured file at a path. */
export function colouredLayer(tree: ReadonlyTree, path: string): Layer | undefined {
  return layersOf.get(tree)?.findLast(({ colors }) => colors.has(path));
}

/** Paths of a package, in the tree, at which another package's file is. */
export function lostPaths(tree: ReadonlyTree, commit: string): ReadonlySet<string> {
  return layersOf.get(tree)?.find(({ content }) => content.imported.commit === commit)?.lost ?? NOTHING;
}
