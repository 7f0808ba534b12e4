import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canRunSystems, RunningSystem } from '../../support/running-system.ts';
import { Scene } from './support.ts';

/** Where units are control groups, by the version of those. */
const GROUPS = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup'].filter((path) => existsSync(join(path, 'cgroup.procs')));

describe('client: drivers of updates (needs ostree, bwrap, root and control groups)', function () {
  this.timeout(120_000);
  let scene: Scene;
  let system: RunningSystem;
  const unit = `ostrata-test-${process.pid}.service`;
  const [parent] = GROUPS;
  const group = join(parent ?? '', unit);
  before(function () {
    if (!canRunSystems() || parent === undefined) return this.skip();
    try {
      mkdirSync(group);
    } catch {
      this.skip();
    }
  });
  after(() => {
    if (parent !== undefined && existsSync(group)) rmdirSync(group);
  });
  beforeEach(() => {
    scene = new Scene();
    scene.publish(2);
    system = new RunningSystem(scene, `${scene.versions[0]}.0`);
    systemd('active', 'waiting for a window');
  });
  afterEach(() => scene?.[Symbol.dispose]());

  /** What systemd says of the driver's unit. */
  function systemd(state: string, text: string) {
    const properties = `ActiveState=${state}\\nStatusText=${text}\\nDocumentation=https://example.com/driver\\n`;
    system.show('/usr/bin/systemctl', `#!/bin/sh\n[ "$4" = ${unit} ] && printf '${properties}'\n`, 0o755);
  }
  const file = () => join(system.run, 'rpm-ostree/update-driver.gv');
  const ours = (...argv: string[]) => system.ours(argv);
  const driver = (...argv: string[]) => system.ours(argv, { group });
  const staged = () => existsSync(join(system.run, 'ostree/staged-deployment'));

  it('registers without a revision, and then only the driver updates', () => {
    const { code, stdout, stderr } = driver('deploy', '--register-driver=Zincati', '');
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `Zincati (${unit}) drives updates from now on.\n`);
    assert.ok(!staged());
    const bytes = readFileSync(file(), 'latin1');
    assert.ok(bytes.includes('driver-name\0') && bytes.includes(`${unit}\0\0s`));

    for (const argv of [['upgrade'], ['upgrade', '--check'], ['deploy', 'version=2'], ['rebase', 'origin:other']]) {
      const refused = ours(...argv);
      assert.equal(refused.code, 1, argv.join(' '));
      assert.match(
        refused.stderr,
        /Updates and deployments are driven by Zincati \(ostrata-test-\d+\.service\)\. \[CLIENT_DRIVER\]/,
      );
      assert.match(refused.stderr, /documentation: https:\/\/example\.com\/driver.*--bypass-driver/s);
    }
    assert.equal(ours('deploy', '--register-driver=Other').code, 1);
    assert.ok(!staged());
    // What shows and what is no update goes on.
    assert.equal(ours('deploy', '--preview', 'version=2').code, 0);
    assert.equal(ours('kargs').code, 0);

    assert.equal(driver('upgrade').code, 0);
    assert.ok(staged());
  });

  it('--bypass-driver goes past it, and a unit that does not run is passed over', () => {
    assert.equal(driver('deploy', '--register-driver=Zincati').code, 0);
    assert.equal(ours('upgrade', '--bypass-driver').code, 0);
    assert.ok(staged());
    systemd('inactive', '');
    assert.equal(ours('upgrade').code, 0);
    systemd('failed', '');
    assert.equal(ours('upgrade').code, 1);
    // Where systemd does not answer it counts as running.
    system.show('/usr/bin/systemctl', '#!/bin/sh\nexit 1\n', 0o755);
    assert.equal(ours('upgrade').code, 1);
  });

  it('registers and deploys at once', () => {
    const { code, stderr } = driver('deploy', '--register-driver=Zincati', '--lock-finalization', 'version=2');
    assert.equal(code, 0, stderr);
    assert.ok(staged() && existsSync(file()));
  });

  it('status says who it is and what it does', () => {
    assert.equal(driver('deploy', '--register-driver=Zincati').code, 0);
    const lines = 'AutomaticUpdatesDriver: Zincati\n  DriverState: active; waiting for a window\n';
    assert.ok(ours('status').stdout.startsWith(`State: idle\n${lines}`));
    assert.match(
      ours('status', '--verbose').stdout,
      new RegExp(`^AutomaticUpdatesDriver: Zincati \\(${unit}\\)$`, 'm'),
    );
    const { 'update-driver': found } = JSON.parse(ours('status', '--json').stdout);
    assert.deepEqual(found, { 'driver-name': 'Zincati', 'driver-sd-unit': unit });
  });

  it('is refused outside of a unit, without a name, and for a system that does not run', () => {
    for (const [argv, words] of [
      [['deploy', '--register-driver='], /it has no name/],
      [['deploy'], /It is not said what is to be deployed/],
    ] as const) {
      const { code, stderr } = driver(...argv);
      assert.equal(code, 1);
      assert.match(stderr, words);
    }
    const elsewhere = scene.ours('deploy', '--register-driver=Zincati');
    assert.equal(elsewhere.code, 1);
    assert.match(elsewhere.stderr, /Nothing runs from .*\[CLIENT_DRIVER\]/);
    assert.ok(!existsSync(file()));
  });

  it('a broken file is named, and --bypass-driver goes on', () => {
    mkdirSync(join(system.run, 'rpm-ostree'));
    writeFileSync(file(), 'nonsense');
    const { code, stderr } = ours('upgrade');
    assert.equal(code, 1);
    assert.match(stderr, /\/run\/rpm-ostree\/update-driver\.gv, which names .*cannot be read.*\[CLIENT_DRIVER\]/);
    assert.match(stderr, /Remove it/);
    assert.equal(ours('upgrade', '--bypass-driver').code, 0);
  });
});
