import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { variant } from '../../../../plugins/store-ostree/src/codec/gvariant/index.ts';
import { COLLECTION_MAP_TYPE, refsToValue } from '../../../../plugins/store-ostree/src/summary/codec.ts';
import {
  encodeSummary,
  parseSummary,
  SUMMARY_KEY,
  type Summary,
  type SummaryRef,
} from '../../../../plugins/store-ostree/src/summary/index.ts';
import { oursWith } from '../cli/support.ts';
import { pullRun, serveDirectory } from '../pull/support.ts';
import { hasOstree, ostree, temporary } from '../support.ts';

describe('Hostile summaries (needs ostree)', function () {
  this.timeout(30_000);
  const tmp = temporary();
  before(function () {
    if (!hasOstree) this.skip();
  });

  const hostile = (summary: Summary, bytes: Buffer): Readonly<Record<string, Uint8Array>> => {
    const [ref] = summary.refs as [SummaryRef];
    const named = (name: string) => encodeSummary({ ...summary, refs: [{ ...ref, name }, ref] });
    const mapped = (collection: string, name: string) => {
      const map = variant(COLLECTION_MAP_TYPE, [[collection, refsToValue([{ ...ref, name }])]]);
      return encodeSummary({ ...summary, metadata: new Map([...summary.metadata, [SUMMARY_KEY.collectionMap, map]]) });
    };
    const keyed = (key: string, value: ReturnType<typeof variant>) =>
      encodeSummary({ ...summary, metadata: new Map([...summary.metadata, [key, value]]) });
    return {
      empty: Buffer.alloc(0),
      garbage: Buffer.from('<html>not found</html>'),
      truncated: bytes.subarray(0, bytes.length - 1),
      longer: Buffer.concat([bytes, Buffer.alloc(8)]),
      upwards: named('../../../config'),
      absolute: named('/etc/passwd'),
      hidden: named('.git/config'),
      remote: named('other:main'),
      nothing: named(''),
      collection: mapped('../../../..', 'main'),
      'ref of a collection': mapped('org.example.Other', '../../../main'),
      'own collection': keyed(SUMMARY_KEY.collectionId, variant('s', '../..')),
      mode: keyed(SUMMARY_KEY.mode, variant('s', 'bare')),
    };
  };

  it('are refused by all that reads them, and leave nothing', async () => {
    mkdirSync(tmp.in('tree'));
    ostree(tmp.in('good'), 'init', '--mode=archive', '--collection-id=org.example.Main');
    ostree(tmp.in('good'), 'commit', '-b', 'main', tmp.in('tree'));
    ostree(tmp.in('good'), 'summary', '-u');
    ostree(tmp.in('local'), 'init', '--mode=archive');
    const bytes = readFileSync(tmp.in('good/summary'));
    const run = pullRun();
    const server = await serveDirectory(() => tmp.in('served'));
    ostree(tmp.in('local'), 'remote', 'add', '--no-gpg-verify', 'r', server.url);
    cpSync(tmp.in('good'), tmp.in('served'), { recursive: true });
    const repo = `--repo=${tmp.in('local')}`;
    const inside = () => {
      const names = readdirSync(tmp.in('local'), { recursive: true }).map(String);
      return names.filter((name) => name !== '.lock').sort();
    };
    const before = inside();
    const outside = readdirSync(tmp.path).sort();
    for (const [name, content] of Object.entries(hostile(parseSummary(bytes, 'summary'), bytes))) {
      writeFileSync(tmp.in('served/summary'), content);
      // What a mode says only matters to who pulls.
      for (const verb of name === 'mode'
        ? [['pull', '--mirror', 'r']]
        : [
            ['remote', 'refs', 'r'],
            ['pull', '--mirror', 'r'],
          ]) {
        const { status, err } = await oursWith(run.ctx, repo, ...verb);
        assert.equal(status, 1, `${name}: ${verb.join(' ')}`);
        assert.match(err, /^error: .+\n$/, name);
      }
      assert.deepEqual(inside(), before, name);
      assert.deepEqual(readdirSync(tmp.path).sort(), outside, name);
    }
    writeFileSync(tmp.in('served/summary'), bytes);
    assert.equal((await oursWith(run.ctx, repo, 'pull', '--mirror', 'r')).status, 0);
    assert.ok(existsSync(tmp.in('local/refs/mirrors/org.example.Main/main')));
    await server.close();
    await run.close();
  });
});
