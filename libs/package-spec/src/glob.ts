/** Whether a name has characters of a shell pattern. */
export function isGlob(text: string): boolean {
  return /[*?[]/.test(text);
}

/** A shell pattern (`*`, `?`, `[a-z]`, `[!a]`) as a regular expression for whole names. */
export function globToRegExp(glob: string): RegExp {
  let source = '';
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i]!;
    if (c === '*') source += '.*';
    else if (c === '?') source += '.';
    else if (c === '[') {
      const end = glob.indexOf(']', i + 2);
      if (end < 0) source += '\\[';
      else {
        const inner = glob.slice(i + 1, end).replace(/[\\\]^]/g, '\\$&');
        source += `[${inner.startsWith('!') ? `^${inner.slice(1)}` : inner}]`;
        i = end;
      }
    } else source += c.replace(/[.+^${}()|\]\\]/g, '\\$&');
  }
  return new RegExp(`^${source}$`, 'su');
}

/** A test for a name or shell pattern. */
export function nameMatcher(pattern: string): (name: string) => boolean {
  if (!isGlob(pattern)) return (name) => name === pattern;
  const expression = globToRegExp(pattern);
  return (name) => expression.test(name);
}
