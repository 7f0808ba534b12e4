import type { HostState, Operation } from './operation.ts';
import { type Argument, toBytes } from './protocol.ts';

/** Where accounts are, most important first. */
const DIRECTORIES = ['/etc', '/usr/lib'];

function linesOf({ files }: HostState, name: string, fields: number): string[][] {
  return DIRECTORIES.flatMap((directory) => {
    const path = `${directory}/${name}`;
    if (!files.exists(path)) return [];
    const lines = Buffer.from(files.read(path)).toString('utf8').split('\n');
    return lines.map((line) => line.split(':')).filter((line) => line.length >= fields);
  });
}

/** The line of an account by name, or by number in its third field. */
function find(state: HostState, file: string, fields: number, who: Argument | undefined): string[] | undefined {
  const by = typeof who === 'number' ? 2 : 0;
  return linesOf(state, file, fields).find((line) => line[by] === String(who));
}

function idOf(state: HostState, file: 'passwd' | 'group', who: Argument | undefined): number | undefined {
  if (who === undefined || who === null) return undefined;
  // -1 leaves it as it is.
  if (typeof who === 'number') return who < 0 ? undefined : who;
  const id = find(state, file, 3, who)?.[2];
  return id === undefined ? undefined : Number(id);
}

export const ACCOUNT_OPERATIONS: { readonly [name: string]: Operation } = {
  'posix.getpasswd': (state, args) => {
    const line = find(state, 'passwd', 7, args.values[0] ?? 0);
    if (!line) return [null];
    const [name = '', passwd = '', uid = '', gid = '', gecos = '', dir = '', shell = ''] = line.map(toBytes);
    const table = { name, uid: Number(uid), gid: Number(gid), dir, shell, gecos, passwd };
    return args.select(1, table);
  },
  'posix.getgroup': (state, { values }) => {
    const line = find(state, 'group', 4, values[0]);
    if (!line) return [null];
    const [name = '', , gid = '', members = ''] = line.map(toBytes);
    const numbered = members.split(',').filter((member) => member !== '');
    return [{ name, gid: Number(gid), members: numbered }];
  },
  'posix.chown': (state, args) => {
    const [uid, gid] = [idOf(state, 'passwd', args.values[1]), idOf(state, 'group', args.values[2])];
    state.files.setMeta(args.text(0), { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) });
    return [0];
  },
  'posix.getlogin': () => ['root'],
  'posix.getprocessid': (_, args) => args.select(0, { egid: 0, euid: 0, gid: 0, uid: 0, pgrp: 1, pid: 1, ppid: 0 }),
};
