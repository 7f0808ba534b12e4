import assert from 'node:assert/strict';
import {
  type ByteSource,
  Detail,
  decodeDetails,
  decodePackages,
  encodePackages,
  MetadataError,
  openDetails,
  PrimaryReader,
  Quantity,
} from '../../../../plugins/repo-rpm/src/metadata/index.ts';

const COUNT = 3000;

function packed() {
  const reader = new PrimaryReader();
  const one = (i: number): string => `<package type="rpm"><name>p${i}</name><arch>noarch</arch>
    <version epoch="0" ver="1" rel="${i}"/><checksum type="sha256" pkgid="YES">${i.toString(16).padStart(64, '0')}</checksum>
    <summary>package ${i}</summary><description>${`text of ${i} `.repeat(20)}</description>
    <size package="${i}" installed="${2 * i}"/><location href="p/${i}.rpm"/><format/></package>`;
  reader.write(Buffer.from(`<metadata>${Array.from({ length: COUNT }, (_, i) => one(i)).join('')}</metadata>`));
  return encodePackages(reader.end(), 'key');
}

/** A file in memory that counts what is read of it. */
class Counted implements ByteSource {
  readonly bytes: Buffer;
  total = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get size(): number {
    return this.bytes.length;
  }

  read(target: Uint8Array, position: number): void {
    this.total += target.length;
    target.set(this.bytes.subarray(position, position + target.length));
  }
}

describe('repo-rpm metadata: details of a few packages', () => {
  it('reads only what is asked for, and says the same as the whole', () => {
    const { details } = packed();
    const file = new Counted(details);
    const parts = openDetails(file, 'key');
    const whole = decodeDetails(details, 'key');
    const compare = (row: number): void => {
      for (const column of Object.values(Detail)) assert.equal(parts.text(row, column), whole.text(row, column));
      for (const column of Object.values(Quantity))
        assert.equal(parts.quantity(row, column), whole.quantity(row, column));
    };
    compare(1234);
    assert.equal(parts.text(1234, Detail.LOCATION), 'p/1234.rpm');
    assert.ok(file.total < details.length / 10, `${file.total} of ${details.length}`);
    for (let row = 0; row < COUNT; row++) compare(row);
    assert.deepEqual(parts.columns, whole.columns);
    assert.deepEqual(parts.details.texts, whole.details.texts);
    assert.ok(file.total <= details.length, 'nothing is read twice');
  });

  it('notices damage where it is asked for, and then asks for details made anew', () => {
    const { index, details } = packed();
    const wrong = Buffer.from(details);
    // A whole block in the middle: head and other blocks stay as they were.
    wrong.fill(0xaa, wrong.length >> 1, (wrong.length >> 1) + 4096);
    const asked: boolean[] = [];
    const packages = decodePackages(index, 'key', (damaged) => {
      asked.push(damaged);
      return damaged ? decodeDetails(details, 'key') : openDetails(new Counted(wrong), 'key');
    });
    for (let row = 0; row < COUNT; row++) assert.equal(packages.detail(row, Detail.LOCATION), `p/${row}.rpm`);
    assert.deepEqual(asked, [false, true]);
    assert.throws(() => openDetails(new Counted(details.subarray(0, details.length - 8)), 'key'), MetadataError);
    assert.throws(() => openDetails(new Counted(details), 'other'), MetadataError);
  });
});
