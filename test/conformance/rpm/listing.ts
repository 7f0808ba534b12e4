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

function formatDate(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()} ${date.getUTCFullYear()}`;
}

function isDevice(mode: number): boolean {
  return TYPES[mode >> 12] === 'b' || TYPES[mode >> 12] === 'c';
}

/**
 * A line as `rpm2cpio | cpio -tv` prints it in UTC, with single spaces, for a file whose date is more than half a year ago. rpm2cpio writes the
 * archive anew from the package's header: owners are 0 and directories have one link.
 */
export function formatCpioLine({ file, hasContent }: PayloadFile): string {
  const { path, mode, mtime, rdev, link, links } = file;
  const size = link === '' ? (hasContent ? file.size : 0) : Buffer.byteLength(link);
  const bulk = isDevice(mode) ? `${(rdev >> 8) & 0xff}, ${rdev & 0xff}` : String(size);
  const target = link === '' ? '' : ` -> ${link}`;
  const name = path.startsWith('/') ? `.${path}` : `./${path}`;
  return `${formatMode(mode)} ${links?.length ?? 1} 0 0 ${bulk} ${formatDate(mtime)} ${name}${target}`;
}

/** A line of `cpio -tv` with single spaces before the name. */
export function normaliseCpioLine(line: string): string {
  const match = /^(\S+) +(\d+) +(\d+) +(\d+) +(\d+(?:, *\d+)?) +(\S+) +(\d+) +(\S+) (.*)$/.exec(line);
  if (!match) return line;
  const [, mode, nlink, uid, gid, bulk, month, day, year, name] = match;
  return `${mode} ${nlink} ${uid} ${gid} ${bulk?.replace(/, */, ', ')} ${month} ${day} ${year} ${name}`;
}
