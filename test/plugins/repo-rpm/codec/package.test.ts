import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  dependencies,
  dependencyPurposes,
  fileList,
  formatDependency,
  formatFileFlags,
  formatNevra,
  isSource,
  nevraOf,
  readPackage,
  readPayload,
  scripts,
  Tag,
  TagType,
  triggers,
  verifyPackage,
} from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { buildPackage } from '../support/rpm-builder.ts';
import { codeOf, fixture, fixturePackage } from './fixtures.ts';

/** Uses everything of a package that can be used. */
function exhaust(bytes: Buffer): void {
  const pkg = readPackage(bytes);
  nevraOf(pkg.metadata);
  fileList(pkg.metadata);
  scripts(pkg.metadata);
  triggers(pkg.metadata);
  dependencies(pkg.metadata, 'requires').map(dependencyPurposes);
  verifyPackage(pkg, bytes, new Map());
  for (const { content } of readPayload(pkg, bytes.subarray(pkg.extents.payload.offset)))
    for (const piece of content) void piece;
}

describe('readPackage', () => {
  it('reads the header alone by ranges', () => {
    const bytes = fixture('basic-v6-zstd.rpm');
    let read = 0;
    const pkg = readPackage({
      size: bytes.length,
      read: (position, length) => {
        read = Math.max(read, position + length);
        return bytes.subarray(position, position + length);
      },
    });
    assert.equal(read, pkg.extents.payload.offset);
    assert.equal(pkg.extents.payload.offset + pkg.extents.payload.length, bytes.length);
    assert.equal(formatNevra(nevraOf(pkg.metadata)), 'rpm-basic-1:2.3.4-5.el9.noarch');
  });

  it('tells the generations of the format', () => {
    assert.equal(fixturePackage('basic-v4.rpm').pkg.format, 4);
    assert.equal(fixturePackage('basic-v6-xz.rpm').pkg.format, 6);
    assert.equal(readPackage(buildPackage({ name: 'old' })).format, 3);
  });

  it('merges the signature header as rpm keeps it', () => {
    const { metadata } = fixturePackage('basic-v4.rpm').pkg;
    assert.equal(metadata.bytes(Tag.SIGMD5)?.length, 16);
    assert.equal(metadata.string(Tag.SHA256HEADER)?.length, 64);
    assert.ok((metadata.number(Tag.SIGSIZE) ?? 0) > 0);
    assert.equal(fixturePackage('basic-v6-xz.rpm').pkg.metadata.has(Tag.SIGSIZE), false);
  });

  it('reads source packages', () => {
    const { metadata } = fixturePackage('i18n.src.rpm').pkg;
    assert.equal(isSource(metadata), true);
    assert.equal(nevraOf(metadata).arch, 'src');
    assert.equal(metadata.strings(Tag.SUMMARY)[2], 'RPM国際化機能のテスト');
  });

  it('says what is not a package, and what is a delta', () => {
    assert.equal(
      codeOf(() => readPackage(Buffer.from('<html>not found</html>'))),
      'RPM_NOT_A_PACKAGE',
    );
    assert.equal(
      codeOf(() => readPackage(Buffer.alloc(0))),
      'RPM_NOT_A_PACKAGE',
    );
    assert.equal(
      codeOf(() => readPackage(Buffer.from('drpmDLT3'.padEnd(200, 'x')))),
      'RPM_DELTA_UNSUPPORTED',
    );
    assert.equal(
      codeOf(() => readPackage(fixture('basic-v4.rpm').subarray(0, 90))),
      'RPM_TRUNCATED',
    );
  });

  it('refuses a header bomb before it takes memory for it', () => {
    const bytes = Buffer.from(fixture('basic-v4.rpm'));
    const { header } = readPackage(bytes).extents;
    bytes.writeUInt32BE(0x0fffffff, header.offset + 12);
    const before = process.memoryUsage().rss;
    assert.equal(
      codeOf(() => readPackage(bytes)),
      'RPM_TRUNCATED',
    );
    bytes.writeUInt32BE(0xffffffff, header.offset + 12);
    assert.equal(
      codeOf(() => readPackage(bytes)),
      'RPM_HEADER_TOO_LARGE',
    );
    assert.ok(process.memoryUsage().rss - before < 100_000_000);
  });

  it('refuses dribbles in a package file', () => {
    const { bytes, pkg } = fixturePackage('basic-v4.rpm');
    const { offset, length } = pkg.extents.header;
    const grown = pkg.header.with([{ tag: Tag.VENDOR, value: 'slipped in' }]).toBlob();
    const forged = Buffer.concat([bytes.subarray(0, offset + 8), grown, bytes.subarray(offset + length)]);
    assert.equal(
      codeOf(() => readPackage(forged)),
      'RPM_HEADER_INVALID',
    );
  });

  for (const name of ['basic-v4.rpm', 'basic-v6-gzip.rpm', 'signed-v6.rpm', 'scriptlets.rpm', 'hardlinks.rpm']) {
    it(`never fails without a code on ${name} cut at every 97th byte`, () => {
      const bytes = fixture(name);
      for (let length = 0; length < bytes.length; length += 97) {
        assert.notEqual(
          codeOf(() => exhaust(bytes.subarray(0, length))),
          'none',
          `at ${length}`,
        );
      }
    });
  }

  it('never fails without a code on a damaged package', () => {
    const bytes = fixture('basic-v6-gzip.rpm');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        (changes) => {
          const damaged = Buffer.from(bytes);
          for (const [at, byte] of changes) damaged[at] = byte;
          codeOf(() => exhaust(damaged));
        },
      ),
      { numRuns: 150, seed: 17 },
    );
  });
});

describe('what a header describes', () => {
  it('files: paths, types, owners, flags, links and capabilities', () => {
    const { files, digestAlgorithm } = fileList(fixturePackage('file-attrs.rpm').pkg.metadata);
    const by = (name: string) => files.find(({ path }) => path === `/opt/rpm-file-attrs/${name}`);
    assert.equal(files.length, 26);
    assert.equal(digestAlgorithm, 'sha256');
    assert.equal(by('dir')?.mode, 0o40755);
    assert.deepEqual([by('different-owner-and-group')?.user, by('different-owner-and-group')?.group], ['jane', 'bob']);
    assert.equal(by('symlink_dir/dir')?.link, '../dir');
    assert.equal(by('with_caps')?.caps, 'cap_sys_ptrace,cap_sys_admin=ep');
    const flags = ['config', 'config_noreplace', 'doc', 'ghost', 'license', 'missingok', 'readme', 'artifact'];
    assert.deepEqual(
      flags.map((name) => formatFileFlags(by(name)?.flags ?? 0)),
      ['c', 'cn', 'd', 'g', 'l', 'm', 'r', 'a'],
    );
    assert.match(by('normal')?.digest ?? '', /^[0-9a-f]{64}$/);
    assert.ok(by('normal')?.mtime);
  });

  it('files that are one', () => {
    const { files } = fileList(fixturePackage('hardlinks.rpm').pkg.metadata);
    assert.deepEqual(
      files.map(({ path, links }) => [path.replace(/.*\//, ''), links?.length]),
      [
        ['alpha-1', 3],
        ['alpha-2', 3],
        ['alpha-3', 3],
        ['beta-1', 2],
        ['beta-2', 2],
        ['standalone', undefined],
      ],
    );
  });

  it("dependencies in rpm's words", () => {
    const { metadata } = fixturePackage('rich-deps.rpm').pkg;
    const requires = dependencies(metadata, 'requires').map(formatDependency);
    assert.ok(requires.includes('((pkgS or pkgT) and pkgU)'));
    assert.ok(requires.includes('rpmlib(RichDependencies) <= 4.12.0-1'));
    assert.deepEqual(dependencies(metadata, 'provides').map(formatDependency), ['rpm-rich-deps = 1.0-1']);
    assert.deepEqual(dependencies(metadata, 'supplements').map(formatDependency), [
      '(pkgJ unless pkgK)',
      '(pkgLL and pkgMM)',
    ]);
    assert.deepEqual(dependencies(metadata, 'obsoletes'), []);
    const rpmlib = dependencies(metadata, 'requires').at(-1);
    assert.deepEqual(rpmlib && dependencyPurposes(rpmlib), ['rpmlib']);
  });

  it('scripts and triggers', () => {
    const { metadata } = fixturePackage('scriptlets.rpm').pkg;
    assert.deepEqual(Object.keys(scripts(metadata)), [
      'pretrans',
      'pre',
      'post',
      'preun',
      'postun',
      'posttrans',
      'verify',
    ]);
    assert.deepEqual(scripts(metadata).post, {
      interpreter: ['/bin/sh'],
      body: 'echo "post-install"',
      expand: false,
      queryFormat: false,
      critical: false,
    });
    assert.deepEqual(
      triggers(metadata).map(({ scope, event, conditions, priority }) => [
        scope,
        event,
        conditions.map(formatDependency),
        priority,
      ]),
      [
        ['package', 'prein', ['bash'], 0],
        ['package', 'in', ['bash > 5.0'], 0],
        ['package', 'un', ['bash <= 6.0'], 0],
        ['package', 'postun', ['bash'], 0],
        ['file', 'in', ['/usr/lib'], 1000000],
        ['file', 'un', ['/usr/lib'], 1000000],
        ['file', 'postun', ['/usr/lib'], 1000000],
        ['transaction-file', 'in', ['/usr/bin'], 1000000],
        ['transaction-file', 'un', ['/usr/bin'], 1000000],
        ['transaction-file', 'postun', ['/usr/bin'], 1000000],
      ],
    );
  });

  it('an interpreter with arguments and without a body', () => {
    const bytes = buildPackage({
      name: 'args',
      tags: [
        { tag: Tag.POSTINPROG, value: ['/usr/bin/python3', '-I'] },
        { tag: Tag.POSTIN, value: 'print(1)' },
        { tag: Tag.POSTINFLAGS, value: 3 },
        { tag: Tag.POSTUNPROG, value: ['/sbin/ldconfig'] },
      ],
    });
    const { post, postun } = scripts(readPackage(bytes).metadata);
    assert.deepEqual(post?.interpreter, ['/usr/bin/python3', '-I']);
    assert.deepEqual([post?.expand, post?.queryFormat, post?.critical], [true, true, false]);
    assert.deepEqual([postun?.interpreter, postun?.body], [['/sbin/ldconfig'], '']);
  });

  it('arrays of different lengths are refused', () => {
    const bad = (tags: { tag: number; value: number[] | string[] }[]) =>
      readPackage(buildPackage({ name: 'bad', tags })).metadata;
    const names = { tag: Tag.REQUIRENAME, value: ['a', 'b'] };
    assert.equal(
      codeOf(() => dependencies(bad([names, { tag: Tag.REQUIREFLAGS, value: [0] }]), 'requires')),
      'RPM_TAG_INVALID',
    );
    const files = [
      { tag: Tag.BASENAMES, value: ['a'] },
      { tag: Tag.DIRNAMES, value: ['/'] },
    ];
    assert.equal(
      codeOf(() => fileList(bad([...files, { tag: Tag.DIRINDEXES, value: [1] }]))),
      'RPM_TAG_INVALID',
    );
    assert.equal(
      codeOf(() => fileList(bad([...files, { tag: Tag.DIRINDEXES, value: [0, 0] }]))),
      'RPM_TAG_INVALID',
    );
    const trigger = [
      { tag: Tag.TRIGGERNAME, value: ['x'] },
      { tag: Tag.TRIGGERINDEX, value: [3] },
    ];
    assert.equal(
      codeOf(() => triggers(bad(trigger))),
      'RPM_TAG_INVALID',
    );
  });
});

describe('packages older than rpm 4', () => {
  const old = readPackage(
    buildPackage({
      name: 'old',
      epoch: 2,
      tags: [
        { tag: Tag.OLDFILENAMES, value: ['/etc/a', '/etc/b', '/usr/c'] },
        { tag: Tag.PROVIDENAME, value: ['something'] },
        { tag: Tag.PROVIDEFLAGS, value: [0] },
        { tag: Tag.PROVIDEVERSION, value: [''] },
      ],
    }),
  ).metadata;

  it('get the new form of their file list', () => {
    assert.deepEqual(old.strings(Tag.DIRNAMES), ['/etc/', '/usr/']);
    assert.deepEqual(old.numbers(Tag.DIRINDEXES), [0, 0, 1]);
    assert.deepEqual(
      fileList(old).files.map(({ path }) => path),
      ['/etc/a', '/etc/b', '/usr/c'],
    );
    assert.equal(old.has(Tag.OLDFILENAMES), false);
  });

  it('may hold a number for their architecture', () => {
    const numeric = buildPackage({ name: 'old', tags: [{ tag: Tag.ARCH, value: 1, type: TagType.int32 }] });
    assert.equal(nevraOf(readPackage(numeric).metadata).arch, '');
  });

  it('provide themselves', () => {
    assert.deepEqual(dependencies(old, 'provides').map(formatDependency), ['something', 'old = 2:1-1']);
  });
});
