import assert from 'node:assert/strict';
import { Header, Tag } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { headerTable } from '../../../../plugins/repo-rpm/src/database/header-table.ts';

function header(name: string, files: readonly string[]): Header {
  const directories = [...new Set(files.map((path) => path.slice(0, path.lastIndexOf('/') + 1)))];
  const parts = files.map((path) => path.slice(path.lastIndexOf('/') + 1));
  return Header.of([
    { tag: Tag.NAME, value: name },
    { tag: Tag.VERSION, value: '1' },
    { tag: Tag.RELEASE, value: '1' },
    { tag: Tag.ARCH, value: 'noarch' },
    ...(files.length === 0
      ? []
      : [
          { tag: Tag.BASENAMES, value: parts },
          { tag: Tag.DIRNAMES, value: directories },
          {
            tag: Tag.DIRINDEXES,
            value: files.map((path) => directories.indexOf(path.slice(0, path.lastIndexOf('/') + 1))),
          },
        ]),
  ]);
}

describe('a table of headers', () => {
  const table = headerTable([
    header('shell', ['/usr/bin/sh', '/usr/bin/bash', '/etc/profile']),
    header('empty', []),
    header('other', ['/usr/share/other/sh', '/opt/sh', '/usr/bin/wörld', '/']),
    header('twin', ['/etc/profile', '/usr/bin/sh']),
  ]);

  it('knows the files of its packages', () => {
    assert.deepEqual(table.files(2), ['/usr/share/other/sh', '/opt/sh', '/usr/bin/wörld', '/']);
    assert.deepEqual(table.files(1), []);
  });

  it('finds the packages that have paths, in the order of both', () => {
    const paths = ['/usr/bin/sh', '/etc/profile', '/usr/bin', '/usr/bin/none', '/usr/bin/wörld', '/', 'sh'];
    assert.deepEqual(
      [...(table.owners?.(paths) ?? [])],
      [
        [0, 0],
        [0, 1],
        [2, 4],
        [2, 5],
        [3, 0],
        [3, 1],
      ],
    );
  });
});
