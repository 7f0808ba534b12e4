import {
  applyDelta,
  deleteDelta,
  deltaExists,
  deltaId,
  describeDelta,
  type Endianness,
  formatDelta,
  generateDelta,
  listDeltaIndexes,
  listDeltas,
  reindexDeltas,
} from '../../delta/index.ts';
import { VerbError } from '../error.ts';
import { formatSize } from '../format-size.ts';
import { openRepository } from '../open.ts';
import { resolve } from '../resolve.ts';
import type { OptionValues, Verb } from '../verb.ts';

const MEGABYTE = 1_000_000;

export const deltaList: Verb = {
  usage: '',
  options: [],
  run({ repo, terminal }) {
    const names = listDeltas(openRepository(repo)).map((name) => `${deltaId(name)}\n`);
    terminal.out(names.join('') || '(No static deltas)\n');
  },
};

export const deltaShow: Verb = {
  usage: '',
  options: [],
  run({ repo: path, args, terminal }) {
    const description = describeDelta(openRepository(path), required(args[0], 'DELTA'));
    terminal.out(`${formatDelta(description).join('\n')}\n`);
    if (description.problem) throw description.problem;
  },
};

export const deltaDelete: Verb = {
  usage: '',
  options: [],
  run({ repo, args }) {
    deleteDelta(openRepository(repo), required(args[0], 'DELTA'));
  },
};

export const deltaGenerate: Verb = {
  usage: '[TO]',
  options: [
    { name: 'from', kind: 'text', summary: 'Create delta from revision REV', value: 'REV' },
    { name: 'empty', kind: 'flag', summary: 'Create delta from scratch' },
    { name: 'inline', kind: 'flag', summary: 'Inline delta parts into main delta' },
    { name: 'to', kind: 'text', summary: 'Create delta to revision REV', value: 'REV' },
    { name: 'disable-bsdiff', kind: 'flag', summary: 'Disable use of bsdiff' },
    { name: 'if-not-exists', char: 'n', kind: 'flag', summary: 'Only generate if a delta does not already exist' },
    { name: 'set-endianness', kind: 'text', summary: "Choose metadata endianness ('l' or 'B')", value: 'ENDIAN' },
    { name: 'swap-endianness', kind: 'flag', summary: 'Swap metadata endianness from host order' },
    {
      name: 'min-fallback-size',
      kind: 'text',
      summary: 'Minimum uncompressed size in megabytes for individual HTTP request',
    },
    {
      name: 'max-bsdiff-size',
      kind: 'text',
      summary: 'Maximum size in megabytes to consider bsdiff compression for input files',
    },
    { name: 'max-chunk-size', kind: 'text', summary: 'Maximum size of delta chunks in megabytes' },
    {
      name: 'filename',
      kind: 'text',
      summary: 'Write the delta content to PATH (a directory).  If not specified, the OSTree repository is used',
      value: 'PATH',
    },
  ],
  run({ repo: path, args, options, terminal }) {
    const target = options.text('to') ?? required(args[0], 'TO revision');
    const repo = openRepository(path);
    if (options.flag('empty') && options.flag('from'))
      throw new VerbError('Cannot specify both --empty and --from=REV');
    const source = options.flag('empty') ? undefined : (options.text('from') ?? `${target}^`);
    const from = source === undefined ? undefined : resolve(repo, source);
    const name = { from, to: resolve(repo, target) };
    const id = from === undefined ? name.to : `${from}-${name.to}`;
    if (options.flag('if-not-exists') && deltaExists(repo, id)) {
      terminal.out(`Delta ${id} already exists.\n`);
      return;
    }
    const filename = options.text('filename');
    const settings = {
      endianness: endianness(options),
      bsdiff: !options.flag('disable-bsdiff'),
      inline: options.flag('inline'),
      ...megabytes(options, 'min-fallback-size', 'minFallbackSize'),
      ...megabytes(options, 'max-bsdiff-size', 'maxBsdiffSize'),
      ...megabytes(options, 'max-chunk-size', 'maxChunkSize'),
      ...(filename === undefined ? {} : { filename }),
    };
    terminal.out(`Generating static delta:\n  From: ${from ?? 'empty'}\n  To:   ${name.to}\n`);
    const { rollsums, patches, fallbacks } = generateDelta(repo, name, settings);
    for (const { id: object, uncompressedSize } of fallbacks)
      terminal.err(`fallback for ${object} (${formatSize(Number(uncompressedSize))})\n`);
    terminal.err(`rollsum=${rollsums} objects\nbsdiff=${patches} objects\n`);
  },
};

export const deltaApply: Verb = {
  usage: '',
  options: [],
  run({ repo, args }) {
    applyDelta(openRepository(repo), required(args[0], 'PATH'));
  },
};

export const deltaIndexes: Verb = {
  usage: '',
  options: [],
  run({ repo, terminal }) {
    const indexes = listDeltaIndexes(openRepository(repo)).map((to) => `${to}\n`);
    terminal.out(indexes.join('') || '(No static deltas indexes)\n');
  },
};

export const deltaReindex: Verb = {
  usage: '',
  options: [{ name: 'to', kind: 'text', summary: 'Only update delta index to revision REV', value: 'REV' }],
  run({ repo, options }) {
    reindexDeltas(openRepository(repo), options.text('to'));
  },
};

function required(word: string | undefined, what: string): string {
  if (word === undefined) throw new VerbError(`${what} must be specified`);
  return word;
}

function endianness(options: OptionValues): Endianness {
  const text = options.text('set-endianness') ?? 'l';
  if (text !== 'l' && text !== 'B') throw new VerbError(`Invalid endianness '${text}'`);
  return (text === 'l') === options.flag('swap-endianness') ? 'big' : 'little';
}

function megabytes<K extends string>(options: OptionValues, name: string, key: K): { [P in K]?: number } {
  const text = options.text(name);
  const found: { [P in K]?: number } = {};
  if (text !== undefined) found[key] = (Number.parseInt(text, 10) || 0) * MEGABYTE;
  return found;
}
