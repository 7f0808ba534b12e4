import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing, tool } from '../support/tools.ts';
import { Exploration } from './explore.ts';
import { Injector } from './injector.ts';
import { Place, removeWork } from './place.ts';
import { sample, tryAll } from './points.ts';
import { SCENARIOS } from './scenarios.ts';

/** Points of each change; `npm run test:faults` tries all. */
const POINTS = Number(process.env['OSTRATA_FAULT_POINTS'] ?? 5);
const SEED = Number(process.env['OSTRATA_SEED'] ?? 1);

const lacks = missing('root', 'cc', 'ostree', 'unshare', 'chattr');

describe('system calls that fail, and kills between them (needs root, cc, ostree, unshare and chattr)', function () {
  this.timeout(120_000);
  let work = '';
  let injector: Injector;

  before(function () {
    if (lacks.length > 0) this.skip();
    work = mkdtempSync(join(tmpdir(), 'ostrata-faults-'));
    injector = new Injector(work);
  });
  after(() => {
    if (work !== '') removeWork(work);
  });

  for (const [index, scenario] of SCENARIOS.entries()) {
    it(`${scenario.name}: what boots is old or new, and the next run completes it`, async () => {
      const exploration = await Exploration.begin(scenario, injector, join(work, String(index)));
      const findings = await tryAll(exploration, sample(exploration, POINTS, SEED), 2);
      const lines = findings.map(
        ({ fault, call, problem }) => `${fault.mode} at ${fault.at} (${call?.operation} ${call?.path}): ${problem}`,
      );
      assert.equal(lines.join('\n'), '');
    });
  }

  it('sees every call that changes the system', async function () {
    if (missing('strace').length > 0) this.skip();
    const scenario = SCENARIOS.find(({ name }) => name === 'deploy of another kernel')!;
    const { before: place } = await Exploration.begin(scenario, injector, join(work, 'strace'));
    const traced = place.copy(join(work, 'strace/traced'));
    const log = join(work, 'strace/log');
    const calls =
      'write,pwrite64,writev,pwritev,ftruncate,fsync,fdatasync,syncfs,rename,renameat,renameat2,link,linkat,';
    const more =
      'symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,';
    const others = 'utimensat,setxattr,lsetxattr,fsetxattr,mknod,mknodat,copy_file_range,sendfile,fallocate,creat';
    const strace = ['strace', '-f', '-y', '-qq', '-o', log, '-e', `trace=${calls}${more}${others}`];
    tool([...strace, ...traced.ours, ...scenario.argv], { env: traced.env });
    const seen = tool(['grep', '-cF', `${traced.sysroot}/`, log]).trim();
    const counted = await injector.run([...place.ours, ...scenario.argv], place);
    const same = counted.calls.filter(({ operation }) => operation !== 'create' && !operation.startsWith('ioctl'));
    assert.equal(Number(seen), same.length);
  });

  it('counts nothing outside of the roots', async () => {
    const place = Place.make(join(work, 'nothing'), 'directory');
    const { calls, code } = await injector.run(['sh', '-c', 'echo x > "$0"', join(work, 'file')], place);
    assert.deepEqual({ calls, code }, { calls: [], code: 0 });
  });
});
