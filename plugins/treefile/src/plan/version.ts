import { treefileError } from '../errors.ts';
import { formatDate } from './date-format.ts';

/**
 * The version after `last` for an `automatic-version-prefix`: the prefix alone when `last` does not continue it, else the number after
 * prefix and separator plus one. `<date:FORMAT>` is replaced by the time, and then counting starts at 0 instead of nothing.
 * (src/libpriv/rpmostree-util.cxx, `util_next_version`.)
 */
export function nextVersion(
  template: string,
  last: string | null,
  options: { readonly separator?: string; readonly seconds: number },
): string {
  const separator = options.separator ?? '.';
  let dated = false;
  const prefix = template.replace(/<date:([^>]*)>/g, (_all, format: string) => {
    dated = true;
    const text = formatDate(format, options.seconds);
    if (text !== null) return text;
    throw treefileError('TREEFILE_VERSION', `automatic-version-prefix has an unknown date format: <date:${format}>.`, {
      hint: 'Use conversions of strftime such as %Y, %m and %d.',
      data: { format },
    });
  });
  const start = dated ? `${prefix}${separator}0` : prefix;
  if (last === null || last === '' || !last.startsWith(prefix)) return start;
  if (last === prefix) return dated ? start : `${prefix}${separator}1`;
  if (last[prefix.length] !== separator) return start;
  const digits = /^[0-9]+/.exec(last.slice(prefix.length + 1))?.[0] ?? '0';
  return `${prefix}${separator}${BigInt(digits) + 1n}`;
}
