import type { CommitMeta, EntryMeta, ObjectStore } from '@ostrata/core';

/** Owned by root, without attributes; the mode is given each time. */
export const META: Omit<EntryMeta, 'mode'> = { uid: 0, gid: 0, xattrs: [] };

export function commitMeta(changes: Partial<CommitMeta> = {}): CommitMeta {
  return {
    ref: null,
    parent: null,
    subject: 'sample',
    body: 'text',
    timestamp: 1_600_000_000,
    metadata: {},
    ...changes,
  };
}

/** Writes the tree that suites look at. */
export function addTree(store: ObjectStore, changes: Partial<CommitMeta> = {}): string {
  const writer = store.newTree();
  const directory = (path: string, mode = 0o755) => writer.directory(path, { ...META, mode: 0o040000 | mode });
  const file = (path: string, mode: number, content: string) =>
    writer.file(path, { ...META, mode: 0o100000 | mode }, Buffer.from(content));
  directory('');
  directory('usr');
  directory('usr/bin', 0o750);
  directory('usr/share');
  file('usr/bin/tool', 0o755, '#!tool\n');
  writer.symlink('usr/bin/link', { ...META, mode: 0o120777 }, 'tool');
  file('usr/share/empty', 0o644, '');
  file('usr/share/text', 0o640, 'text\n');
  return writer.commit(commitMeta(changes));
}
