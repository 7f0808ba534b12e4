import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DEFAULTS } from '../../bin/src/config/defaults.ts';
import { loadPlugins } from '../../bin/src/plugins/resolve.ts';
import { assertTrusted } from '../../bin/src/plugins/trust.ts';
import { missing } from '../support/tools.ts';

describe('plugins of third parties', () => {
  const uid = process.geteuid?.() ?? 0;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(homedir(), '.ostrata-test-'));
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const plugin = (name: string, text = `export default { name: '${name}', apiVersion: '*', apply() {} };`) => {
    const file = join(folder, `${name}.mjs`);
    writeFileSync(file, text, { mode: 0o644 });
    return file;
  };
  const load = (plugins: object, order: string[] = []) =>
    loadPlugins({ ...DEFAULTS, plugins, order } as typeof DEFAULTS, uid);
  const code = (expected: string) => (error: { code: string; hint: string | null }) => {
    assert.equal(error.code, expected);
    assert.ok(error.hint);
    return true;
  };

  it('are loaded from the module that configuration names, in its order', async () => {
    const [a, b, c] = [plugin('a'), plugin('b'), plugin('c')];
    const loaded = await load({ a: { module: a }, b: { module: b }, off: { enabled: false }, c: { module: c } }, ['c']);
    assert.deepEqual(
      loaded.map(({ plugin: { name }, origin }) => [name, origin]),
      [
        ['c', c],
        ['a', a],
        ['b', b],
      ],
    );
  });

  it('are loaded from a package directory', async () => {
    const directory = join(folder, 'package');
    mkdirSync(directory);
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'x', type: 'module', exports: './main.js' }));
    writeFileSync(join(directory, 'main.js'), "export default { name: 'x', apiVersion: '*', apply() {} };");
    const [loaded] = await load({ x: { module: directory } });
    assert.equal(loaded?.origin, join(directory, 'main.js'));
  });

  it('that are missing, broken or none are errors with a hint', async () => {
    await assert.rejects(load({ nowhere: {} }), code('PLUGIN_NOT_FOUND'));
    await assert.rejects(
      load({ broken: { module: plugin('broken', 'throw new Error("x")') } }),
      code('PLUGIN_NOT_LOADABLE'),
    );
    await assert.rejects(load({ none: { module: plugin('none', 'export const x = 1') } }), code('PLUGIN_NOT_LOADABLE'));
  });

  it('are refused when the file can be written by others', async () => {
    const file = plugin('open');
    chmodSync(file, 0o666);
    await assert.rejects(load({ open: { module: file } }), code('PLUGIN_NOT_TRUSTED'));
  });

  it('are refused when a directory above, or what a link leads to, can be written by others', () => {
    const inner = join(folder, 'inner');
    mkdirSync(inner);
    writeFileSync(join(inner, 'p.mjs'), '');
    symlinkSync(join(inner, 'p.mjs'), join(folder, 'link.mjs'));
    assertTrusted(join(folder, 'link.mjs'), uid);
    chmodSync(inner, 0o777);
    assert.throws(() => assertTrusted(join(folder, 'link.mjs'), uid), code('PLUGIN_NOT_TRUSTED'));
  });

  it('are refused when they belong to another user (needs root)', function () {
    if (missing('root').length > 0) this.skip();
    const file = plugin('foreign');
    chownSync(file, 12345, 12345);
    assert.throws(() => assertTrusted(file, 0), code('PLUGIN_NOT_TRUSTED'));
  });
});
