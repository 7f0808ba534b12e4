import type { Json } from '@ostrata/contract';

/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A parsed document whose every value knows where it stands. YAML and JSON give the same. */
export type Node =
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null; readonly at: Position }
  | { readonly kind: 'list'; readonly items: readonly Node[]; readonly at: Position }
  | { readonly kind: 'map'; readonly entries: readonly MapEntry[]; readonly at: Position };

export interface MapEntry {
  readonly key: string;
  readonly keyAt: Position;
  readonly value: Node;
}

/** Bounds on what one document may hold, aliases expanded. */
export const LIMITS = { bytes: 8 * 1024 * 1024, nodes: 500_000, depth: 64 } as const;

/** A document that cannot be read, with all that is wrong. */
export class DocumentError extends Error {
  readonly code: 'SYNTAX' | 'TOO_LARGE';
  readonly problems: readonly { readonly message: string; readonly at: Position }[];

  constructor(code: 'SYNTAX' | 'TOO_LARGE', problems: readonly { message: string; at: Position }[]) {
    super(problems[0]?.message ?? 'not well-formed');
    this.name = 'DocumentError';
    this.code = code;
    this.problems = problems;
  }
}

/** Counts nodes and depth while a document is built. */
export class Budget {
  #nodes = 0;

  spend(depth: number, at: Position): void {
    this.#nodes++;
    if (this.#nodes > LIMITS.nodes) {
      throw new DocumentError('TOO_LARGE', [{ message: `holds more than ${LIMITS.nodes} values`, at }]);
    }
    if (depth > LIMITS.depth) {
      throw new DocumentError('TOO_LARGE', [{ message: `is nested deeper than ${LIMITS.depth} levels`, at }]);
    }
  }
}

/** The plain value of a node. Keys keep their order. */
export function toValue(node: Node): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toValue);
  return Object.fromEntries(node.entries.map((entry) => [entry.key, toValue(entry.value)]));
}

/** The node at a path of keys and indexes, or the nearest one above it. */
export function nodeAt(root: Node, path: readonly (string | number)[]): Node {
  let node = root;
  for (const step of path) {
    const next =
      node.kind === 'list'
        ? node.items[Number(step)]
        : node.kind === 'map'
          ? node.entries.find((entry) => entry.key === step)?.value
          : undefined;
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

/** The entry of a map node. */
export function entryOf(node: Node, key: string): MapEntry | undefined {
  return node.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** What a value is called in messages. */
export function describe(node: Node): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a map';
  if (node.value === null) return 'nothing';
  switch (typeof node.value) {
    case 'string':
      return 'a string';
    case 'boolean':
      return 'a boolean';
    default:
      return 'a number';
  }
}
