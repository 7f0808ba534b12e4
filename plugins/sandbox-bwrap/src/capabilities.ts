import type { SandboxCommand } from '@ostrata/contract';

/** What rpm-ostree leaves to package scripts (rust/src/bwrap.rs, ADDED_CAPABILITIES). */
export const SCRIPT_CAPABILITIES = [
  'cap_chown',
  'cap_dac_override',
  'cap_fowner',
  'cap_fsetid',
  'cap_kill',
  'cap_setgid',
  'cap_setuid',
  'cap_setpcap',
  'cap_sys_chroot',
  'cap_setfcap',
] as const;

/** Image tools may also make device nodes, for what they put into archives. */
const TOOL_CAPABILITIES = [...SCRIPT_CAPABILITIES, 'cap_mknod'] as const;

export function capabilitiesOf(profile: SandboxCommand['profile']): readonly string[] {
  return profile === 'tool' ? TOOL_CAPABILITIES : SCRIPT_CAPABILITIES;
}
