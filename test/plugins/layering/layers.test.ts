import assert from 'node:assert/strict';
import { Origin } from '@ostrata/origin';
import { isEmpty, nameOf, readLayers, writeLayers } from '../../../plugins/layering/src/model/layers.ts';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
/** As rpm-ostree writes it (rust/src/origin.rs), with all that it knows. */
const FULL = `[origin]
baserefspec=fedora:fedora/40/x86_64/silverblue
override-commit=${A}
custom-url=https://example.com
custom-description=Mine

[packages]
requested=htop;/usr/bin/strace;@development-tools;
requested-local=${A}:mine-1:2.0-3.x86_64;
requested-local-fileoverride=${B}:forced-1-1.noarch;

[overrides]
remove=nano;vim-minimal;
replace-local=${B}:bash-5.3-1.fc40.x86_64;
replace=repo=updates,kernel,kernel-core;repo=copr,mesa;

[rpmostree]
regenerate-initramfs=true
initramfs-etc=/etc/crypttab;
initramfs-args=-I;/etc/some;
ex-cliwrap=true
`;

describe('layers in an origin file', () => {
  it('are read as rpm-ostree writes them', () => {
    assert.deepEqual(readLayers(Origin.parse(FULL)), {
      requested: ['htop', '/usr/bin/strace', '@development-tools'],
      local: [{ digest: A, nevra: 'mine-1:2.0-3.x86_64' }],
      forced: [{ digest: B, nevra: 'forced-1-1.noarch' }],
      remove: ['nano', 'vim-minimal'],
      replaceLocal: [{ digest: B, nevra: 'bash-5.3-1.fc40.x86_64' }],
      replace: [
        { repo: 'updates', packages: ['kernel', 'kernel-core'] },
        { repo: 'copr', packages: ['mesa'] },
      ],
    });
  });

  it('are written as they were read, with everything else', () => {
    const origin = Origin.parse(FULL);
    const layers = readLayers(origin);
    writeLayers(origin, layers);
    assert.equal(origin.toString(), FULL);
    writeLayers(origin, { ...layers, requested: ['other'] });
    writeLayers(origin, layers);
    assert.equal(origin.toString(), FULL);
  });

  it('leave no trace once there are none, and what is followed changes its key', () => {
    const text = '[origin]\nrefspec=os:stable\n';
    const origin = Origin.parse(text);
    const none = readLayers(origin);
    assert.ok(isEmpty(none));
    writeLayers(origin, { ...none, requested: ['htop'], remove: ['nano'] });
    assert.equal(
      origin.toString(),
      '[origin]\nbaserefspec=os:stable\n\n[packages]\nrequested=htop;\n\n[overrides]\nremove=nano;\n',
    );
    writeLayers(origin, none);
    assert.equal(origin.toString(), text);
  });

  it('name packages by NEVRA', () => {
    assert.equal(nameOf('gcc-c++-0:14.1-2.fc40.x86_64'), 'gcc-c++');
    assert.equal(nameOf('python3-dnf-plugin-local-4.1-1.noarch'), 'python3-dnf-plugin-local');
  });
});
