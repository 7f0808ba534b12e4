import assert from 'node:assert/strict';
import { ArchPolicy } from '../../../../plugins/solver-sat/src/pool/arch.ts';
import { PoolBuilder } from '../../../../plugins/solver-sat/src/pool/builder.ts';
import { loadTable } from '../../../../plugins/solver-sat/src/request/load.ts';
import { compare, type TestPackage, table } from '../support/tables.ts';

function providersOf(packages: readonly TestPackage[], name: string, comparison = 0, evr = ''): string[] {
  const builder = new PoolBuilder();
  loadTable(builder, table(packages), false);
  const dependency = builder.dependency(name, comparison, evr);
  const pool = builder.build(new ArchPolicy('x86_64'), {
    multilib: true,
    compareVersions: compare,
  });
  const { providers } = pool;
  const found: string[] = [];
  for (let i = providers.of(dependency); providers.data[i] !== 0; i++) found.push(pool.text(providers.data[i]!));
  return found;
}

const [GREATER, EQUAL, LESS] = [1, 2, 4] as const;

describe('ProviderIndex', () => {
  const web: TestPackage[] = [
    { nevra: 'apache-2.4-1.x86_64', relations: { provides: ['web = 2', 'http'] } },
    { nevra: 'nginx-1.2-1.x86_64', relations: { provides: ['web = 1', 'web = 3'] } },
    { nevra: 'lighttpd-1-1.x86_64', relations: { provides: ['web'] } },
  ];

  it('has every package provide itself', () =>
    assert.deepEqual(providersOf(web, 'nginx', EQUAL, '1.2'), ['nginx-1.2-1.x86_64']));

  it('matches versions of provides; a provide without one matches all', () => {
    assert.deepEqual(providersOf(web, 'web', EQUAL, '2'), ['apache-2.4-1.x86_64', 'lighttpd-1-1.x86_64']);
    assert.deepEqual(providersOf(web, 'web', GREATER, '2'), ['nginx-1.2-1.x86_64', 'lighttpd-1-1.x86_64']);
    assert.deepEqual(providersOf(web, 'web', LESS, '1'), ['lighttpd-1-1.x86_64']);
  });

  it('compares the release only where both sides have one', () => {
    assert.deepEqual(providersOf(web, 'apache', EQUAL, '2.4-1'), ['apache-2.4-1.x86_64']);
    assert.deepEqual(providersOf(web, 'apache', EQUAL, '2.4-2'), []);
    assert.deepEqual(providersOf(web, 'apache', GREATER | EQUAL, '2.4'), ['apache-2.4-1.x86_64']);
  });

  it('finds files that a dependency names', () => {
    const shells: TestPackage[] = [
      { nevra: 'bash-5-1.x86_64', files: ['/usr/bin/bash', '/usr/bin/sh'] },
      { nevra: 'dash-5-1.x86_64', files: ['/usr/bin/dash'] },
    ];
    assert.deepEqual(providersOf(shells, '/usr/bin/sh'), ['bash-5-1.x86_64']);
    assert.deepEqual(providersOf(shells, '/usr/bin/zsh'), []);
  });

  it('knows with and without', () => {
    assert.deepEqual(providersOf(web, '(web with http)'), ['apache-2.4-1.x86_64']);
    assert.deepEqual(providersOf(web, '(web without http)'), ['nginx-1.2-1.x86_64', 'lighttpd-1-1.x86_64']);
  });

  it('merges alternatives in order', () => {
    assert.deepEqual(providersOf(web, '(http or nginx or apache)'), ['apache-2.4-1.x86_64', 'nginx-1.2-1.x86_64']);
  });

  it('leaves out packages for other architectures', () => {
    assert.deepEqual(providersOf([{ nevra: 'a-1-1.aarch64' }, { nevra: 'a-1-1.i686' }], 'a'), ['a-1-1.i686']);
  });
});
