import type { OptionSpec } from '../verb.ts';

const SYSROOT: OptionSpec = {
  name: 'sysroot',
  kind: 'text',
  summary: 'Create a new OSTree sysroot using PATH',
  value: 'PATH',
};
const PRINT_CURRENT_DIR: OptionSpec = {
  name: 'print-current-dir',
  kind: 'flag',
  summary: 'Display absolute path to the currently booted deployment',
};
export const ADMIN_OPTIONS: readonly OptionSpec[] = [SYSROOT, PRINT_CURRENT_DIR];
