interface Substitution {
  readonly from: string;
  readonly to: string;
}

/** Paths that are labelled as if they were others: `file_contexts.subs` of the administrator and `.subs_dist` of the policy. */
export class Substitutions {
  readonly #own: readonly Substitution[];
  readonly #distributed: readonly Substitution[];

  private constructor(own: readonly Substitution[], distributed: readonly Substitution[]) {
    this.#own = own;
    this.#distributed = distributed;
  }

  static parse(own: string | undefined, distributed: string | undefined): Substitutions {
    return new Substitutions(parseLines(own), parseLines(distributed));
  }

  /** At most one of each file is made, the administrator's first. */
  apply(path: string): string {
    return substitute(this.#distributed, substitute(this.#own, path));
  }
}

function substitute(list: readonly Substitution[], path: string): string {
  for (const { from, to } of list) {
    if (path !== from && !path.startsWith(`${from}/`)) continue;
    const rest = path.slice(from.length);
    return to === '/' && rest.startsWith('/') ? rest : to + rest;
  }
  return path;
}

/** The last line comes first. */
function parseLines(text = ''): Substitution[] {
  return Buffer.from(text)
    .toString('latin1')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/))
    .filter((words) => words.length >= 2)
    .map(([from, to]) => ({ from: from!, to: to! }))
    .reverse();
}
