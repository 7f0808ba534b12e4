import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  CompsReader,
  FileListsReader,
  MetadataError,
  OtherReader,
  PrimaryReader,
  UpdateInfoReader,
} from '../../../../plugins/repo-rpm/src/metadata/index.ts';
import { sharedData } from '../../../support/shared.ts';

interface Reader {
  write(chunk: Uint8Array): void;
  end(): unknown;
}

const READERS: { readonly [root: string]: () => Reader } = {
  metadata: () => new PrimaryReader(),
  filelists: () => new FileListsReader(),
  otherdata: () => new OtherReader(),
  updates: () => new UpdateInfoReader(),
  comps: () => new CompsReader(),
};

/** What the reader says, or null when it takes the document. */
function failure(reader: Reader, bytes: Uint8Array, piece = bytes.length): MetadataError | null {
  try {
    for (let at = 0; at < bytes.length; at += piece) reader.write(bytes.subarray(at, at + piece));
    reader.end();
    return null;
  } catch (error) {
    assert.ok(error instanceof MetadataError, String(error));
    return error;
  }
}

const PACKAGE = `<package type="rpm"><name>a</name><arch>noarch</arch><version epoch="0" ver="1" rel="1"/><checksum type="sha256">aa</checksum>
  <size package="1" installed="1"/><location href="a.rpm"/><format><rpm:provides><rpm:entry name="a"/></rpm:provides></format></package>`;

describe('repo-rpm metadata: hostile documents', () => {
  for (const [root, make] of Object.entries(READERS)) {
    it(`${root}: entities that grow are refused before they do`, () => {
      const levels = Array.from({ length: 30 }, (_, n) => `<!ENTITY e${n + 1} "&e${n};&e${n};">`).join('');
      const bomb = `<!DOCTYPE ${root} [<!ENTITY e0 "ha">${levels}]><${root}>&e30;</${root}>`;
      assert.equal(failure(make(), Buffer.from(bomb))?.code, 'METADATA_XML_REFUSED');
      const outside = `<!DOCTYPE ${root} [<!ENTITY x SYSTEM "file:///etc/passwd">]><${root}>&x;</${root}>`;
      assert.equal(failure(make(), Buffer.from(outside))?.code, 'METADATA_XML_REFUSED');
    });

    it(`${root}: nesting has a bound`, () => {
      const deep = Buffer.from(`<${root}>${'<a>'.repeat(1_000_000)}`);
      assert.equal(failure(make(), deep, 65536)?.code, 'METADATA_TOO_LARGE');
    });
  }

  it('a tag without end has a bound, also when it arrives byte by byte', () => {
    const tag = Buffer.from(`<metadata x="${'y'.repeat(6_000_000)}`);
    assert.equal(failure(new PrimaryReader(), tag, 65536)?.code, 'METADATA_TOO_LARGE');
    // Quadratic work would take minutes here.
    const started = process.cpuUsage();
    const short = Buffer.from(`<metadata x="${'y'.repeat(500_000)}"><package/></metadata>`);
    assert.equal(failure(new PrimaryReader(), short, 1)?.code, 'METADATA_INVALID');
    assert.ok(process.cpuUsage(started).user < 20_000_000);
  });

  it('wrong counts allocate nothing and change nothing', () => {
    for (const count of ['999999999999999999', '-1', 'many', '0']) {
      const reader = new PrimaryReader();
      reader.write(Buffer.from(`<metadata packages="${count}">${PACKAGE}</metadata>`));
      assert.equal(reader.end().count, 1);
    }
  });

  it('absurd numbers are refused', () => {
    const changes: readonly (readonly [string, string])[] = [
      ['package="1"', 'package="99999999999999999999"'],
      ['installed="1"', 'installed="1e9"'],
      ['installed="1"', 'installed="0x10"'],
      ['epoch="0"', 'epoch="4294967296"'],
      ['epoch="0"', 'epoch=" 1"'],
    ];
    for (const [from, to] of changes) {
      const document = `<metadata>\n${PACKAGE.replace(from, to)}</metadata>`;
      const error = failure(new PrimaryReader(), Buffer.from(document));
      assert.equal(error?.code, 'METADATA_INVALID', to);
      assert.ok(error.line! >= 2, to);
    }
  });

  it('very many dependencies of one package take their room once', () => {
    const entries = '<rpm:entry name="x" flags="GE" epoch="0" ver="1"/>'.repeat(200_000);
    const document = `<metadata>${PACKAGE.replace('<rpm:entry name="a"/>', entries)}</metadata>`;
    const reader = new PrimaryReader();
    reader.write(Buffer.from(document));
    const { columns } = reader.end();
    assert.equal(columns.lists.length, 200_000);
    assert.equal(columns.dependencies.names.length, 1);
  });
});

describe('repo-rpm metadata: real metadata, broken (needs ../shared)', () => {
  const FILES = {
    primary: ['rpmmd/obs_virtualbox_11_1/repodata/primary.xml.gz', 'metadata'],
    updateinfo: ['rpmmd/opensuse-11.x-delta/repodata/updateinfo.xml.gz', 'updates'],
    other: ['rpmmd/libzypp-yum/10.2-updates-subset/repodata/other.xml.gz', 'otherdata'],
    filelists: ['rpmmd/libzypp-yum/10.2-updates-subset/repodata/filelists.xml.gz', 'filelists'],
  } as const;
  for (const [name, [file, root]] of Object.entries(FILES)) {
    it(`${name}: at every 1,000th byte, a cut, a lost byte, a stray tag and bytes that are no text`, function () {
      const path = sharedData(...file.split('/'));
      if (path === undefined) return this.skip();
      this.timeout(30_000);
      const whole = gunzipSync(readFileSync(path));
      const make = READERS[root]!;
      assert.equal(failure(make(), whole), null);
      const lines = (end: number): number => whole.subarray(0, end).toString('latin1').split('\n').length;
      for (let at = 1000; at < Math.min(whole.length - 20, 100_000); at += 1000) {
        const cut = failure(make(), whole.subarray(0, at), 65536);
        assert.ok(cut !== null && cut.line! <= lines(at) + 1, `cut at ${at}`);
        const stray = failure(make(), Buffer.concat([whole.subarray(0, at), Buffer.from('<'), whole.subarray(at)]));
        const before = whole.subarray(0, at);
        const inComment = before.lastIndexOf('<!--') > before.lastIndexOf('-->');
        assert.equal(stray === null, inComment, `"<" at ${at}`);
        const binary = Buffer.from(whole);
        binary[at] = 0xff;
        assert.equal(failure(make(), binary)?.code, 'METADATA_ENCODING', `binary at ${at}`);
        // A byte of plain text may be missed.
        failure(make(), Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)]));
      }
    });
  }
});
