import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { isRemovable, listMounts } from '../../../../plugins/store-ostree/src/finders/index.ts';
import { dynamicName } from '../../../../plugins/store-ostree/src/finders/mount-finder.ts';
import { temporary } from '../support.ts';

describe('Mounted volumes', () => {
  const tmp = temporary();

  it('are read from what the kernel says, with odd names and the uppermost last', () => {
    writeFileSync(
      tmp.in('mountinfo'),
      [
        '22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw',
        '23 22 0:5 / /media/a\\040b\\134c%20 rw - vfat /dev/sda1 rw',
        '24 22 0:6 / /mnt rw shared:2 master:1 - fuse.sshfs host:/x rw',
        '25 22 0:7 / /mnt rw - tmpfs tmpfs rw',
        'nonsense',
        '',
      ].join('\n'),
    );
    assert.deepEqual(listMounts(tmp.in('mountinfo')), [
      { path: '/', fsType: 'ext4', device: '/dev/vda1' },
      { path: '/media/a b\\c%20', fsType: 'vfat', device: '/dev/sda1' },
      { path: '/mnt', fsType: 'tmpfs', device: 'tmpfs' },
    ]);
    assert.deepEqual(listMounts(tmp.in('absent')), []);
    assert.ok(listMounts().some(({ path }) => path === '/'));
  });

  it('are those of users: not of the system, not hidden, not of other users', () => {
    const viewer = { uid: 1000, user: 'jo', home: tmp.path };
    const mount = (path: string, device = 'x', fsType = 'fuseblk') => ({ path, device, fsType });
    assert.ok(isRemovable(mount(tmp.in('stick')), viewer));
    assert.ok(!isRemovable(mount(tmp.in('.hidden/stick')), viewer));
    assert.ok(!isRemovable(mount(tmp.path), viewer));
    assert.ok(!isRemovable(mount(tmp.in('stick'), 'tmpfs', 'tmpfs'), viewer));
    assert.ok(!isRemovable(mount(tmp.in('stick'), '/dev/absent', 'ext4'), viewer));
    assert.ok(!isRemovable(mount(tmp.in('stick'), '/dev/null', 'ext4'), viewer));
    assert.ok(!isRemovable(mount('/run/media/other/stick'), viewer));
    assert.ok(!isRemovable(mount('/srv/stick'), viewer));
    assert.ok(!isRemovable(mount('/run/media//stick'), { uid: 1000, user: null, home: null }));
  });

  it('get names that libostree would give them', () => {
    const name = dynamicName('file:///media/jo/A b/.ostree/repo', 'remote1.trustedkeys.gpg');
    assert.equal(name, 'file_3A_2F_2F_2Fmedia_2Fjo_2FA_20b_2F.ostree_2Frepo_remote1.trustedkeys.gpg');
  });
});
