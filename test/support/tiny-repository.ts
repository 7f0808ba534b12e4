import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { tool } from './tools.ts';

/** Programs that {@link tinyRepository} needs. */
export const TINY_REPOSITORY_NEEDS = ['rpmbuild', 'createrepo_c'];

export interface TinyPackage {
  readonly name: string;
  readonly version?: string;
  /** Further lines of the spec's preamble: `Requires: x`. */
  readonly preamble?: readonly string[];
  /** Contents by absolute path. */
  readonly files?: { readonly [path: string]: string };
  /** Further sections: `%post …`. */
  readonly sections?: string;
  /** Lines of `%files` in place of the paths: `%attr(0640,root,group) /path`. */
  readonly attributes?: readonly string[];
}

/** Builds packages with rpmbuild and makes a repository of them. Returns the RPM files by package name. */
export function tinyRepository(directory: string, packages: readonly TinyPackage[]): Map<string, string> {
  mkdirSync(directory, { recursive: true });
  const built = new Map<string, string>();
  const work = mkdtempSync(join(tmpdir(), 'ostrata-rpmbuild-'));
  try {
    for (const { name, version = '1.0', preamble = [], files = {}, sections = '', attributes } of packages) {
      const root = join(work, `root-${name}`);
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), content);
      }
      mkdirSync(root, { recursive: true });
      const spec = join(work, `${name}.spec`);
      writeFileSync(
        spec,
        [
          `Name: ${name}`,
          `Version: ${version}`,
          'Release: 1',
          'Summary: made for a test',
          'License: MIT',
          'BuildArch: noarch',
          'AutoReqProv: no',
          ...preamble,
          '%description',
          'Made for a test.',
          sections,
          '%files',
          ...(attributes ?? Object.keys(files)),
        ].join('\n'),
      );
      const defines = {
        _topdir: work,
        _rpmdir: directory,
        _build_name_fmt: '%%{NAME}-%%{VERSION}.rpm',
        _binary_payload: 'w6.gzdio',
        __os_install_post: '%{nil}',
      };
      const options = Object.entries(defines).flatMap(([key, value]) => ['--define', `${key} ${value}`]);
      tool(['rpmbuild', '-bb', '--quiet', '--noclean', '--buildroot', root, ...options, spec]);
      built.set(name, join(directory, `${name}-${version}.rpm`));
    }
    tool(['createrepo_c', '-q', directory]);
    return built;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
