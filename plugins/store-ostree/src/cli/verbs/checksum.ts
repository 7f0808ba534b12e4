import { lstatSync } from 'node:fs';
import { sha256 } from '../../codec/checksum.ts';
import { encodeDirMeta } from '../../codec/dir-meta.ts';
import { fileChecksum } from '../../codec/file-header.ts';
import { NO_XATTRS } from '../../codec/xattrs.ts';
import { readLocalFile } from '../../commit/local-file.ts';
import { readXattrs } from '../../repo/storage/bare.ts';
import { VerbError } from '../error.ts';
import type { Verb } from '../verb.ts';

export const checksum: Verb = {
  usage: 'PATH',
  options: [{ name: 'ignore-xattrs', kind: 'flag', summary: "Don't include xattrs in checksum" }],
  run({ args, options, terminal }) {
    const path = args[0];
    if (path === undefined) throw new VerbError('A filename must be given');
    const stat = lstatSync(path);
    const ignore = options.flag('ignore-xattrs');
    if (stat.isDirectory()) {
      const xattrs = ignore ? NO_XATTRS : readXattrs(path);
      terminal.out(`${sha256(encodeDirMeta({ uid: stat.uid, gid: stat.gid, mode: stat.mode, xattrs }))}\n`);
      return;
    }
    const { meta, content } = readLocalFile(path, stat);
    terminal.out(`${fileChecksum(ignore ? { ...meta, xattrs: NO_XATTRS } : meta, content)}\n`);
  },
};
