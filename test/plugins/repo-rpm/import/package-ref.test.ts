import assert from 'node:assert/strict';
import { packageRef } from '../../../../plugins/repo-rpm/src/import/package-ref.ts';

const ref = (name: string, epoch: number, version: string, release: string, arch: string) =>
  packageRef({ format: 'rpm', name, epoch, version, release, arch });

describe('package-ref', () => {
  it('quotes as rpm-ostree does', () => {
    assert.equal(ref('perl', 4, '5.16.3', '291.el7', 'x86_64'), 'rpmostree/pkg/perl/4_3A5.16.3-291.el7.x86__64');
    assert.equal(ref('gtk+', 0, '1~rc^2', '1', 'noarch'), 'rpmostree/pkg/gtk_2B/1_7Erc_5E2-1.noarch');
    assert.equal(ref('ä', 0, '1', '1', 'noarch'), 'rpmostree/pkg/_C3_A4/1-1.noarch');
  });
});
