import type { BootMenuEntry } from '@ostrata/contract';
import { syslinuxError } from './errors.ts';

/** Paths that kernels of deployments are under: by them our choices are told from others. */
const OURS = /^\/(?:boot\/)?ostree\//;
/** What titles of deployments have, and no others. */
const OUR_TITLE = /\(ostree/;

/** A choice of a menu: the line `LABEL name` with the indented lines that follow it. */
interface Choice {
  readonly lines: readonly string[];
  readonly kernel: string;
}

/**
 * A configuration in which our choices are those of a menu; everything else stays as it is. The default is ours unless it was somebody
 * else's (syslinux.cfg, wiki.syslinux.org/wiki/index.php?title=Config).
 */
export function replaceChoices(text: string, entries: readonly BootMenuEntry[], path: string): string {
  const lines = text === '' ? [] : text.replace(/\n+$/, '').split('\n');
  const kept: string[] = [];
  let isOurDefault = true;
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    if (line.startsWith('LABEL ')) {
      const choice = readChoice(lines, at, path);
      if (!OURS.test(choice.kernel)) kept.push(...choice.lines);
      at += choice.lines.length;
      continue;
    }
    if (!line.startsWith('DEFAULT ')) kept.push(line);
    else if (!OUR_TITLE.test(line)) {
      isOurDefault = false;
      kept.push(line);
    }
    at += 1;
  }
  const [first] = entries;
  if (isOurDefault && first) kept.push(`DEFAULT ${first.title}`);
  return [...kept, ...entries.flatMap(format)].map((line) => `${line}\n`).join('');
}

/** The kernel command lines of our choices, in order. */
export function commandLines(text: string, path: string): string[] {
  const lines = text.split('\n');
  const found: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    if (!lines[at]!.startsWith('LABEL ')) continue;
    const choice = readChoice(lines, at, path);
    const append = choice.lines.find((line) => line.startsWith('\tAPPEND '));
    if (OURS.test(choice.kernel)) found.push(append?.slice('\tAPPEND '.length) ?? '');
  }
  return found;
}

function readChoice(lines: readonly string[], at: number, path: string): Choice {
  let end = at + 1;
  while (end < lines.length && lines[end]!.startsWith('\t')) end += 1;
  const own = lines.slice(at, end);
  const kernel = own.find((line) => line.startsWith('\tKERNEL '))?.slice('\tKERNEL '.length);
  if (kernel !== undefined) return { lines: own, kernel };
  throw syslinuxError(`No KERNEL argument found after LABEL in line ${at + 1} of ${path}.`, {
    hint: 'Give that choice a line with a tab, KERNEL and a path.',
    data: { path, line: at + 1 },
  });
}

function format(entry: BootMenuEntry): string[] {
  const [initrd, ...overlays] = entry.initrds;
  const lines = [`LABEL ${entry.title}`, `\tKERNEL /boot${entry.linux}`];
  if (initrd !== undefined) lines.push(`\tINITRD ${[initrd, ...overlays].map((path) => `/boot${path}`).join(',')}`);
  if (entry.deviceTree !== null) lines.push(`\tDEVICETREE /boot${entry.deviceTree}`);
  if (entry.deviceTreeDirectory !== null) lines.push(`\tFDTDIR /boot${entry.deviceTreeDirectory}`);
  return [...lines, `\tAPPEND ${entry.options}`];
}
