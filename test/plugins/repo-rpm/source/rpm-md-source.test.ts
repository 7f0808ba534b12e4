import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type HostError, isHostError, type Json, type Snapshot, type SourceRef } from '@ostrata/core';
import { completeSources } from '../../../../plugins/repo-rpm/src/source/complete.ts';
import { RpmMdSource } from '../../../../plugins/repo-rpm/src/source/rpm-md-source.ts';
import { sharedData } from '../../../support/shared.ts';
import { type TestRun, testRun } from '../../fetch-http/support/context.ts';
import { type Answer, fileAnswer, serve, type TestServer } from '../../fetch-http/support/server.ts';
import { type TestPackage, type TestRepository, writeRepository } from './support/repository.ts';

const PACKAGES: readonly TestPackage[] = [
  { name: 'a', requires: ['b', '/usr/lib/b/data'], files: ['/usr/bin/a'] },
  { name: 'b', version: '2~rc1', files: ['/usr/lib/b/data', '/etc/b'] },
];
const FIXTURES = join(import.meta.dirname, '..', 'codec', 'fixtures');

async function failure(work: Promise<unknown>): Promise<HostError> {
  try {
    await work;
  } catch (error) {
    assert.ok(isHostError(error), String(error));
    return error;
  }
  assert.fail('it went well');
}

/** Serves a directory, with an etag by content. */
function directoryAnswer(directory: string): Answer {
  return (request, response, count) => {
    const path = join(directory, decodeURIComponent(request.url!.replace(/\?.*/, '')));
    if (!existsSync(path)) return void response.writeHead(404).end();
    const body = readFileSync(path);
    fileAnswer(body, `"${createHash('md5').update(body).digest('hex')}"`)(request, response, count);
  };
}

describe('repo-rpm source: rpm-md repositories', () => {
  let run: TestRun;
  let root: string;
  let repository: TestRepository;
  let source: RpmMdSource;
  const servers: TestServer[] = [];

  beforeEach(() => {
    run = testRun();
    root = join(run.directory, 'repo');
    repository = writeRepository(root, PACKAGES);
    source = new RpmMdSource();
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    await run.close();
  });

  async function server(answer: Answer = directoryAnswer(root)): Promise<TestServer> {
    const made = await serve(answer);
    servers.push(made);
    return made;
  }
  const ref = (options: { readonly [key: string]: Json }): SourceRef => ({
    id: 'r',
    kind: 'rpm-md',
    priority: 50,
    options,
  });
  const refresh = (from: SourceRef, cacheOnly = false): Promise<Snapshot> =>
    source.refresh(from, { cacheOnly }, run.ctx);
  const fetchFirst = async (snapshot: Snapshot, cacheOnly = false): Promise<string> => {
    const table = await source.open(snapshot, run.ctx);
    return source.fetch(table.planned(0, 'requested'), snapshot, { cacheOnly }, run.ctx);
  };

  it('reads a repository of this machine and leaves packages where they are', async () => {
    const snapshot = await refresh(ref({ baseurl: root }));
    assert.equal(snapshot.digest, repository.digest);
    assert.equal(snapshot.packages, 2);
    assert.equal(snapshot.timestamp, 1_700_000_000);
    assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), snapshot);
    const table = await source.open(snapshot, run.ctx);
    assert.deepEqual([table.source, table.priority, table.format, table.count], ['r', 50, 'rpm', 2]);
    assert.deepEqual(table.relations(0, 'requires'), [{ name: 'b' }, { name: '/usr/lib/b/data' }]);
    assert.deepEqual(
      table.groups.map(({ id }) => id),
      ['base'],
    );
    assert.equal(await fetchFirst(snapshot), join(root, 'Packages/a-1-1.noarch.rpm'));
    assert.equal(existsSync(join(run.ctx.environment.cacheDir, 'packages')), false);
  });

  it('plans a package with all that is needed to fetch it', async () => {
    const table = await source.open(await refresh(ref({ baseurl: root })), run.ctx);
    assert.deepEqual(table.planned(1, 'dependency'), {
      format: 'rpm',
      name: 'b',
      epoch: 0,
      version: '2~rc1',
      release: '1',
      arch: 'noarch',
      source: 'r',
      location: 'Packages/b-2~rc1-1.noarch.rpm',
      checksum: { algorithm: 'sha256', value: createHash('sha256').update('package b 2~rc1').digest('hex') },
      size: 15,
      installedSize: 10,
      reason: 'dependency',
    });
  });

  it('fetches file lists only when they are asked for', async () => {
    const { url, requests } = await server();
    const snapshot = await refresh(ref({ baseurl: [url] }));
    const asked = (): boolean => requests.some((request) => request.url.includes('filelists'));
    const table = await source.open(snapshot, run.ctx);
    assert.deepEqual([table.filesComplete, table.files(1), asked()], [false, [], false]);
    await table.loadFiles(run.ctx);
    assert.deepEqual([table.filesComplete, table.files(1), asked()], [true, ['/usr/lib/b/data', '/etc/b'], true]);
  });

  it('asks only whether anything has changed, and works offline', async () => {
    const { url, requests } = await server();
    const from = ref({ baseurl: [url] });
    await refresh(from);
    const before = requests.length;
    source = new RpmMdSource();
    await refresh(from);
    assert.deepEqual(
      requests.slice(before).map((request) => [request.url, request.headers['if-none-match'] !== undefined]),
      [['/repodata/repomd.xml', true]],
    );
    source = new RpmMdSource();
    const offline = await refresh(from, true);
    assert.equal(requests.length, before + 1);
    assert.equal(offline.packages, 2);
    const table = await source.open(offline, run.ctx);
    assert.equal((await failure(table.loadFiles(run.ctx))).code, 'SOURCE_NOT_CACHED');
    assert.equal((await failure(fetchFirst(offline, true))).code, 'SOURCE_NOT_CACHED');
    const file = await fetchFirst(offline);
    assert.equal(readFileSync(file, 'utf8'), 'package a 1');
    assert.equal(await fetchFirst(offline, true), file);
    assert.equal((await failure(refresh(ref({ baseurl: [`${url}/other`] }), true))).code, 'SOURCE_NOT_CACHED');
  });

  it('takes a new state in, and can still open the one before', async () => {
    const from = ref({ baseurl: root });
    const first = await refresh(from);
    for (const revision of [2, 3]) {
      writeRepository(root, [...PACKAGES, { name: 'c', version: String(revision) }], { revision });
      source = new RpmMdSource();
      const next = await refresh(from);
      assert.notEqual(next.digest, first.digest);
      assert.equal(next.packages, 3);
      if (revision === 2) assert.equal((await source.open(first, run.ctx)).count, 2);
      else assert.equal((await failure(source.open(first, run.ctx))).code, 'SOURCE_NOT_CACHED');
    }
  });

  it('rebuilds what is damaged in the cache', async () => {
    const from = ref({ baseurl: root });
    await refresh(from);
    const directory = join(
      run.ctx.environment.cacheDir,
      'rpmmd',
      readdirSync(join(run.ctx.environment.cacheDir, 'rpmmd'))[0]!,
    );
    const names = readdirSync(directory).filter((name) => /^(primary|comps)/.test(name) || name === 'state.json');
    assert.ok(names.length >= 4);
    for (const name of names) {
      const bytes = readFileSync(join(directory, name));
      bytes[bytes.length >> 1]! ^= 0xff;
      writeFileSync(join(directory, name), bytes);
    }
    source = new RpmMdSource();
    const table = await source.open(await refresh(from), run.ctx);
    assert.deepEqual([table.name(0), table.groups.length], ['a', 1]);
  });

  it('rebuilds packed metadata whatever bit of them is wrong, and wherever they end', async () => {
    const from = ref({ baseurl: root });
    await refresh(from);
    const cache = join(run.ctx.environment.cacheDir, 'rpmmd');
    const directory = join(cache, readdirSync(cache)[0]!);
    const packed = readdirSync(directory).filter((name) => /^(index|primary).*packed$/.test(name));
    assert.equal(packed.length, 2);
    for (const path of packed.map((name) => join(directory, name))) {
      const whole = readFileSync(path);
      const step = Math.ceil(whole.length / 40);
      for (let at = 0; at < whole.length; at += step) {
        const flipped = Buffer.from(whole);
        flipped[at]! ^= 1 << (at % 8);
        for (const bytes of [flipped, whole.subarray(0, at)]) {
          writeFileSync(path, bytes);
          const table = await new RpmMdSource().open(await refresh(from, true), run.ctx);
          const { location } = table.planned(0, 'requested');
          assert.deepEqual(
            [table.count, table.name(0), table.version(1), location !== ''],
            [2, 'a', '2~rc1', true],
            `at ${at}`,
          );
          assert.equal(readFileSync(path).length, whole.length, `at ${at}`);
          source = new RpmMdSource();
        }
      }
    }
  });

  it('fetches again what was damaged when packed metadata turn out to be damaged as well', async () => {
    const from = ref({ baseurl: root });
    await refresh(from);
    const cache = join(run.ctx.environment.cacheDir, 'rpmmd');
    const directory = join(cache, readdirSync(cache)[0]!);
    for (const name of readdirSync(directory).filter((entry) => /^(primary|index)-/.test(entry))) {
      const bytes = readFileSync(join(directory, name));
      bytes[bytes.length >> 1]! ^= 0xff;
      writeFileSync(join(directory, name), bytes);
    }
    assert.equal(
      (await failure(new RpmMdSource().refresh(from, { cacheOnly: true }, run.ctx))).code,
      'SOURCE_NOT_CACHED',
    );
    const table = await new RpmMdSource().open(await refresh(from), run.ctx);
    assert.equal(table.name(0), 'a');
  });

  it('parses only what has changed', async () => {
    const second = join(run.directory, 'second');
    writeRepository(second, [{ name: 'z' }]);
    const both: SourceRef[] = [ref({ baseurl: root }), { ...ref({ baseurl: second }), id: 's' }];
    for (const from of both) await refresh(from);
    const cache = join(run.ctx.environment.cacheDir, 'rpmmd');
    const packed = (): Map<string, number> =>
      new Map(
        readdirSync(cache)
          .flatMap((name) => readdirSync(join(cache, name)).map((file) => join(cache, name, file)))
          .filter((path) => path.endsWith('.packed'))
          .map((path) => [path, statSync(path).ino]),
      );
    const before = packed();
    writeRepository(second, [{ name: 'z' }, { name: 'zz' }], { revision: 2 });
    source = new RpmMdSource();
    const snapshots = [await refresh(both[0]!), await refresh(both[1]!)];
    assert.deepEqual(
      snapshots.map(({ packages }) => packages),
      [2, 2],
    );
    const after = packed();
    const changed = [...after].filter(([path, ino]) => before.get(path) !== ino);
    assert.equal(before.size, 4);
    assert.equal(changed.length, 2);
    for (const kind of ['primary', 'index']) {
      assert.ok(changed.some(([path]) => new RegExp(`/s-[^/]+/${kind}-`).test(path)));
    }
  });

  it('reads a repository that has zchunk files only (needs ../shared)', async function () {
    const folder = sharedData('rpmmd', 'createrepo_c', 'repo_with_additional_metadata', 'repodata');
    if (folder === undefined) return this.skip();
    const mirror = join(run.directory, 'zck');
    cpSync(folder, join(mirror, 'repodata'), { recursive: true });
    const repomd = join(mirror, 'repodata', 'repomd.xml');
    const text = readFileSync(repomd, 'utf8').replaceAll(
      /<data type="(?:primary|filelists|other|updateinfo|group|group_gz)">.*?<\/data>/gs,
      '',
    );
    chmodSync(join(mirror, 'repodata'), 0o755);
    rmSync(repomd);
    writeFileSync(repomd, text);
    const table = await source.open(await refresh(ref({ baseurl: mirror })), run.ctx);
    assert.ok(table.count > 0);
    assert.ok(table.groups.length > 0);
    await table.loadFiles(run.ctx);
    assert.ok(table.files(0).length > 0);
    assert.ok((await table.changelogs!(run.ctx))(0).length > 0);
    assert.ok((await table.advisories!(run.ctx)).length > 0);
  });

  it('goes to the next mirror when one has old metadata', async () => {
    const good = await server();
    const stale = await server((request, response, count) => {
      if (request.url!.endsWith('repomd.xml')) return directoryAnswer(root)(request, response, count);
      response.end('older');
    });
    const snapshot = await refresh(ref({ baseurl: [stale.url, good.url] }));
    assert.equal(snapshot.packages, 2);
    assert.equal(readFileSync(await fetchFirst(snapshot), 'utf8'), 'package a 1');
  });

  it('finds mirrors by mirror list and by metalink, whose checksum must hold', async () => {
    const good = await server();
    const bad = await server(
      (_request, response) => void response.end(`<repomd><data type="primary"><location href="x"/></data></repomd>`),
    );
    const metalink = `<metalink xmlns:mm0="m"><files><file name="repomd.xml"><size>${repository.repomd.length}</size>
      <verification><hash type="sha256">${repository.digest}</hash></verification><resources>
      <url preference="100">${bad.url}/repodata/repomd.xml</url><url preference="90">${good.url}/repodata/repomd.xml</url></resources></file></files></metalink>`;
    const lists = await server(
      (request, response) => void response.end(request.url === '/list' ? `# mirrors\n${good.url}/\n` : metalink),
    );
    for (const options of [{ mirrorlist: `${lists.url}/list` }, { metalink: `${lists.url}/metalink` }]) {
      const snapshot = await refresh(ref(options));
      assert.equal(snapshot.digest, repository.digest);
      assert.equal(readFileSync(await fetchFirst(snapshot), 'utf8'), 'package a 1');
    }
    const none = await server((_request, response) => void response.end('# no mirror for this release\n'));
    assert.equal((await failure(refresh(ref({ mirrorlist: none.url })))).code, 'SOURCE_UNAVAILABLE');
  });

  it('logs in with what the .repo file says when it is used', async () => {
    const secured = await server((request, response, count) => {
      if (request.headers.authorization !== `Basic ${Buffer.from('me:pass word').toString('base64')}`)
        return void response.writeHead(401).end();
      directoryAnswer(root)(request, response, count);
    });
    const file = join(run.directory, 'x.repo');
    writeFileSync(file, `[r]\nbaseurl=${secured.url}\nusername=me\npassword=pass word\n`);
    const [from] = completeSources([ref({ lookup: [file], variables: {} })], run.ctx)!;
    assert.equal((await refresh(from!)).packages, 2);
    rmSync(file);
    assert.equal((await failure(refresh(from!))).code, 'SOURCE_REPO_FILE');
    writeFileSync(file, '[other]\nbaseurl=http://x\n');
    assert.equal((await failure(refresh(from!))).code, 'SOURCE_LOGIN');
  });

  it('uses a login within a URL, for that server only', async () => {
    const { url, requests } = await server();
    const file = join(run.directory, 'x.repo');
    writeFileSync(file, `[r]\nbaseurl=${url.replace('//', '//me:pw@')}\n`);
    const [from] = completeSources([ref({ lookup: [file], variables: {} })], run.ctx)!;
    assert.doesNotMatch(JSON.stringify(from), /pw@/);
    await fetchFirst(await refresh(from!));
    assert.ok(requests.length > 3 && requests.every(({ headers }) => headers.authorization !== undefined));
  });

  it('does not give the login to other servers that the metadata or gpgkey name', async () => {
    const other = await server((_request, response) => void response.end('package'));
    writeRepository(root, [{ name: 'a', content: Buffer.from('package'), location: `${other.url}/a.rpm` }]);
    const own = await server();
    const file = join(run.directory, 'x.repo');
    const key = `gpgcheck=1\ngpgkey=${other.url}/key`;
    writeFileSync(file, `[r]\nbaseurl=${own.url}\nusername=me\npassword=secret\n${key}\n`);
    const [from] = completeSources([ref({ lookup: [file], variables: {} })], run.ctx)!;
    assert.equal((await failure(refresh(from!).then((snapshot) => fetchFirst(snapshot)))).code, 'SOURCE_NO_KEY');
    assert.ok(own.requests.every(({ headers }) => headers.authorization !== undefined));
    assert.deepEqual(
      other.requests.map(({ url, headers }) => [url, headers.authorization]),
      [
        ['/a.rpm', undefined],
        ['/key', undefined],
      ],
    );
  });

  it('leaves a repository out that is not to be had and may be skipped', async () => {
    const options = { baseurl: `${run.directory}/nowhere` };
    const error = await failure(refresh(ref(options)));
    assert.equal(error.code, 'SOURCE_UNAVAILABLE');
    assert.match(error.message, /repository r .*nowhere/);
    const snapshot = await refresh(ref({ ...options, skip_if_unavailable: true }));
    assert.equal(snapshot.packages, 0);
    assert.equal((await source.open(snapshot, run.ctx)).count, 0);
    assert.equal(run.warnings.length, 1);
  });

  it('never leaves a repository out because something is wrong with it', async () => {
    writeRepository(root, [], { primary: '<metadata>' });
    assert.equal(
      (await failure(refresh(ref({ baseurl: root, skip_if_unavailable: true })))).code,
      'METADATA_TRUNCATED',
    );
  });

  it('leaves packages out as includepkgs and excludepkgs say', async () => {
    const names = async (options: { [key: string]: Json }): Promise<string[]> => {
      const table = await source.open(await refresh(ref({ baseurl: root, ...options })), run.ctx);
      return Array.from(
        { length: table.count },
        (_, index) => `${table.name(index)}${table.planned(index, 'base').version}`,
      );
    };
    assert.deepEqual(await names({ excludepkgs: ['b*'] }), ['a1']);
    assert.deepEqual(await names({ includepkgs: ['b-2~rc1-1.noarch'] }), ['b2~rc1']);
    assert.deepEqual(await names({ includepkgs: ['[!a]'] }), ['b2~rc1']);
    assert.deepEqual(await names({ includepkgs: ['?'], excludepkgs: ['a.noarch', 'b-0:*'] }), []);
  });

  it('refuses a local package that is not what the metadata say', async () => {
    const snapshot = await refresh(ref({ baseurl: root }));
    writeFileSync(join(root, 'Packages/a-1-1.noarch.rpm'), 'something else');
    const error = await failure(fetchFirst(snapshot));
    assert.equal(error.code, 'SOURCE_CHECKSUM');
    assert.match(error.message, /a-1-1\.noarch\.rpm/);
  });

  it('never leaves the repository', async () => {
    writeFileSync(join(run.directory, 'secret'), 'x');
    for (const location of ['../secret', 'Packages/%2e%2e/%2e%2e/secret', '/etc/passwd', 'file:///etc/passwd']) {
      writeRepository(
        root,
        [{ name: 'a', location: `..${location}`.slice(2) }].map((pkg) => ({ ...pkg, content: Buffer.from('x') })),
      );
      source = new RpmMdSource();
      const error = await failure(refresh(ref({ baseurl: root })).then((snapshot) => fetchFirst(snapshot)));
      assert.equal(error.code, 'SOURCE_LOCATION', location);
    }
  });

  const BROKEN: { readonly [what: string]: readonly [string, string] } = {
    'broken XML': ['<metadata>\n<package></metadata>', 'METADATA_XML_MALFORMED'],
    'a cut-off file': ['<metadata>\n<package type="rpm">', 'METADATA_TRUNCATED'],
    'an entity': ['<!DOCTYPE metadata [<!ENTITY x "y">]><metadata/>', 'METADATA_XML_REFUSED'],
    'another document': ['<html/>', 'METADATA_UNEXPECTED'],
  };
  for (const [what, [primary, code]] of Object.entries(BROKEN)) {
    it(`says file and line for ${what}`, async () => {
      const { paths } = writeRepository(root, [], { primary });
      const error = await failure(refresh(ref({ baseurl: root })));
      assert.equal(error.code, code);
      assert.ok(error.message.includes(paths.primary), error.message);
      assert.ok(error.hint);
    });
  }

  it('reads large metadata in a thread, and says what is wrong with them all the same', async () => {
    // Does not compress: large enough for a thread to be worth it.
    const summary = randomBytes(600_000).toString('base64');
    const pkg = `<package type="rpm"><name>big</name><arch>noarch</arch><version epoch="0" ver="1" rel="1"/><checksum type="sha256">00</checksum><summary>${summary}</summary><location href="b.rpm"/></package>`;
    writeRepository(root, [], { primary: `<metadata>\n${pkg}</metadata>` });
    const table = await source.open(await refresh(ref({ baseurl: root })), run.ctx);
    assert.deepEqual([table.count, table.name(0), table.summary(0) === summary], [1, 'big', true]);
    writeRepository(root, [], { primary: `<metadata>\n${pkg}<package>\n</metadata>` });
    const error = await failure(refresh(ref({ baseurl: root })));
    assert.equal(error.code, 'METADATA_XML_MALFORMED');
    assert.match(error.message, /primary\.xml\.gz:3:/);
    assert.ok(error.hint);
    writeRepository(root, [], { primary: `<metadata>${pkg}</metadata>` });
    const work = refresh(ref({ baseurl: root }));
    run.abort.abort(new Error('enough'));
    await assert.rejects(work, /enough/);
  });

  it('tells an error page from a repository, and does not keep it', async () => {
    let broken = true;
    const { url } = await server((request, response, count) => {
      if (broken) return void response.setHeader('etag', '"e"').end('<html>sorry</html>');
      directoryAnswer(root)(request, response, count);
    });
    assert.equal((await failure(refresh(ref({ baseurl: url })))).code, 'METADATA_UNEXPECTED');
    broken = false;
    assert.equal((await refresh(ref({ baseurl: url }))).packages, 2);
  });

  it('stops when the run is aborted', async () => {
    const { url } = await server(() => undefined);
    const work = refresh(ref({ baseurl: url, skip_if_unavailable: true }));
    setTimeout(() => run.abort.abort(new Error('enough')), 30);
    await assert.rejects(work, /enough/);
  });

  describe('signatures of metadata', () => {
    let key: string;
    let sign: (bytes: Uint8Array) => Promise<string>;

    before(async () => {
      const openpgp = await import('openpgp');
      const pair = await openpgp.generateKey({
        userIDs: [{ name: 'test' }],
        format: 'object',
        date: new Date(1_600_000_000_000),
      });
      key = pair.publicKey.armor();
      sign = async (bytes) =>
        (await openpgp.sign({
          message: await openpgp.createMessage({ binary: bytes }),
          signingKeys: pair.privateKey,
          detached: true,
          date: new Date(1_650_000_000_000),
        })) as string;
    });

    const signed = (): SourceRef => ref({ baseurl: root, repo_gpgcheck: true, gpgkey: join(run.directory, 'key.asc') });

    it('takes a good one', async () => {
      writeFileSync(join(run.directory, 'key.asc'), key);
      writeFileSync(join(root, 'repodata/repomd.xml.asc'), await sign(repository.repomd));
      assert.equal((await refresh(signed())).packages, 2);
      assert.equal((await refresh(signed(), true)).packages, 2);
    });

    it('refuses a missing one, one of other bytes, one of another key, and a missing key', async () => {
      writeFileSync(join(run.directory, 'key.asc'), key);
      assert.equal((await failure(refresh(signed()))).code, 'SOURCE_METADATA_SIGNATURE');
      writeFileSync(join(root, 'repodata/repomd.xml.asc'), await sign(Buffer.from('other')));
      assert.equal((await failure(refresh(signed()))).code, 'SOURCE_METADATA_SIGNATURE');
      assert.equal((await failure(refresh(signed(), true))).code, 'SOURCE_NOT_CACHED');
      writeFileSync(join(root, 'repodata/repomd.xml.asc'), await sign(repository.repomd));
      writeFileSync(join(run.directory, 'key.asc'), readFileSync(join(FIXTURES, 'keys-v4.asc')));
      assert.equal((await failure(refresh(signed()))).code, 'SOURCE_METADATA_SIGNATURE');
      writeFileSync(join(run.directory, 'key.asc'), 'no key');
      assert.equal((await failure(refresh(signed()))).code, 'SOURCE_NO_KEY');
      rmSync(join(run.directory, 'key.asc'));
      assert.equal((await failure(refresh(signed()))).code, 'SOURCE_NO_KEY');
      assert.equal((await failure(refresh(ref({ baseurl: root, repo_gpgcheck: true })))).code, 'SOURCE_NO_KEY');
    });
  });

  describe('signatures of packages', () => {
    const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, name));
    const check = async (content: Buffer, keys: string | null, cacheOnly = false): Promise<string> => {
      writeRepository(root, [{ name: 'p', content }]);
      source = new RpmMdSource();
      const options = keys === null ? {} : { gpgkey: join(FIXTURES, keys) };
      const snapshot = await refresh(ref({ baseurl: root, gpgcheck: true, ...options }), cacheOnly);
      return fetchFirst(snapshot);
    };

    it('takes a package that is signed by the key', async () => {
      assert.ok(await check(fixture('signed-v4.rpm'), 'keys-v4.asc'));
      assert.ok(await check(fixture('signed-v6.rpm'), 'keys-v6.asc'));
    });

    it('refuses one without a signature, by another key or without keys, and says what to do', async () => {
      const unsigned = await failure(check(fixture('basic-v4.rpm'), 'keys-v4.asc'));
      assert.equal(unsigned.code, 'SOURCE_PACKAGE_UNSIGNED');
      assert.match(unsigned.hint ?? '', /gpgcheck=0/);
      assert.equal((await failure(check(fixture('signed-v4.rpm'), 'keys-v6.asc'))).code, 'SOURCE_PACKAGE_KEY');
      assert.equal((await failure(check(fixture('signed-v4.rpm'), null))).code, 'SOURCE_NO_KEY');
    });

    it('refuses one that was changed afterwards, and what is no package', async () => {
      const header = fixture('signed-v4.rpm').lastIndexOf(Buffer.from('8eade80100000000', 'hex'));
      for (const at of [-1, -200, header + 500]) {
        const bytes = Buffer.from(fixture('signed-v4.rpm'));
        const index = at < 0 ? bytes.length + at : at;
        bytes[index]! ^= 1;
        assert.equal((await failure(check(bytes, 'keys-v4.asc'))).code, 'SOURCE_PACKAGE_SIGNATURE', String(at));
      }
      assert.equal((await failure(check(Buffer.from('no package'), 'keys-v4.asc'))).code, 'SOURCE_PACKAGE_SIGNATURE');
    });

    it('fetches keys from where the repository says', async () => {
      mkdirSync(join(root, 'keys'));
      writeFileSync(join(root, 'keys/k.asc'), fixture('keys-v4.asc'));
      const { url, requests } = await server();
      writeRepository(root, [{ name: 'p', content: fixture('signed-v4.rpm') }]);
      const snapshot = await refresh(ref({ baseurl: url, gpgcheck: true, gpgkey: `${url}/keys/k.asc` }));
      assert.ok(await fetchFirst(snapshot));
      source = new RpmMdSource();
      assert.ok(await fetchFirst(snapshot, true));
      assert.equal(requests.filter((request) => request.url.includes('k.asc')).length, 1);
    });
  });
});
