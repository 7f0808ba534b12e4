import type { ErrorTable } from '@ostrata/core';

export const errors = {
  CONFIG_UNREADABLE: 'A configuration file is missing, cannot be read, or is not valid YAML or JSON.',
  CONFIG_INVALID: 'A configuration file has unknown keys or values of the wrong type; every one of them is named.',
  PLUGIN_NOT_FOUND: 'A plugin that the configuration names cannot be found.',
  PLUGIN_NOT_TRUSTED:
    'A plugin or a directory above it can be written by users other than root and the one who runs ostrata.',
  PLUGIN_NOT_LOADABLE: 'A plugin module failed to load, or does not export a plugin.',
  COMMAND_MISSING: 'A program that is needed is not installed on this machine.',
  DIRECTORY_UNWRITABLE: 'The directory for caches or for state cannot be made or written.',
  USAGE: 'The command line is wrong: an unknown command or flag, or a missing argument.',
  EDITOR_FAILED: 'The editor in which a text was to be changed could not be started, or failed.',
  REBOOT_FAILED: 'The machine could not be restarted; what was to be done before is done.',
  OUTPUT_UNWRITABLE: 'A file that was asked for on the command line cannot be written.',
} as const satisfies ErrorTable;

export type Code = keyof typeof errors;
