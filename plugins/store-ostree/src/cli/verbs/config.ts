import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../../repo/config.ts';
import { setConfigKey, unescapeValue, unsetConfigKey } from '../../repo/config-edit.ts';
import { KeyFile } from '../../repo/key-file.ts';
import { replaceFile } from '../../repo/replace-file.ts';
import { usageError, VerbError } from '../error.ts';
import { openRepository } from '../open.ts';
import type { Invocation, Verb } from '../verb.ts';

export const config: Verb = {
  usage: '(get KEY|set KEY VALUE|unset KEY)',
  options: [{ name: 'group', kind: 'text', summary: 'Group name' }],
  run(call) {
    const { args, terminal } = call;
    const operation = args[0];
    if (operation === undefined) throw usageError(call, 'OPERATION must be specified');
    if (args.length > (operation === 'set' ? 3 : 2)) throw usageError(call, 'Too many arguments given');
    const path = join(openRepository(call.repo).path, 'config');
    const text = readFileSync(path, 'utf8');
    if (operation === 'set') {
      const { group, key } = keyOf(
        call,
        args.length < 3 ? undefined : args[1],
        'GROUP name, KEY and VALUE',
        'KEY and VALUE',
      );
      const changed = setConfigKey(text, group, key, args[2]!);
      parseConfig(changed, path);
      replaceFile(path, changed);
    } else if (operation === 'get') {
      const { group, key } = keyOf(call, args[1], 'Group name and key', 'KEY');
      const value = readKey(text, group, key);
      terminal.out(`${unescapeValue(value)}\n`);
    } else if (operation === 'unset') {
      const { group, key } = keyOf(call, args[1], 'Group name and key', 'KEY');
      const without = unsetConfigKey(text, group, key);
      if (without !== undefined) replaceFile(path, without);
    } else throw new VerbError(`Unknown operation ${operation}`);
  },
};

function keyOf(call: Invocation, word: string | undefined, withGroup: string, alone: string) {
  const group = call.options.text('group');
  if (word === undefined) throw new VerbError(`${group === undefined ? alone : withGroup} must be specified`);
  if (group !== undefined) return { group, key: word };
  const dot = word.indexOf('.');
  if (dot < 0) throw new VerbError('Key must be of the form "sectionname.keyname"');
  return { group: word.slice(0, dot), key: word.slice(dot + 1) };
}

function readKey(text: string, group: string, key: string): string {
  const file = KeyFile.parse(text);
  const value = file.get(group, key);
  if (value !== undefined) return value;
  if (!file.groups().includes(group)) throw new VerbError(`Key file does not have group “${group}”`);
  throw new VerbError(`Key file does not have key “${key}” in group “${group}”`);
}
