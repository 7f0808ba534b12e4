/**
 * The environment block of GRUB: 1024 bytes, a line that says what it is, lines `NAME=VALUE` with backslashes before backslashes and line
 * breaks, and `#` up to the end (GNU GRUB manual, "The GRUB environment block"; include/grub/lib/envblk.h).
 */
export const BLOCK_SIZE = 1024;

const SIGNATURE = '# GRUB Environment Block\n';

export class EnvironmentError extends Error {
  readonly code = 'ENVIRONMENT';
}

/** Throws {@link EnvironmentError}. Bytes are latin-1, so that each is kept. */
export function parseEnvironment(block: Uint8Array): Map<string, string> {
  const text = Buffer.from(block).toString('latin1');
  if (text.length !== BLOCK_SIZE || !text.startsWith(SIGNATURE)) {
    throw new EnvironmentError(`it is no block of ${BLOCK_SIZE} bytes that begins with its signature`);
  }
  const values = new Map<string, string>();
  for (const [line] of text.slice(SIGNATURE.length).matchAll(/(?:\\[\s\S]|[^\\\n])+/g)) {
    // Lines of other comments are kept by nobody.
    if (line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1).replace(/\\([\s\S])/g, '$1'));
  }
  return values;
}

/** Throws {@link EnvironmentError} when it does not fit. */
export function formatEnvironment(values: ReadonlyMap<string, string>): Buffer {
  const lines = [...values].map(([name, value]) => `${name}=${value.replace(/[\\\n]/g, '\\$&')}\n`);
  const text = Buffer.from(SIGNATURE + lines.join(''), 'latin1');
  if (text.length > BLOCK_SIZE) throw new EnvironmentError(`its variables need more than ${BLOCK_SIZE} bytes`);
  return Buffer.concat([text, Buffer.alloc(BLOCK_SIZE - text.length, '#')]);
}
