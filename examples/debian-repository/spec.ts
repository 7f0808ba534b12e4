import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Control, rpmDependencies, rpmVersion } from './control.ts';
import { SCRIPTS } from './package-sets.ts';

const ARCHITECTURES: { readonly [debian: string]: string } = { amd64: 'x86_64', arm64: 'aarch64', all: 'noarch' };

/** Directories that base-files owns; other packages only use them. */
const SHARED_DIRECTORIES = new Set(['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/lib64', '/usr/share']);

export function rpmArch(control: Control): string {
  return ARCHITECTURES[control['Architecture'] ?? ''] ?? 'noarch';
}

/** An RPM spec that packs the files of `root` with the names and dependencies of a Debian package. */
export function rpmSpec(
  control: Control,
  root: string,
  known: ReadonlySet<string>,
  conffiles: ReadonlySet<string>,
): string {
  const name = control['Package'] ?? '';
  const { epoch, version, release } = rpmVersion(control['Version'] ?? '0');
  const [summary = name, ...description] = (control['Description'] ?? name).split('\n');
  const escaped = (text: string) => text.replaceAll('%', '%%');
  const conflicts = [...rpmDependencies(control['Conflicts']), ...rpmDependencies(control['Breaks'])];
  const lines = [
    `Name: ${name}`,
    `Version: ${version}`,
    `Release: ${release}`,
    ...(epoch === '' ? [] : [`Epoch: ${epoch}`]),
    `Summary: ${escaped(summary)}`,
    'License: see /usr/share/doc',
    'AutoReqProv: no',
    ...(rpmArch(control) === 'noarch' ? ['BuildArch: noarch'] : []),
    ...rpmDependencies(control['Pre-Depends']).map((dep) => `Requires(pre): ${dep}`),
    ...rpmDependencies(control['Depends']).map((dep) => `Requires: ${dep}`),
    ...rpmDependencies(control['Recommends']).map((dep) => `Recommends: ${dep}`),
    ...rpmDependencies(control['Provides'])
      .filter(isPlain)
      .map((dep) => `Provides: ${dep}`),
    // A versioned conflict with a name that is only provided would match in RPM and does not in Debian.
    ...conflicts
      .filter((dep) => isPlain(dep) && (!dep.includes(' ') || known.has(dep.split(' ')[0] as string)))
      .map((dep) => `Conflicts: ${dep}`),
    ...(name === 'bash' || name === 'dash' ? ['Provides: /bin/sh'] : []),
    '%description',
    ...description.map(escaped),
    SCRIPTS[name] ?? '',
    '%files',
    ...fileLines(root, name, conffiles),
  ];
  return `${lines.join('\n')}\n`;
}

function isPlain(dependency: string): boolean {
  return !dependency.startsWith('(');
}

function fileLines(root: string, name: string, conffiles: ReadonlySet<string>): string[] {
  const lines: string[] = [];
  const visit = (directory: string) => {
    for (const entry of readdirSync(join(root, directory)).sort()) {
      const path = `${directory}/${entry}`;
      const stat = lstatSync(join(root, path));
      const quoted = `"${path.replaceAll('%', '%%').replaceAll('"', '\\"')}"`;
      const attributes = `%attr(${(stat.mode & 0o7777).toString(8).padStart(4, '0')},root,root)`;
      if (stat.isDirectory()) {
        const shared = path.lastIndexOf('/') === 0 || SHARED_DIRECTORIES.has(path);
        if (!shared || name === 'base-files') lines.push(`%dir ${attributes} ${quoted}`);
        visit(path);
      } else {
        const flags = conffiles.has(path)
          ? '%config(noreplace) '
          : /^\/usr\/share\/(doc|man)\//.test(path)
            ? '%doc '
            : '';
        lines.push(`${flags}${stat.isSymbolicLink() ? '' : `${attributes} `}${quoted}`);
      }
    }
  };
  visit('');
  return lines.length > 0 ? lines : ['%dir /usr'];
}
