/** What a case wants: which packages come, which go, and whether there are problems. Packages are `NEVRA@REPOSITORY`. */
export interface Expectation {
  readonly coming: ReadonlySet<string>;
  readonly leaving: ReadonlySet<string>;
  readonly problems: boolean;
}

/** Reads `result` lines. Everything about a problem but that there is one is libsolv's own. */
export function readExpectation(lines: readonly string[]): Expectation {
  const coming = new Set<string>();
  const leaving = new Set<string>();
  let problems = false;
  for (const line of lines) {
    const [what, first, second] = line.trim().split(' ') as [string, string, string | undefined];
    if (what === 'problem' || what === 'proof') problems = true;
    else if (what === 'install') coming.add(first);
    else if (what === 'erase') leaving.add(first);
    else if (/^(upgrade|downgrade|change|archchange|vendorchange|reinstall)$/.test(what)) {
      leaving.add(first);
      coming.add(second!);
    }
  }
  return { coming, leaving, problems };
}

/** In one line how two sets differ, null when they do not. */
export function difference(what: string, expected: ReadonlySet<string>, found: ReadonlySet<string>): string | null {
  const missing = [...expected].filter((entry) => !found.has(entry));
  const extra = [...found].filter((entry) => !expected.has(entry));
  if (missing.length + extra.length === 0) return null;
  const parts = [];
  if (missing.length > 0) parts.push(`does not ${what} ${missing.slice(0, 5).join(', ')}`);
  if (extra.length > 0) parts.push(`${what}s ${extra.slice(0, 5).join(', ')}`);
  return parts.join(' but ');
}
