import type { PayloadFile } from '../../../plugins/repo-rpm/src/codec/index.ts';

/** Letters of the file types by the upper four bits of the mode. */
const TYPES = '?pc?d?b?-?l?s???';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The mode as `ls` writes it. */
function formatMode(mode: number): string {
  const letters = [...'rwxrwxrwx'].map((letter, i) => (mode & (1 << (8 - i)) ? letter : '-'));
  const special = (bit: number, at: number, letter: string) => {
    if (mode & bit) letters[at] = letters[at] === 'x' ? letter : letter.toUpperCase();
  };
  special(0o4000, 2, 's');
  special(0o2000, 5, 's');
  special(0o1000, 8, 't');
  return (TYPES[mode >> 12] ?? '?') + letters.join('');
}

/** The date as `cpio -tv` writes it in UTC: with the year, or with the time when it was within half a year. */
function formatDate(seconds: number, withTime: boolean): string {
  const date = new Date(seconds * 1000);
  const time = date.toISOString().slice(11, 16);
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()} ${withTime ? time : date.getUTCFullYear()}`;
}

function isDevice(mode: number): boolean {
  return TYPES[mode >> 12] === 'b' || TYPES[mode >> 12] === 'c';
}

/**
 * A line as `rpm2cpio | cpio -tv` prints it in UTC, with single spaces. rpm2cpio writes the archive anew from the package's header: owners are 0
 * and directories have one link.
 */
function formatLine({ file, hasContent }: PayloadFile, withTime: boolean): string {
  const { path, mode, mtime, rdev, link, links } = file;
  const size = link === '' ? (hasContent ? file.size : 0) : Buffer.byteLength(link);
  const bulk = isDevice(mode) ? `${(rdev >> 8) & 0xff}, ${rdev & 0xff}` : String(size);
  const target = link === '' ? '' : ` -> ${link}`;
  const name = path.startsWith('/') ? `.${path}` : `./${path}`;
  return `${formatMode(mode)} ${links?.length ?? 1} 0 0 ${bulk} ${formatDate(mtime, withTime)} ${name}${target}`;
}

const LINE = /^(\S+) +(\d+) +(\S+) +(\S+) +(\d+(?:, *\d+)?) +(\S+) +(\d+) +(\S+) (.*)$/s;

/** The line for a file as it would stand in the oracle's listing, in the form of the date that the oracle's line has. */
export function formatCpioLine(item: PayloadFile, expected: string | undefined): string {
  return formatLine(item, LINE.exec(expected ?? '')?.[8]?.includes(':') ?? false);
}

/** A line of `cpio -tv`, with or without `-n`, with single spaces before the name. */
export function normaliseCpioLine(line: string): string {
  const match = LINE.exec(line);
  if (!match) return line;
  const [, mode, nlink, user, group, bulk, month, day, year, name] = match;
  const id = (owner: string | undefined) => (owner === 'root' ? '0' : owner);
  return `${mode} ${nlink} ${id(user)} ${id(group)} ${bulk?.replace(/, */, ', ')} ${month} ${day} ${year} ${name}`;
}
