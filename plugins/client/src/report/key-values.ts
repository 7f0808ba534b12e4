/** Width of the widest key that rpm-ostree's status has (`InactiveRemoteOverrides`). */
const WIDTH = 23;

/** Lines `key: value` with the keys to the right, in rpm-ostree's columns; more values of a key come below the first. */
export function keyValues(rows: readonly (readonly [key: string, value: string | readonly string[]])[]): string {
  return rows
    .flatMap(([key, value]) =>
      (typeof value === 'string' ? [value] : value).map((line, index) =>
        index === 0 ? `  ${key.padStart(WIDTH)}: ${line}\n` : `  ${' '.repeat(WIDTH)}  ${line}\n`,
      ),
    )
    .join('');
}
