import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MetadataError } from '../../../../plugins/repo-rpm/src/metadata/index.ts';
import { sharedData } from '../../../support/shared.ts';
import { BREAKS, broken, tryRead, windows } from '../support/broken-primary.ts';

/** OSTRATA_BROKEN_XML=1 breaks every 1,000th byte of all of it, which takes minutes; else 150 places are broken. */
const WHOLE = process.env['OSTRATA_BROKEN_XML'] !== undefined;
const STEP = 1000;

function primaryOf(name: string): Buffer | undefined {
  const folder = sharedData('rpmmd', name, 'repodata');
  if (folder === undefined) return undefined;
  const file = readdirSync(folder).find((entry) => entry.endsWith('primary.xml.gz'));
  return file === undefined ? undefined : gunzipSync(readFileSync(join(folder, file)));
}

describe('a real primary.xml that is broken (needs ../shared)', () => {
  for (const name of ['centos-stream-9-baseos', 'centos-stream-9-appstream']) {
    it(`${name}: is read or says what is wrong, wherever and however it is broken`, function () {
      const xml = primaryOf(name);
      if (xml === undefined) return this.skip();
      if (WHOLE) this.timeout(3_600_000);
      const step = WHOLE ? STEP : Math.ceil(xml.length / 150 / STEP) * STEP;
      let [documents, errors] = [0, 0];
      for (const { document, at } of windows(xml, step)) {
        assert.ok(!(tryRead(document) instanceof MetadataError), 'a window is whole before it is broken');
        const lines = document.toString('latin1').split('\n').length;
        for (const how of BREAKS) {
          const outcome = tryRead(broken(document, at, how));
          documents++;
          if (!(outcome instanceof MetadataError)) {
            assert.notEqual(how, 'end');
            assert.ok(outcome.count <= 1, `${how} at ${at}`);
            continue;
          }
          errors++;
          assert.match(outcome.code, /^METADATA_[A-Z_]+$/);
          assert.ok(outcome.message.length > 10 && outcome.message.length < 400, outcome.message);
          assert.ok(outcome.line !== null && outcome.line >= 1 && outcome.line <= lines, `line ${outcome.line}`);
          assert.ok(outcome.hint.length > 0);
        }
      }
      assert.ok(documents >= 1000 && errors > documents / 4, `${errors} errors of ${documents}`);
    });
  }

  it('ends early in the whole as in its parts: memory and time are those of what was there', function () {
    const xml = primaryOf('centos-stream-9-baseos');
    if (xml === undefined) return this.skip();
    const places = WHOLE ? 100 : 3;
    for (let place = 1; place <= places; place++) {
      const at = Math.floor((xml.length * place) / (places + 1));
      const outcome = tryRead(xml.subarray(0, at));
      assert.ok(outcome instanceof MetadataError && outcome.code === 'METADATA_TRUNCATED', String(outcome));
      const lines = xml.subarray(0, at).toString('latin1').split('\n').length;
      assert.ok(outcome.line !== null && Math.abs(outcome.line - lines) <= 1, `line ${outcome.line} of ${lines}`);
    }
  });
});
