/** Colours for one stream: none where it is no terminal, or where NO_COLOR or TERM=dumb say so (https://no-color.org). */
export interface Style {
  bold(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
  dim(text: string): string;
}

export function styleFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): Style {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const plain = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb' || stream.isTTY !== true;
  const paint = (code: number) => (text: string) => (plain && !forced ? text : `\u001b[${code}m${text}\u001b[0m`);
  return { bold: paint(1), red: paint(31), yellow: paint(33), green: paint(32), dim: paint(2) };
}
