/** One line of a benchmark: medians of several runs in turn; seconds of wall time and peak resident memory in MB. */
export interface Row {
  readonly name: string;
  readonly ours_s: number;
  readonly peer_s: number;
  /** ours_s / peer_s: below 1 is faster than the peer. */
  readonly ratio: number;
  readonly ours_mb: number;
  readonly peer_mb: number;
}

export interface Sample {
  readonly seconds: number;
  readonly megabytes: number;
}

export function rowOf(name: string, ours: readonly Sample[], peer: readonly Sample[]): Row {
  const [ourSeconds, peerSeconds] = [ours, peer].map((samples) => median(samples.map(({ seconds }) => seconds))) as [
    number,
    number,
  ];
  const [ourMegabytes, peerMegabytes] = [ours, peer].map((samples) =>
    median(samples.map(({ megabytes }) => megabytes)),
  ) as [number, number];
  const round = (value: number) => Math.round(value * 100) / 100;
  return {
    name,
    ours_s: round(ourSeconds),
    peer_s: round(peerSeconds),
    ratio: round(ourSeconds / peerSeconds),
    ours_mb: Math.round(ourMegabytes),
    peer_mb: Math.round(peerMegabytes),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export function renderRows(rows: readonly Row[]): string {
  const cells = [
    ['', 'ours s', 'peer s', 'ratio', 'ours MB', 'peer MB'],
    ...rows.map((row) => [
      row.name,
      row.ours_s.toFixed(2),
      row.peer_s.toFixed(2),
      row.ratio.toFixed(2),
      `${row.ours_mb}`,
      `${row.peer_mb}`,
    ]),
  ];
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((line) => (line[column] ?? '').length))) ?? [];
  return cells
    .map((line) =>
      line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
    )
    .join('\n')
    .concat('\n');
}
