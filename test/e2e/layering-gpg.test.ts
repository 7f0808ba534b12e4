import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testKey } from '../plugins/sign-gpg/support.ts';
import { LAYERED_NEEDS } from '../support/layered-base.ts';
import { LayeredSystem } from '../support/layered-system.ts';
import { tinyRepository } from '../support/tiny-repository.ts';
import { missing, tool } from '../support/tools.ts';

const NEEDS = [...LAYERED_NEEDS, 'gpg', 'gpgconf', 'rpmsign'];

describe(`layers: signatures of packages (needs root, ${NEEDS.join(', ')})`, function () {
  this.timeout(300_000);
  let system: LayeredSystem;
  let home: string;
  before(async function () {
    const lacking = missing(...NEEDS);
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    system = new LayeredSystem([{ name: 'unchecked', files: { '/usr/bin/unchecked': 'x\n' } }]);
    home = join(system.directory, 'gnupg');
    mkdirSync(home, { mode: 0o700 });
    const [key, other] = [await testKey('packages'), await testKey('stranger')];
    for (const { armoredSecret } of [key, other])
      tool(['gpg', '--homedir', home, '--batch', '--quiet', '--import'], { input: armoredSecret });

    const place = join(system.directory, 'signed');
    const files = tinyRepository(place, [
      { name: 'trusted', files: { '/usr/bin/trusted': 'x\n' } },
      { name: 'foreign', files: { '/usr/bin/foreign': 'x\n' } },
      { name: 'unsigned', files: { '/usr/bin/unsigned': 'x\n' } },
      { name: 'damaged', files: { '/usr/bin/damaged': 'x\n' } },
    ]);
    const gpg = tool(['sh', '-c', 'command -v gpg']).trim();
    const sign = (name: string, user: string) =>
      tool([
        'rpmsign',
        '--define',
        `__gpg ${gpg}`,
        '--define',
        `_gpg_path ${home}`,
        '--define',
        `_gpg_name ${user}@example.com`,
        '--addsign',
        files.get(name)!,
      ]);
    sign('trusted', 'packages');
    sign('damaged', 'packages');
    sign('foreign', 'stranger');
    tool(['createrepo_c', '-q', place]);
    // Signed packages that lie about what they are.
    cpSync(files.get('unsigned')!, files.get('damaged')!);

    const etc = join(system.root(), 'etc');
    mkdirSync(join(etc, 'pki/rpm-gpg'), { recursive: true });
    writeFileSync(join(etc, 'pki/rpm-gpg/key'), key.armoredPublic);
    writeFileSync(
      join(etc, 'yum.repos.d/signed.repo'),
      `[signed]\nname=signed\nbaseurl=file://${place}\ngpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/key\n`,
    );
  });
  after(() => {
    if (home !== undefined) tool(['gpgconf', '--homedir', home, '--kill', 'all']);
    system?.[Symbol.dispose]();
  });

  it('refuses packages without a signature, and with one of a key that is not trusted', () => {
    for (const name of ['unsigned', 'foreign']) {
      const { message, hint } = system.fails('install', name);
      assert.match(message, new RegExp(name), message);
      assert.match(`${message} ${hint}`, /sign|key/i);
    }
  });

  it('refuses a package that is not the one of the metadata', () => {
    assert.match(system.fails('install', 'damaged').message, /damaged/);
  });

  it('takes those of the key that the .repo file of the system names, which is a file of the system', () => {
    system.ok('install', 'trusted');
    assert.equal(system.rpm('-q', 'trusted'), 'trusted-1.0-1.noarch');
    assert.match(system.rpm('-qi', 'trusted'), /^Signature +: RSA|^Signature +: EdDSA|^Signature +: .*Key ID/m);
  });

  it('checks no signatures where a repository asks for none, beside one that does', () => {
    system.ok('install', 'unchecked');
    assert.deepEqual(system.status().packages, ['trusted', 'unchecked']);
    assert.match(system.fails('install', 'unsigned').message, /unsigned/);
    system.ostree('fsck', '--quiet');
  });
});
