import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodecError } from '../../plugins/store-ostree/src/codec/errors.ts';
import { missing } from '../support/tools.ts';
import { makeCorpus } from './corpus.ts';
import { Random } from './random.ts';
import { isRefusal, makeTargets } from './targets.ts';

const fuzz = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], { encoding: 'utf8' });

describe('fuzzer (needs ostree)', function () {
  this.timeout(60_000);
  before(function () {
    if (missing('ostree').length > 0) this.skip();
  });

  it('finds nothing in a few thousand inputs of all readers', () => {
    const { status, stdout } = fuzz('--inputs', '5600');
    assert.equal(status, 0, stdout);
    assert.match(stdout, /5600 inputs, 0 findings/);
  });

  it('makes the same input of a seed and a number, readable ones and broken ones of every target', () => {
    const directory = mkdtempSync(join(tmpdir(), 'ostrata-fuzz-'));
    try {
      for (const target of makeTargets(makeCorpus(directory), join(directory, 'scratch'))) {
        let read = 0;
        const inputs = 600;
        for (let index = 0; index < inputs; index++) {
          const input = target.input(new Random(1, index));
          assert.deepEqual(target.input(new Random(1, index)), input);
          try {
            target.read(input);
            read++;
          } catch (error) {
            assert.ok(isRefusal(error), `${target.name}: ${error}`);
          }
        }
        assert.ok(read > 0 && read < inputs, `${read} inputs of ${target.name} were read`);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('takes no other error than a coded one for a refusal', () => {
    assert.ok(isRefusal(new CodecError('CODEC_INVALID', 'broken')));
    assert.ok(!isRefusal(new TypeError('broken')));
    assert.ok(!isRefusal(new RangeError('broken')));
  });

  it('says what targets there are', () => {
    const { status, stdout } = fuzz('nothing');
    assert.equal(status, 2);
    assert.match(stdout, /no target nothing; there are gvariant, /);
  });
});
