import assert from 'node:assert/strict';
import { Workspace } from '../support/workspace.ts';

describe('treefile kickstart', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = new Workspace();
  });
  afterEach(() => workspace.remove());

  it('reads packages, excludes and includes', () => {
    workspace.write('sub/inc.ks', '%packages --exclude-weakdeps\nsystemd\n# no\n-bash\nnushell\n%end\n');
    workspace.write('basic.ks', '# head\n%packages\nfoo\n-bar\nbaz\n%end\n%include sub/inc.ks\n');
    const { treefile } = workspace.flatten('basic.ks');
    assert.deepEqual(treefile, {
      packages: ['baz', 'foo', 'nushell', 'systemd'],
      'exclude-packages': ['bar', 'bash'],
      recommends: false,
    });
  });

  it('is included by a treefile', () => {
    workspace.write('foo.ks', '%packages\nsystemd\n-bash\n%end');
    workspace.write('manifest.yaml', 'include: foo.ks\npackages: [a]\nexclude-packages: [b]');
    const { treefile } = workspace.flatten();
    assert.deepEqual(treefile.packages, ['a', 'systemd']);
    assert.deepEqual(treefile['exclude-packages'], ['bash', 'b']);
  });

  for (const [text, message] of [
    ['%packages\na', /a\.ks:1:1: %packages has no %end/],
    ['%packages --foo\n%end', /does not know the option --foo/],
    ['\n%post\n%end', /a\.ks:2:1: %post is not understood/],
    ['%include', /exactly one path/],
    ['%include a.ks', /a second time/],
    ['%include ../x.ks', /leads out/],
    ['%include /etc/x.ks', /leads out/],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      workspace.write('a.ks', text);
      assert.match(workspace.failure('a.ks').message, message);
    });
  }
});
