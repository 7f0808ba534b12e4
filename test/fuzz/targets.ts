import { mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompressionError } from '@ostrata/compression';
import { isHostError } from '@ostrata/core';
import { sha256 } from '../../plugins/store-ostree/src/codec/checksum.ts';
import {
  decodeCommit,
  decodeMetadata,
  encodeCommit,
  encodeMetadata,
} from '../../plugins/store-ostree/src/codec/commit.ts';
import { decodeDeltaIndex } from '../../plugins/store-ostree/src/codec/delta/delta-index.ts';
import { decodePart, type Part } from '../../plugins/store-ostree/src/codec/delta/part.ts';
import { decodeSuperblock, type PartHeader } from '../../plugins/store-ostree/src/codec/delta/superblock.ts';
import { decodeDirMeta, encodeDirMeta } from '../../plugins/store-ostree/src/codec/dir-meta.ts';
import { decodeDirTree, encodeDirTree } from '../../plugins/store-ostree/src/codec/dir-tree.ts';
import { CodecError } from '../../plugins/store-ostree/src/codec/errors.ts';
import {
  decodeArchiveHeader,
  decodeFileHeader,
  encodeFileHeader,
  fileChecksum,
  startFileChecksum,
} from '../../plugins/store-ostree/src/codec/file-header.ts';
import { decode, encode } from '../../plugins/store-ostree/src/codec/gvariant/index.ts';
import { parseVariant } from '../../plugins/store-ostree/src/codec/gvariant-text/parse.ts';
import { printValue } from '../../plugins/store-ostree/src/codec/gvariant-text/print.ts';
import { commitSizes } from '../../plugins/store-ostree/src/codec/sizes.ts';
import { executePart } from '../../plugins/store-ostree/src/delta/execute-part.ts';
import { readDelta, readPartFile } from '../../plugins/store-ostree/src/delta/open-delta.ts';
import { unpackPart } from '../../plugins/store-ostree/src/delta/read-part.ts';
import { parseMetalink } from '../../plugins/store-ostree/src/pull/http/metalink.ts';
import { parseConfig } from '../../plugins/store-ostree/src/repo/config.ts';
import { KeyFile } from '../../plugins/store-ostree/src/repo/key-file.ts';
import type { ObjectWriter } from '../../plugins/store-ostree/src/repo/object-writer.ts';
import { Repository } from '../../plugins/store-ostree/src/repo/repository.ts';
import { archiveStorage } from '../../plugins/store-ostree/src/repo/storage/archive.ts';
import { collectionRefs, decodeSummary, summaryDeltas } from '../../plugins/store-ostree/src/summary/codec.ts';
import type { Corpus } from './corpus.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutateText, SETTINGS } from './mutate-text.ts';
import { mutateValue, randomType, randomValue } from './mutate-value.ts';
import type { Random } from './random.ts';

export interface Target {
  readonly name: string;
  /** An input of its own for each state of the random numbers. */
  input(random: Random): Buffer;
  /** Reads an input; throws for one that it refuses. */
  read(input: Buffer): void;
}

/** The errors that a reader may throw; anything else is a crash. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof CodecError || error instanceof CompressionError || isHostError(error);

/** Thrown when a reader took an input that it does not write in the same way again. */
export class Mismatch extends Error {}

function same(input: Uint8Array, again: Uint8Array): void {
  if (!Buffer.from(again).equals(input)) throw new Mismatch(`it was read as ${Buffer.from(again).toString('hex')}`);
}

/** Bytes of a GVariant: half of the inputs are valid values of the type, the others are broken in their bytes. */
function variantInput(type: string, seeds: readonly Buffer[]): (random: Random) => Buffer {
  const values = seeds.map((seed) => decode(type, seed));
  return (random) => {
    if (random.chance(0.5)) return mutateBytes(random.pick(seeds), random, seeds);
    const value = encode(type, mutateValue(type, random.pick(values), random));
    return random.chance(0.2) ? mutateBytes(value, random, seeds) : value;
  };
}

const bytesInput =
  (seeds: readonly Buffer[]) =>
  (random: Random): Buffer =>
    mutateBytes(random.pick(seeds), random, seeds);

/** A value of any type; the type stands before it, after the number of its characters. */
function anyVariant(random: Random): Buffer {
  const type = randomType(random);
  const value = encode(type, randomValue(type, random));
  const bytes = random.chance(0.7) ? mutateBytes(value, random, [value]) : value;
  return Buffer.concat([Buffer.of(type.length), Buffer.from(type), bytes]);
}

/** Prefixes a header with its length, as it stands before the content. */
function framed(header: Buffer): Buffer {
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32BE(header.length);
  return Buffer.concat([prefix, header]);
}

const MAX_MADE = 64 * 1024 * 1024;
/** Bytes of a part without its compression; those of the corpus are small. */
const MAX_PART = 16 * 1024 * 1024;

/** Takes what a part makes without keeping it. */
const sink = (): ObjectWriter => {
  let made = 0;
  const writer: Pick<ObjectWriter, 'isStored' | 'fileId' | 'writeNewFile' | 'writeStream' | 'writeMetadata'> = {
    isStored: () => false,
    fileId: fileChecksum,
    writeNewFile: () => {},
    writeMetadata: () => '',
    writeStream(meta, content) {
      const checksum = startFileChecksum(meta);
      for (const chunk of content.chunks()) {
        made += chunk.length;
        if (made > MAX_MADE) throw new CodecError('CODEC_LIMIT', 'a part that makes more than the test takes');
        checksum.update(chunk);
      }
      return checksum.digest('hex');
    },
  };
  return writer as ObjectWriter;
};

interface PartSeed {
  readonly header: PartHeader;
  readonly part: Part;
}

function readParts(corpus: Corpus): { seeds: PartSeed[]; bytes: Buffer[] } {
  const seeds: PartSeed[] = [];
  const files = corpus.files('deltas/*/*/[0-9]');
  const bytes = [...files];
  const headers = corpus.files('deltas/*/*/superblock').flatMap((superblock) => {
    const delta = readDelta('superblock', superblock);
    return delta.superblock.parts.map((header, index) => ({ header, location: delta.part(index) }));
  });
  for (const { header, location } of headers) {
    const found =
      location.kind === 'inline' ? [readPartFile(location)] : files.filter((file) => sha256(file) === header.checksum);
    for (const file of found) {
      if (location.kind === 'inline') bytes.push(Buffer.from(file));
      seeds.push({ header, part: unpackPart(file, 'part', MAX_PART) });
    }
  }
  return { seeds, bytes };
}

const PART_TYPE = '(a(uuu)aa(ayay)ayay)';
const SUPERBLOCK_TYPE = '(a{sv}tayay(a{sv}aya(say)sstayay)aya(uayttay)a(yaytt))';
const COMMIT_TYPE = '(a{sv}aya(say)sstayay)';
const HEADER_TYPE = '(uuuusa(ayay))';

/** All readers of bytes that come from elsewhere, with inputs made of the corpus. `scratch` is a directory for files. */
export function makeTargets(corpus: Corpus, scratch: string): Target[] {
  mkdirSync(scratch, { recursive: true });
  const file = join(scratch, 'object.filez');
  const archive = archiveStorage({ level: 6 });
  const repo = Repository.open(corpus.repository);
  const filez = corpus.files('objects/*/*.filez');
  const headers = filez.map((bytes) => encodeFileHeader(decodeArchiveHeader(bytes).meta));
  const headerInput = variantInput(
    HEADER_TYPE,
    headers.map((header) => header.subarray(8)),
  );
  const parts = readParts(corpus);
  const operations = parts.seeds.map(({ part }) => Buffer.from(part.operations));
  const rawParts = parts.bytes.filter((bytes) => bytes[0] === 0).map((bytes) => bytes.subarray(1));
  const config = corpus.files('config');
  return [
    {
      name: 'gvariant',
      input: anyVariant,
      read(input) {
        const type = input.toString('latin1', 1, 1 + input[0]!);
        const bytes = input.subarray(1 + input[0]!);
        same(bytes, encode(type, decode(type, bytes)));
      },
    },
    {
      name: 'dirtree',
      input: variantInput('(a(say)a(sayay))', corpus.files('objects/*/*.dirtree')),
      read: (input) => void encodeDirTree(decodeDirTree(input)),
    },
    {
      name: 'dirmeta',
      input: variantInput('(uuua(ayay))', corpus.files('objects/*/*.dirmeta')),
      read: (input) => void encodeDirMeta(decodeDirMeta(input)),
    },
    {
      name: 'commit',
      input: variantInput(COMMIT_TYPE, corpus.files('objects/*/*.commit')),
      read(input) {
        const commit = decodeCommit(input);
        commitSizes(commit.metadata);
        encodeCommit(commit);
      },
    },
    {
      name: 'commitmeta',
      input: variantInput('a{sv}', corpus.files('objects/*/*.commitmeta')),
      read: (input) => void encodeMetadata(decodeMetadata(input)),
    },
    {
      name: 'file-header',
      input: (random) => {
        const header = framed(headerInput(random));
        return random.chance(0.2) ? mutateBytes(header, random, headers) : header;
      },
      read: (input) => void encodeFileHeader(decodeFileHeader(input).meta),
    },
    {
      name: 'filez',
      input: bytesInput(filez),
      read(input) {
        // A new file each time: some file systems wait for the disk when one is overwritten.
        writeFileSync(file, input, { flag: 'wx' });
        try {
          archive.inspect(file);
          archive.read(file);
        } finally {
          unlinkSync(file);
        }
      },
    },
    {
      name: 'summary',
      input: variantInput('(a(s(taya{sv}))a{sv})', corpus.files('summary')),
      read(input) {
        const summary = decodeSummary(input);
        collectionRefs(summary);
        summaryDeltas(summary);
      },
    },
    {
      name: 'config',
      input: (random) => mutateText(random.pick(config), random, SETTINGS),
      read(input) {
        const text = input.toString('utf8');
        parseConfig(text, 'config');
        const again = KeyFile.parse(text).toString();
        if (KeyFile.parse(again).toString() !== again) throw new Mismatch('its text is not read again');
      },
    },
    {
      name: 'metalink',
      input: (random) => mutateText(METALINK, random, TAGS),
      read: (input) => void parseMetalink(input.toString('utf8'), 'summary', 'https://example.org/metalink'),
    },
    {
      name: 'variant-text',
      input: (random) => {
        const type = randomType(random);
        const text = Buffer.from(printValue(type, randomValue(type, random)));
        return random.chance(0.6) ? mutateBytes(text, random, [text]) : text;
      },
      read: (input) => void parseVariant(input.toString('utf8')),
    },
    {
      name: 'delta-superblock',
      input: variantInput(SUPERBLOCK_TYPE, corpus.files('deltas/*/*/superblock')),
      read(input) {
        decodeSuperblock(input);
        readDelta('superblock', input);
      },
    },
    {
      name: 'delta-part',
      input: bytesInput(parts.bytes),
      read: (input) => void unpackPart(input, 'part', MAX_PART),
    },
    {
      name: 'delta-part-content',
      input: variantInput(
        PART_TYPE,
        rawParts.length > 0 ? rawParts : [encode(PART_TYPE, [[], [], Buffer.of(1), Buffer.of(2)])],
      ),
      read: (input) => void decodePart(input),
    },
    {
      name: 'delta-operations',
      input: (random) => {
        const number = random.below(operations.length);
        return Buffer.concat([Buffer.of(number), mutateBytes(operations[number]!, random, operations)]);
      },
      read(input) {
        const { header, part } = parts.seeds[input[0]!]!;
        executePart({ ...part, operations: input.subarray(1) }, header.objects, 'part', { repo, writer: sink() });
      },
    },
    {
      name: 'delta-index',
      input: variantInput('a{sv}', [encode('a{sv}', deltaIndexValue(corpus))]),
      read: (input) => void decodeDeltaIndex(input),
    },
  ];
}

const METALINK = Buffer.from(`<?xml version="1.0" encoding="utf-8"?>
<metalink version="3.0" xmlns="http://www.metalinker.org/">
<!-- comment -->
<files><file name="summary">
<size>1234</size>
<verification>
<hash type="md5">0</hash>
<hash type="sha256">${'ab'.repeat(32)}</hash>
</verification>
<resources maxconnections="1">
<url protocol="https" type="https" location="DE" preference="100">https://example.org/a&amp;b/summary</url>
<url preference='90'>http://example.org/summary</url>
</resources></file></files>
</metalink>`);

const TAGS = [
  '<file name="summary">',
  '</file>',
  '<size>-1</size>',
  '<a b="',
  '<!--',
  '<!DOCTYPE x [<!ENTITY a "b">]>',
  '<![CDATA[',
  '&a;&#x41;&lt',
  '<a '.repeat(50),
  `<a${' '.repeat(500)}`,
  '<a>'.repeat(40),
  '<url preference="x">ftp://x</url>',
];

/** The list of deltas in the summary stands in an index in the same form. */
function deltaIndexValue(corpus: Corpus) {
  const [summary] = corpus.files('summary');
  const list = decodeSummary(summary!).metadata.get('ostree.static-deltas')!;
  return [['ostree.static-deltas', list]] as const;
}
