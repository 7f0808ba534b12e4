import assert from 'node:assert/strict';
import { decodeTexts, encodeTexts } from '../../../plugins/client/src/driver/driver-file.ts';
import { decode, encode, type Value, variant } from '../../../plugins/store-ostree/src/codec/gvariant/index.ts';

/** The same by a codec for all of GVariant, which is held to GLib's. */
const reference = (texts: Record<string, string>): Buffer =>
  encode('a{sv}', Object.entries(texts).map(([key, text]) => [key, variant('s', text)]) as unknown as Value);

describe('client: files of update drivers', () => {
  const samples: Record<string, string>[] = [
    {},
    { 'driver-name': 'Zincati', 'driver-sd-unit': 'zincati.service' },
    { 'driver-name': 'übel', 'driver-sd-unit': '' },
    ...[200, 230, 231, 232, 233, 234, 240, 250, 256, 300, 65_500].map((size) => ({ name: 'x'.repeat(size), b: 'y' })),
  ];
  for (const texts of samples) {
    it(`are GVariant's dictionaries of texts: ${JSON.stringify(texts).slice(0, 40)} (${JSON.stringify(texts).length})`, () => {
      const bytes = encodeTexts(texts);
      assert.deepEqual(bytes, reference(texts));
      if (bytes.length <= 64 << 10) assert.deepEqual(decodeTexts(bytes), texts);
    });
  }

  it('that are broken are refused, whatever is broken', () => {
    const whole = encodeTexts({ 'driver-name': 'Zincati', 'driver-sd-unit': 'zincati.service' });
    const number = encode('a{sv}', [['driver-name', variant('u', 7)]] as unknown as Value);
    assert.throws(() => decodeTexts(number));
    for (let index = 0; index < whole.length; index++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const bytes = Buffer.from(whole);
        bytes[index] = value;
        try {
          for (const text of Object.values(decodeTexts(bytes))) assert.equal(typeof text, 'string');
        } catch (error) {
          assert.ok(error instanceof Error && !(error instanceof assert.AssertionError), String(error));
        }
      }
      if (index > 0) assert.throws(() => decodeTexts(whole.subarray(0, index)), `cut at ${index}`);
    }
    assert.throws(() => decodeTexts(Buffer.alloc((64 << 10) + 1)));
    assert.ok(decode('a{sv}', whole));
  });
});
