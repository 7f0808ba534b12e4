import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Module, modulesBelow, packageOf, targetOf } from '../support/modules.ts';
import { ROOT } from '../support/shared.ts';

const plugins = readdirSync(join(ROOT, 'plugins'));
const libs = readdirSync(join(ROOT, 'libs')).map((name) => `@ostrata/${name}`);
const packages = [
  'contract',
  'core',
  'bin',
  ...plugins.map((name) => `plugins/${name}`),
  ...readdirSync(join(ROOT, 'libs')).map((name) => `libs/${name}`),
];
const sources = new Map(packages.map((folder) => [folder, modulesBelow(`${folder}/src`)]));
const all = [...sources.values()].flat();

/** Imports that a rule forbids, as `file imports specifier`. */
function offences(modules: readonly Module[], isForbidden: (specifier: string, module: Module) => boolean): string[] {
  return modules.flatMap((module) =>
    module.imports
      .filter((specifier) => isForbidden(specifier, module))
      .map((specifier) => `${module.path} imports ${specifier}`),
  );
}

function dependenciesOf(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as { dependencies?: object };
  return Object.keys(manifest.dependencies ?? {});
}

const isPackage = (specifier: string) => !specifier.startsWith('.') && !specifier.startsWith('node:');

describe('what must never import what', () => {
  it('sees the imports at all', () => {
    assert.ok(all.length > 50);
    const gate = all.find(({ path }) => path === 'core/src/host/gate.ts');
    assert.ok(gate?.imports.includes('@ostrata/contract'));
    assert.ok(gate?.imports.includes('semver/functions/satisfies.js'));
  });

  it('1: core imports the contract, its three dependencies and no plugin, no bin', () => {
    const allowed = ['@ostrata/contract', 'ajv', 'semver', 'tapable'];
    assert.deepEqual(
      offences(sources.get('core') ?? [], (to) => isPackage(to) && !allowed.includes(packageOf(to))),
      [],
    );
    assert.deepEqual(dependenciesOf('core').sort(), allowed);
  });

  it('2: contract imports nothing but contract, records import only records', () => {
    const contract = sources.get('contract') ?? [];
    assert.ok(contract.length > 30);
    assert.deepEqual(
      offences(contract, (to) => isPackage(to)),
      [],
    );
    assert.deepEqual(dependenciesOf('contract'), []);
    const records = contract.filter(({ path }) => path.startsWith('contract/src/records/'));
    const isOutside = (to: string, module: Module) => !(targetOf(module, to) ?? '').startsWith('contract/src/records/');
    assert.deepEqual(offences(records, isOutside), []);
  });

  it('3: a plugin imports the contract, node, its own dependencies and libs', () => {
    const never = ['tapable', '@oclif/core', 'cosmiconfig', '@ostrata/cli'];
    for (const name of plugins) {
      const folder = `plugins/${name}`;
      const own = dependenciesOf(folder);
      const isForbidden = (to: string) => {
        if (!isPackage(to)) return false;
        const target = packageOf(to);
        const isOurs = target.startsWith('@ostrata/') && !libs.includes(to) && to !== '@ostrata/contract';
        return isOurs || never.includes(target) || !own.includes(target);
      };
      assert.deepEqual(offences(sources.get(folder) ?? [], isForbidden), []);
    }
  });

  it('4: bin imports core and its own dependencies; plugins are strings to it', () => {
    const own = dependenciesOf('bin').filter((name) => !name.startsWith('@ostrata/'));
    const isForbidden = (to: string) => isPackage(to) && to !== '@ostrata/core' && !own.includes(packageOf(to));
    assert.deepEqual(offences(sources.get('bin') ?? [], isForbidden), []);
  });

  it('5: codecs import no file system and no network', () => {
    const codecs = all.filter(({ path }) => path.includes('/codec/'));
    assert.ok(codecs.length > 5);
    const io = /^node:(fs|net|http|https|http2|tls|dns|dgram|child_process|worker_threads)\b|^(got|koffi)$/;
    assert.deepEqual(
      offences(codecs, (to) => io.test(to)),
      [],
    );
  });

  it('6: only run calls hooks, and only the guard calls taps', () => {
    const core = sources.get('core') ?? [];
    const where = (pattern: RegExp) => core.filter(({ code }) => pattern.test(code)).map(({ path }) => path);
    assert.deepEqual(
      offences(all, (to) => packageOf(to) === 'tapable'),
      ['core/src/host/hooks.ts imports tapable'],
    );
    assert.deepEqual(where(/\bhook\.promise\(/), ['core/src/run/stage-context.ts']);
    assert.deepEqual(where(/\bguard\.wrap\(/), ['core/src/host/hooks.ts']);
    assert.deepEqual(where(/\btap\(/), ['core/src/host/guard.ts']);
  });

  it('7: process.exit, console and process.env are only in bin', () => {
    const forbidden = /\bprocess\.(exit\b|env\b|stdout|stderr)|\bconsole\.|\bfrom 'node:console'/;
    const found = all
      .filter(({ path, code }) => !path.startsWith('bin/') && forbidden.test(code))
      .map(({ path }) => path);
    assert.deepEqual(found, []);
  });

  it('relative imports stay inside their package and lead somewhere', () => {
    for (const [folder, modules] of sources) {
      for (const module of modules) {
        for (const specifier of module.imports) {
          const target = targetOf(module, specifier);
          if (target === null) continue;
          assert.ok(target.startsWith(`${folder}/`), `${module.path} imports ${specifier}`);
          assert.ok(existsSync(join(ROOT, target)), `${module.path} imports ${specifier}`);
        }
      }
    }
  });

  it('nothing imports in a circle', () => {
    const byPath = new Map(all.map((module) => [module.path, module]));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, trail: readonly string[]) => {
      const start = trail.indexOf(path);
      if (start >= 0) circles.push([...trail.slice(start), path].join(' → '));
      const module = byPath.get(path);
      if (start >= 0 || done.has(path) || module === undefined) return;
      for (const specifier of module.imports) {
        const target = targetOf(module, specifier);
        if (target !== null) visit(target, [...trail, path]);
      }
      done.add(path);
    };
    for (const path of byPath.keys()) visit(path, []);
    assert.deepEqual(circles, []);
  });
});

describe('the size of core', () => {
  it('is under 3,000 lines, comments and all', () => {
    const files = (sources.get('core') ?? []).map(({ path }) => readFileSync(join(ROOT, path), 'utf8'));
    const count = files.reduce((sum, text) => sum + text.split('\n').length - 1, 0);
    assert.ok(count < 3000, `${count} lines`);
  });
});
