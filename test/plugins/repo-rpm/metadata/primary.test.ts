import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { evrOf, RELATION_KINDS, type Relation } from '@ostrata/core';
import fc from 'fast-check';
import {
  Detail,
  decodeDetails,
  decodePackages,
  encodePackages,
  MetadataError,
  type PackedPackages,
  PrimaryReader,
  Quantity,
} from '../../../../plugins/repo-rpm/src/metadata/index.ts';
import { sharedData } from '../../../support/shared.ts';
import { readInto } from './support/read.ts';
import { hasSolv, readWithSolv } from './support/solv.ts';

function parse(text: string): PackedPackages {
  const reader = new PrimaryReader();
  reader.write(Buffer.from(text));
  return reader.end();
}

function failure(text: string): MetadataError {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof MetadataError, String(error));
    return error;
  }
  assert.fail('it was accepted');
}

function show({ name, compare, evr }: Relation): string {
  // libsolv leaves out needless parentheses within rich dependencies.
  const plain = name.startsWith('(')
    ? name.replace(/(?<=[( ]|^)\(([^\s()]+(?: [<>=]+ [^\s()]+)?)\)(?=[) ]|$)/g, '$1')
    : name;
  return compare === undefined ? plain : `${plain} ${compare} ${evr}`;
}

function nevra(packages: PackedPackages, index: number): string {
  const identity = {
    format: 'rpm',
    name: packages.name(index),
    ...packages.evr(index),
    arch: packages.arch(index),
  };
  return `${identity.name}-${evrOf(identity)}.${identity.arch}`;
}

const PACKAGE = `<package type="rpm">
  <name>a&amp;b</name><arch>noarch</arch><version epoch="3" ver="1.0" rel="2"/>
  <checksum type="sha256" pkgid="YES">00ff</checksum>
  <summary>Grün</summary><description>no <![CDATA[matter]]></description>
  <size package="10" installed="20" archive="30"/><location href="p/a.rpm"/>
  <format>
    <rpm:vendor>We</rpm:vendor>
    <rpm:requires>
      <rpm:entry name="/bin/sh" pre="1"/>
      <rpm:entry name="c" flags="GE" epoch="0" ver="2"/>
      <rpm:entry name="(d if e)"/>
    </rpm:requires>
    <rpm:provides><rpm:entry name="a" flags="EQ" epoch="3" ver="1.0" rel="2"/></rpm:provides>
    <rpm:unknown><rpm:entry name="z"/></rpm:unknown>
    <file>/usr/bin/a</file><file type="dir">/etc/a.d</file><file>/</file><file>relative.spec</file>
  </format>
</package>`;
const metadata = (...packages: string[]): string => `<metadata packages="1">\n${packages.join('\n')}</metadata>`;

describe('repo-rpm metadata: primary', () => {
  it('reads all columns of a package', () => {
    const packages = parse(metadata('<package type="patch"><name>no</name></package>', PACKAGE));
    assert.equal(packages.count, 1);
    assert.equal(nevra(packages, 0), 'a&b-3:1.0-2.noarch');
    assert.equal(packages.vendor(0), 'We');
    assert.equal(packages.detail(0, Detail.SUMMARY), 'Grün');
    assert.equal(packages.detail(0, Detail.LOCATION), 'p/a.rpm');
    assert.deepEqual(packages.checksum(0), { algorithm: 'sha256', value: '00ff' });
    assert.deepEqual([packages.quantity(0, Quantity.SIZE), packages.quantity(0, Quantity.INSTALLED)], [10, 20]);
    assert.deepEqual(packages.relations(0, 'requires'), [
      { name: '/bin/sh', pre: true },
      { name: 'c', compare: '>=', evr: '2' },
      { name: '(d if e)' },
    ]);
    assert.deepEqual(packages.relations(0, 'provides'), [{ name: 'a', compare: '=', evr: '3:1.0-2' }]);
    assert.deepEqual(packages.relations(0, 'conflicts'), []);
    assert.deepEqual(packages.files(0), ['/usr/bin/a', '/etc/a.d', '/']);
    assert.throws(() => packages.relations(1, 'requires') && packages.name(1), RangeError);
  });

  it('joins xml:base and location', () => {
    const moved = PACKAGE.replace('<location ', '<location xml:base="http://m/r" ');
    assert.equal(parse(metadata(moved)).detail(0, Detail.LOCATION), 'http://m/r/p/a.rpm');
  });

  const BROKEN: { readonly [what: string]: readonly [string, string] } = {
    'a package without a name': ['<name>a&amp;b</name>', ''],
    'a package without a version': ['<version epoch="3" ver="1.0" rel="2"/>', ''],
    'a package without a checksum': ['00ff', ''],
    'a package without a location': ['<location href="p/a.rpm"/>', ''],
    'an epoch that is no number': ['epoch="3" ver="1.0" rel="2"/>\n', 'epoch="x" ver="1" rel="2"/>\n'],
    'an epoch that is too great': ['epoch="3" ver="1.0" rel="2"/>\n', 'epoch="4294967296" ver="1" rel="2"/>\n'],
    'a size that is no number': ['installed="20"', 'installed="-1"'],
    'an unknown comparison': ['flags="GE"', 'flags="NE"'],
    'a comparison without a version': ['flags="GE" epoch="0" ver="2"', 'flags="GE"'],
    'a dependency without a name': ['name="(d if e)"', ''],
  };
  for (const [what, [from, to]] of Object.entries(BROKEN)) {
    it(`refuses ${what}`, () => {
      assert.ok(PACKAGE.includes(from));
      const error = failure(metadata(PACKAGE.replace(from, to)));
      assert.equal(error.code, 'METADATA_INVALID');
      assert.ok((error.line ?? 0) > 1, error.message);
    });
  }

  it('refuses a document of another kind', () => {
    assert.equal(failure('<html><body/></html>').code, 'METADATA_UNEXPECTED');
  });

  it('never fails in another way, whatever is damaged', () => {
    const whole = Buffer.from(metadata(PACKAGE, PACKAGE));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          const reader = new PrimaryReader();
          try {
            reader.write(bytes);
            const packages = reader.end();
            for (let index = 0; index < packages.count; index++) {
              for (const kind of RELATION_KINDS) packages.relations(index, kind);
              packages.files(index);
            }
          } catch (error) {
            assert.ok(error instanceof MetadataError, String(error));
          }
        },
      ),
      { numRuns: 400, seed: 3 },
    );
  });

  it('packs and unpacks, and notices damage, other versions and other keys', () => {
    const packages = parse(metadata(PACKAGE, PACKAGE.replace('a&amp;b', 'second')));
    const packed = encodePackages(packages, 'key');
    const again = decodePackages(packed.index, 'key', () => decodeDetails(packed.details, 'key'));
    assert.equal(nevra(again, 1), 'second-3:1.0-2.noarch');
    for (const kind of RELATION_KINDS) assert.deepEqual(again.relations(1, kind), packages.relations(1, kind));
    assert.deepEqual(again.files(1), packages.files(1));
    assert.deepEqual(again.checksum(0), packages.checksum(0));
    assert.equal(again.quantity(1, Quantity.INSTALLED), 20);
    const decoders = [
      [packed.index, (bytes: Uint8Array, key: string) => decodePackages(bytes, key, () => assert.fail())],
      [packed.details, decodeDetails],
    ] as const;
    for (const [bytes, decode] of decoders) {
      const damaged = (copy: Uint8Array): void =>
        assert.throws(
          () => decode(copy, 'key'),
          (error: unknown) => error instanceof MetadataError && error.code === 'METADATA_CACHE_DAMAGED',
        );
      for (let at = 0; at < bytes.length; at += 7) {
        const copy = Buffer.from(bytes);
        copy[at]! ^= 0x10;
        damaged(copy);
      }
      for (let end = 0; end < bytes.length; end += 11) damaged(bytes.subarray(0, end));
      assert.throws(() => decode(bytes, 'other'));
    }
  });

  it('is packed without an index where a dependency cannot be understood: solvers say which', () => {
    const [before, after] = PACKAGE.split('</rpm:requires>');
    const packages = parse(metadata(`${before}<rpm:entry name="(a or"/></rpm:requires>${after}`));
    const { index } = encodePackages(packages, 'key');
    assert.equal(decodePackages(index, 'key', () => assert.fail()).columns.index, undefined);
  });
});

const COMPARED: readonly (readonly [string, number])[] = [
  ['rpmmd/centos-stream-9-baseos/repodata', 1],
  ['rpmmd/centos-stream-9-appstream/repodata', 8],
  ['rpmmd/azurelinux-desktop/repodata', 1],
  ['rpmmd/obs_virtualbox_11_1/repodata', 1],
  ['rpmmd/OBS_zypp_svn-11.1/repodata', 1],
  ['rpmmd/opensuse-10.2-update-bug206927/repodata', 3],
  ['rpmmd/opensuse-11.x-delta/repodata', 1],
  ['rpmmd/libzypp-yum/10.2-updates-subset/repodata', 1],
  ['rpmmd/createrepo_c/repo_koji_01/repodata', 1],
  ['rpmmd/osbuild-custom/repodata', 1],
  ['oracle/createrepo_c/repodata', 1],
  ['solver/dnf-behave/repos/dnf-ci-rich/repodata', 1],
  ['solver/dnf-behave/repos/dnf-ci-fedora/repodata', 1],
];

/** libsolv rewrites what old SUSE repositories say in words of their own (`packageand(a:b)`) here. */
const REWRITTEN = /^rpmmd.(obs|OBS|opensuse|libzypp)/;

describe('repo-rpm metadata: primary as libsolv reads it (needs python3-solv and ../shared)', () => {
  const root = sharedData();
  const solv = hasSolv();
  for (const [directory, step] of COMPARED) {
    it(directory, function () {
      if (root === undefined || !solv) return this.skip();
      this.timeout(60_000);
      const folder = join(root, directory);
      const name = readdirSync(folder).find((file) => /primary\.xml(\.(gz|zst|xz|bz2))?$/.test(file))!;
      const packages = readInto(new PrimaryReader(), join(folder, name));
      const theirs = readWithSolv(join(folder, name), step);
      assert.equal(packages.count, theirs.count);
      for (const [n, expected] of theirs.packages.entries()) {
        const index = n * step;
        assert.equal(nevra(packages, index), expected.nevra);
        assert.equal(packages.vendor(index), expected.vendor, expected.nevra);
        assert.equal(packages.detail(index, Detail.SUMMARY), expected.summary, expected.nevra);
        assert.equal(packages.detail(index, Detail.CHECKSUM), expected.checksum, expected.nevra);
        // libsolv keeps sizes in bytes here, as numbers of 64 bits.
        assert.equal(packages.quantity(index, Quantity.SIZE), expected.size, expected.nevra);
        assert.equal(packages.quantity(index, Quantity.INSTALLED), expected.installedSize, expected.nevra);
        for (const kind of RELATION_KINDS) {
          const ours = new Set(packages.relations(index, kind).map(show));
          const rewritten = REWRITTEN.test(directory) || [...ours].some((text) => text.startsWith('packageand('));
          if (kind === 'supplements' && rewritten) continue;
          // libsolv adds what a package is by itself.
          const self = `${packages.name(index)} = ${expected.nevra.slice(packages.name(index).length + 1, expected.nevra.lastIndexOf('.'))}`;
          if (kind === 'provides') ours.add(self);
          const wanted = new Set(expected.relations[kind]!.map((text) => text.replace(/^namespace:/, '')));
          if (kind === 'provides') wanted.add(self);
          assert.deepEqual([...ours].sort(), [...wanted].sort(), `${kind} of ${expected.nevra}`);
        }
        const pre = packages.relations(index, 'requires').filter((relation) => relation.pre);
        assert.deepEqual([...new Set(pre.map(show))].sort(), expected.pre, `pre-requires of ${expected.nevra}`);
      }
    });
  }
});
