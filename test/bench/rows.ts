/** One line of a benchmark: medians of several runs in turn; seconds of wall and CPU time and peak resident memory in MB. */
export interface Row {
  readonly name: string;
  readonly ours_s: number;
  readonly peer_s: number;
  /** ours_s / peer_s: below 1 is faster than the peer. */
  readonly ratio: number;
  readonly ours_cpu_s: number;
  readonly peer_cpu_s: number;
  /** ours_cpu_s / peer_cpu_s: what counts where others use the machine as well. */
  readonly cpu_ratio: number;
  readonly ours_mb: number;
  readonly peer_mb: number;
}

export interface Sample {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

export function rowOf(name: string, ours: readonly Sample[], peer: readonly Sample[]): Row {
  const round = (value: number) => Math.round(value * 100) / 100;
  const [a, b] = [medians(ours), medians(peer)];
  return {
    name,
    ours_s: round(a.seconds),
    peer_s: round(b.seconds),
    ratio: round(a.seconds / b.seconds),
    ours_cpu_s: round(a.cpuSeconds),
    peer_cpu_s: round(b.cpuSeconds),
    cpu_ratio: round(a.cpuSeconds / b.cpuSeconds),
    ours_mb: Math.round(a.megabytes),
    peer_mb: Math.round(b.megabytes),
  };
}

const medians = (samples: readonly Sample[]): Sample => ({
  seconds: median(samples.map(({ seconds }) => seconds)),
  cpuSeconds: median(samples.map(({ cpuSeconds }) => cpuSeconds)),
  megabytes: median(samples.map(({ megabytes }) => megabytes)),
});

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** What a row does not have. */
const orDash = (text: string): string => (text === 'NaN' ? '–' : text);

export function renderRows(rows: readonly Row[]): string {
  const cells = [
    ['', 'ours s', 'peer s', 'ratio', 'ours CPU s', 'peer CPU s', 'CPU ratio', 'ours MB', 'peer MB'],
    ...rows.map((row) => [
      row.name,
      row.ours_s.toFixed(2),
      row.peer_s.toFixed(2),
      row.ratio.toFixed(2),
      orDash(row.ours_cpu_s.toFixed(2)),
      orDash(row.peer_cpu_s.toFixed(2)),
      orDash(row.cpu_ratio.toFixed(2)),
      orDash(`${row.ours_mb}`),
      orDash(`${row.peer_mb}`),
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
