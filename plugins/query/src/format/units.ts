/** Bytes in at most four characters and a unit, as dnf prints sizes (dnf, cli/format.py): `1.7 M`, `94 k`. */
export function sizeText(bytes: number): string {
  const units = [' ', 'k', 'M', 'G', 'T', 'P'];
  let number = bytes;
  let unit = 0;
  while (number > 999 && unit < units.length - 1) {
    number /= 1024;
    unit++;
  }
  const digits = unit > 0 && number < 9.95 ? number.toFixed(1) : number.toFixed(0);
  return `${digits} ${units[unit]}`;
}

/** Minutes in UTC; '' for no time. */
export function timeText(seconds: number): string {
  return seconds > 0 ? new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ') : '';
}
