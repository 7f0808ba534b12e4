/** Bytes of a file that a script reads or writes; larger ones are refused: scripts edit configuration. */
export const MAX_FILE = 32 * 1024 * 1024;
