import { rpmError } from '../errors.ts';

/** Names by bit (Linux, include/uapi/linux/capability.h). */
const NAMES = [
  'chown',
  'dac_override',
  'dac_read_search',
  'fowner',
  'fsetid',
  'kill',
  'setgid',
  'setuid',
  'setpcap',
  'linux_immutable',
  'net_bind_service',
  'net_broadcast',
  'net_admin',
  'net_raw',
  'ipc_lock',
  'ipc_owner',
  'sys_module',
  'sys_rawio',
  'sys_chroot',
  'sys_ptrace',
  'sys_pacct',
  'sys_admin',
  'sys_boot',
  'sys_nice',
  'sys_resource',
  'sys_time',
  'sys_tty_config',
  'mknod',
  'lease',
  'audit_write',
  'audit_control',
  'setfcap',
  'mac_override',
  'mac_admin',
  'syslog',
  'wake_alarm',
  'block_suspend',
  'audit_read',
  'perfmon',
  'bpf',
  'checkpoint_restore',
];

const ALL = (1n << BigInt(NAMES.length)) - 1n;
const REVISION_2 = 0x02000000;
const LOW = 0xffffffffn;

type Flag = 'e' | 'i' | 'p';
type Sets = Record<Flag, bigint>;

function maskOf(list: string, invalid: (why: string) => Error): bigint {
  if (list === '' || list.toLowerCase() === 'all') return ALL;
  let mask = 0n;
  for (const name of list.split(',')) {
    const bit = /^\d{1,2}$/.test(name) ? Number(name) : NAMES.indexOf(name.toLowerCase().replace(/^cap_/, ''));
    if (bit < 0 || bit > 63) throw invalid(`the capability ${JSON.stringify(name)} is unknown`);
    mask |= 1n << BigInt(bit);
  }
  return mask;
}

function applyClause(sets: Sets, clause: string, invalid: (why: string) => Error): void {
  const parts = /^([A-Za-z0-9_,]*)((?:[=+-][eip]*)+)$/.exec(clause);
  if (!parts) throw invalid(`${JSON.stringify(clause)} is no clause of capabilities`);
  const [, list = '', actions = ''] = parts;
  const mask = maskOf(list, invalid);
  for (const action of actions.match(/[=+-][eip]*/g) ?? []) {
    if (list === '' && action[0] !== '=') throw invalid(`${JSON.stringify(clause)} names no capability`);
    if (action[0] === '=') for (const flag of ['e', 'i', 'p'] as const) sets[flag] &= ~mask;
    for (const flag of action.slice(1) as Iterable<Flag>) {
      if (action[0] === '-') sets[flag] &= ~mask;
      else sets[flag] |= mask;
    }
  }
}

/**
 * The value of the extended attribute `security.capability` for capabilities in text (`cap_net_raw=ep`, the language of
 * cap_from_text(3)), in revision 2 (Linux, struct vfs_cap_data).
 * @throws RpmError RPM_CAPABILITIES_INVALID.
 */
export function encodeFileCapabilities(text: string): Buffer {
  const invalid = (why: string) =>
    rpmError('RPM_CAPABILITIES_INVALID', `file capabilities ${JSON.stringify(text)}: ${why}`, {
      hint: 'Report this to whoever made the package.',
      data: { capabilities: text },
    });
  const sets: Sets = { e: 0n, i: 0n, p: 0n };
  for (const clause of text.trim().split(/\s+/)) applyClause(sets, clause, invalid);
  // A file has one effective bit for all of its capabilities.
  if (sets.e !== 0n && sets.e !== (sets.p | sets.i)) {
    throw invalid('either all or none of the capabilities of a file are effective');
  }
  const value = Buffer.alloc(20);
  value.writeUInt32LE(REVISION_2 | (sets.e === 0n ? 0 : 1), 0);
  value.writeUInt32LE(Number(sets.p & LOW), 4);
  value.writeUInt32LE(Number(sets.i & LOW), 8);
  value.writeUInt32LE(Number(sets.p >> 32n), 12);
  value.writeUInt32LE(Number(sets.i >> 32n), 16);
  return value;
}
