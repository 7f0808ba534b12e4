import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIELDS, LEGACY_NAMES } from '../../../../plugins/treefile/src/model/fields.ts';
import { refuseUnsupported, UNSUPPORTED } from '../../../../plugins/treefile/src/request/unsupported.ts';
import { ROOT } from '../../../support/shared.ts';
import { failureOf, Workspace } from '../support/workspace.ts';

describe('treefile fields that are not acted on', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = new Workspace();
  });
  afterEach(() => workspace.remove());

  const refusal = () => failureOf(() => refuseUnsupported(workspace.flatten()));

  it('names each one that is used, with its place', () => {
    workspace.write('manifest.yaml', 'ref: a\ninclude: inc.yaml\nplatform-module: x\nima: false\ncliwrap-binaries: []');
    workspace.write('inc.yaml', '\nostree-layers: [a]');
    const error = refusal();
    assert.equal(error.code, 'TREEFILE_UNSUPPORTED');
    assert.deepEqual(
      error.problems.map(({ message }) => message.replaceAll(`${workspace.directory}/`, '')),
      ['inc.yaml:2: "ostree-layers" is not supported yet.', 'manifest.yaml:3: "platform-module" is not supported yet.'],
    );
  });

  it('lets values pass that ask for nothing special', () => {
    workspace.write(
      'manifest.yaml',
      'selinux-label-version: 0\nsysusers: compose-auto\nrepo-metadata: disabled\nrojig: {name: a, summary: b, license: c}',
    );
    refuseUnsupported(workspace.flatten());
  });

  it('finds programs in finalize.d, and only programs', () => {
    workspace.write('manifest.yaml', 'ref: a');
    workspace.write('finalize.d/readme', 'x');
    refuseUnsupported(workspace.flatten());
    workspace.write('finalize.d/01-x', '#!/bin/sh\n', 0o755);
    assert.match(refusal().message, /finalize\.d\/01-x beside the treefile is not supported/);
  });

  const documentation = readFileSync(join(ROOT, 'docs', 'treefile.md'), 'utf8');
  const section = (title: string) => {
    const text = documentation.split(/^## /m).find((part) => part.startsWith(title)) ?? '';
    const rows = [...text.matchAll(/^\| (`.*?) \|/gm)].map((match) => match[1] ?? '');
    return rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
  };

  it('are those of the table in docs/treefile.md', () => {
    const documented = section('Not acted on yet').filter((field) => field !== 'finalize.d');
    assert.deepEqual(documented.sort(), Object.keys(UNSUPPORTED).sort());
  });

  it('and the table of fields there has all others', () => {
    const documented = new Set([...section('Fields'), ...section('Not acted on yet')]);
    assert.deepEqual(
      Object.keys(FIELDS).filter((field) => !documented.has(field)),
      [],
    );
    for (const name of Object.keys(LEGACY_NAMES)) assert.ok(documentation.includes(`\`${name}\``), name);
  });
});
