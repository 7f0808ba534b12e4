import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../../bin/src/config/load.ts';
import { mergeLayers } from '../../bin/src/config/merge.ts';

describe('configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ostrata-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, text: string) => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  };

  it('reads config.yaml and then config.d in the order of names, later ones winning', async () => {
    const main = write('config.yaml', 'workers: 1\nplugins: {fetch-http: {config: {connections: 2, retries: 1}}}\n');
    const ten = write('config.d/10-a.yaml', 'workers: 2\n');
    const twenty = write('config.d/20-b.json', '{"plugins": {"fetch-http": {"config": {"connections": 8}}}}');
    write('config.d/ignored.txt', 'workers: 9');
    const { settings, files, provenance } = await loadSettings([], folder);
    assert.deepEqual(files, [main, ten, twenty]);
    assert.equal(settings.workers, 2);
    assert.deepEqual(settings.plugins['fetch-http']?.config, { connections: 8, retries: 1 });
    const from = Object.fromEntries(provenance.map(({ path, file }) => [path, file]));
    assert.equal(from['workers'], ten);
    assert.equal(from['plugins.fetch-http.config.connections'], twenty);
    assert.equal(from['plugins.fetch-http.config.retries'], main);
    assert.equal(from['plugins.treefile.enabled'], 'built-in default');
  });

  it('has defaults where there is no file', async () => {
    const { settings, files } = await loadSettings([], folder);
    assert.deepEqual(files, []);
    assert.equal(settings.plugins['store-ostree']?.enabled, true);
  });

  it('reads only the files that are named', async () => {
    write('config.yaml', 'workers: 1\n');
    const own = write('own.yaml', 'plugins:\n  extra: {module: ./extra.js}\n  treefile:\n');
    const { settings } = await loadSettings([own], folder);
    assert.equal(settings.workers, null);
    assert.equal(settings.plugins['extra']?.module, join(folder, 'extra.js'), 'modules are relative to the file');
    assert.equal(settings.plugins['treefile']?.enabled, true, 'a name alone means enabled');
  });

  it('reports the mistakes of all files together', async () => {
    const one = write('1.yaml', 'workers: many\nplugin: {}\n');
    const two = write('2.yaml', 'plugins: {x: {enabled: 3}}\n');
    await assert.rejects(loadSettings([one, two]), (error: Error & { code: string; problems: Error[] }) => {
      assert.equal(error.code, 'CONFIG_INVALID');
      const messages = error.problems.map(({ message }) => message).join('\n');
      assert.match(messages, /1\.yaml: workers must be integer/);
      assert.match(messages, /1\.yaml: .*"plugin"/);
      assert.match(messages, /2\.yaml: plugins\.x\.enabled must be boolean/);
      return true;
    });
  });

  it('names a file that is missing or no YAML', async () => {
    for (const file of [join(folder, 'none.yaml'), write('broken.yaml', 'a: [1\n')]) {
      await assert.rejects(loadSettings([file]), (error: Error & { code: string; hint: string }) => {
        assert.equal(error.code, 'CONFIG_UNREADABLE');
        assert.ok(error.message.includes(file));
        assert.ok(error.hint);
        return true;
      });
    }
  });

  it('replaces a map by a scalar and the reverse without leaving old origins', () => {
    const { value, provenance } = mergeLayers([
      { file: 'a', data: { x: { y: 1, z: 2 } } },
      { file: 'b', data: { x: 3 } },
      { file: 'c', data: { x: { w: 4 } } },
    ]);
    assert.deepEqual(value, { x: { w: 4 } });
    assert.deepEqual(provenance, [{ path: 'x.w', value: 4, file: 'c' }]);
  });
});
