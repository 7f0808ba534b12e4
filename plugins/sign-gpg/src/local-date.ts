const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Seconds since the epoch as the C locale writes them, in local time: `%a %b %e %H:%M:%S %Y`; GLib pads the day with a figure space (U+2007). */
export function localDate(seconds: number): string {
  const date = new Date(seconds * 1000);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => `${part}`.padStart(2, '0'));
  const day = `${date.getDate()}`.padStart(2, '\u2007');
  return `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${day} ${time.join(':')} ${date.getFullYear()}`;
}
