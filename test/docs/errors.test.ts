import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { allErrors, ERRORS_DOC } from '../../scripts/errors-doc.ts';

describe('docs/errors.md', () => {
  it('shows exactly the codes that packages declare, with their meanings', async () => {
    const declared = (await allErrors()).flatMap(({ name, codes }) =>
      Object.entries(codes).map(([code, meaning]) => `${name} ${code}: ${meaning}`),
    );
    let section = '';
    const shown: string[] = [];
    for (const line of readFileSync(ERRORS_DOC, 'utf8').split('\n')) {
      section = /^## (.*)$/.exec(line)?.[1] ?? section;
      const row = /^\| `([^`]+)` \| (.*) \|$/.exec(line);
      if (row !== null) shown.push(`${section} ${row[1]}: ${row[2]?.replaceAll('\\|', '|')}`);
    }
    assert.deepEqual(shown.sort(), declared.sort(), 'run: node scripts/errors-doc.ts --write');
  });

  it('has every code once', async () => {
    const owners = new Map<string, string>();
    for (const { name, codes } of await allErrors()) {
      for (const code of Object.keys(codes)) {
        assert.equal(owners.get(code), undefined, `${code} is declared by ${owners.get(code)} and ${name}`);
        owners.set(code, name);
      }
    }
  });

  it('says of each code in a sentence what it means', async () => {
    for (const { codes } of await allErrors()) {
      for (const [code, meaning] of Object.entries(codes)) {
        assert.match(code, /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
        assert.match(meaning, /^\S.{15,}\.$/, `${code}: ${meaning}`);
      }
    }
  });
});
