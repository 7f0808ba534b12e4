import { readFileSync } from 'node:fs';
import type { KeySource, Terminal } from '@ostrata/contract';
import { usageError } from '../error.ts';
import { openRepository } from '../open.ts';
import { importKeys, importReport } from '../signing/import-keys.ts';
import type { OptionValues, Verb } from '../verb.ts';

export const remoteGpgImport: Verb = {
  usage: 'NAME [KEY-ID...]',
  options: [
    {
      name: 'keyring',
      char: 'k',
      kind: 'list',
      summary: 'Import keys from a keyring file (repeatable)',
      value: 'FILE',
    },
    { name: 'stdin', kind: 'flag', summary: 'Import keys from standard input' },
  ],
  async run(call) {
    const { args, options, terminal } = call;
    const [name, ...ids] = args;
    if (name === undefined) throw usageError(call, 'NAME must be specified');
    if (options.flag('stdin') && options.flag('keyring')) {
      throw usageError(call, '--keyring and --stdin are mutually exclusive');
    }
    const repo = openRepository(call.repo);
    const from = sources(options, terminal);
    const count = await terminal.withContext((ctx) => importKeys(repo, name, from, ids, ctx));
    terminal.out(importReport(count, name));
  },
};

function sources(options: OptionValues, { input }: Terminal): KeySource[] | null {
  if (options.flag('stdin')) return [{ keys: readFileSync(input), name: 'standard input' }];
  const files = options.list('keyring').map((path) => ({ keys: readFileSync(path), name: path }));
  return files.length > 0 ? files : null;
}
