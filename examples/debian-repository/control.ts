/** Fields of a Debian binary package's control file (deb-control(5)) by name. */
export type Control = { readonly [field: string]: string };

/** Parses one stanza; continuation lines are joined with line breaks. */
export function parseControl(text: string): Control {
  const fields: Record<string, string> = {};
  let current = '';
  for (const line of text.split('\n')) {
    if (/^[ \t]/.test(line)) fields[current] += `\n${line.trim()}`;
    else if (line.includes(':')) {
      current = line.slice(0, line.indexOf(':'));
      fields[current] = line.slice(line.indexOf(':') + 1).trim();
    }
  }
  return fields;
}

export interface RpmVersion {
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
}

/** `[epoch:]upstream[-revision]` of deb-version(7) in RPM's terms: rpm's `^` sorts as dpkg's inner `-` does. */
export function rpmVersion(text: string): RpmVersion {
  const colon = text.indexOf(':');
  const epoch = colon < 0 ? '' : text.slice(0, colon);
  const rest = text.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  const clean = (part: string) => part.replaceAll('-', '^').replace(/[^A-Za-z0-9._+~^]/g, '_');
  return dash < 0
    ? { epoch, version: clean(rest), release: '0' }
    : { epoch, version: clean(rest.slice(0, dash)), release: clean(rest.slice(dash + 1)) };
}

const COMPARISONS: { readonly [debian: string]: string } = { '<<': '<', '<=': '<=', '=': '=', '>=': '>=', '>>': '>' };

/** A relationship field (deb-control(5)) as RPM dependencies; alternatives become rich dependencies. */
export function rpmDependencies(field: string | undefined): string[] {
  return (field ?? '')
    .split(',')
    .map((clause) => clause.split('|').flatMap((term) => rpmDependency(term) ?? []))
    .filter((terms) => terms.length > 0)
    .map((terms) => (terms.length === 1 ? (terms[0] as string) : `(${terms.join(' or ')})`));
}

function rpmDependency(term: string): string | undefined {
  const match = /^\s*([a-z0-9.+-]+)(?::\w+)?\s*(?:\(\s*(<<|<=|=|>=|>>)\s*([^)]+?)\s*\))?\s*$/.exec(term);
  if (match === null) return undefined;
  const [, name, comparison, wanted] = match;
  if (comparison === undefined || wanted === undefined) return name;
  const { epoch, version, release } = rpmVersion(wanted);
  return `${name} ${COMPARISONS[comparison]} ${epoch === '' ? '' : `${epoch}:`}${version}-${release}`;
}
