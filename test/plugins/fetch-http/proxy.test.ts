import assert from 'node:assert/strict';
import { bypasses, proxyFor } from '../../../plugins/fetch-http/src/proxy.ts';
import { redactText, redactUrl } from '../../../plugins/fetch-http/src/redact.ts';

describe('fetch-http: which proxy', () => {
  const environment = { http: 'plain:3128', https: 'https://secure:3129', no: 'inside.example' };
  const of = (url: string, override?: string | null): string | null => proxyFor(new URL(url), override, environment);

  it('takes the one of the scheme, unless the request says otherwise', () => {
    assert.equal(of('http://a/'), 'http://plain:3128');
    assert.equal(of('https://a/'), 'https://secure:3129');
    assert.equal(of('https://a/', null), null);
    assert.equal(of('https://a/', 'http://own:1'), 'http://own:1');
    assert.equal(of('http://inside.example/'), null);
    assert.equal(of('http://inside.example/', 'http://own:1'), 'http://own:1');
  });

  const CASES: readonly (readonly [string, string, boolean])[] = [
    ['http://a.example/', 'example', true],
    ['http://a.example/', '.example', true],
    ['http://a.example/', '*.example', true],
    ['http://example/', '.example', true],
    ['http://badexample/', 'example', false],
    ['http://a.example/', 'other, a.example', true],
    ['http://a.example:8080/', 'a.example:8080', true],
    ['http://a.example/', 'a.example:8080', false],
    ['https://a.example/', 'a.example:443', true],
    ['http://127.0.0.1/', '127.0.0.1', true],
    ['http://[::1]/', '::1', true],
    ['http://[::1]:81/', '[::1]:81', true],
    ['http://anything/', '*', true],
    ['http://anything/', ' , ', false],
  ];
  for (const [url, list, expected] of CASES) {
    it(`${url} with no_proxy "${list}": ${expected ? 'without' : 'through it'}`, () => {
      assert.equal(bypasses(new URL(url), list), expected);
    });
  }
});

describe('fetch-http: what may be shown', () => {
  it('leaves out logins and secret parameters', () => {
    assert.equal(
      redactUrl('https://me:pw@host/p?release=9&token=abc&X-Amz-Signature=s'),
      'https://host/p?release=9&token=…&X-Amz-Signature=…',
    );
    assert.equal(redactUrl('https://host/a%20b?x=1'), 'https://host/a%20b?x=1');
    assert.equal(
      redactText('failed: http://me:pw@host:1/x?password=1&b=2 and "ftp://u@h"'),
      'failed: http://host:1/x?password=…&b=2 and "ftp://h"',
    );
  });
});
