/** How often an entry may still be started before others are preferred, and how often that failed. */
export interface Tries {
  readonly left: number;
  readonly failed: number;
}

/**
 * The name of an entry's file: `ostree-GENERATION-RANK[+LEFT[-FAILED]].conf`. A menu is a generation; of two the higher one goes first, and
 * so does the higher rank within one. The counters are those of the Boot Loader Specification ("Boot counting").
 */
export interface EntryName {
  readonly generation: number;
  readonly rank: number;
  readonly tries: Tries | null;
  /** `.new` behind the name hides a file from the boot loader. */
  readonly isDraft: boolean;
}

const FORM = /^ostree-(\d{1,9})-(\d{1,4})(?:\+(\d{1,4})(?:-(\d{1,4}))?)?\.conf(\.new)?$/i;

/** Null for a file of somebody else. */
export function parseEntryName(name: string): EntryName | null {
  const match = FORM.exec(name);
  if (!match) return null;
  const [, generation, rank, left, failed = '0', draft] = match;
  return {
    generation: Number(generation),
    rank: Number(rank),
    tries: left === undefined ? null : { left: Number(left), failed: Number(failed) },
    isDraft: draft !== undefined,
  };
}

export function formatEntryName({ generation, rank, tries, isDraft }: EntryName): string {
  const failed = tries !== null && tries.failed > 0 ? `-${tries.failed}` : '';
  const counters = tries === null ? '' : `+${tries.left}${failed}`;
  return `ostree-${generation}-${rank}${counters}.conf${isDraft ? '.new' : ''}`;
}
