/**
 * Measures against peers that do the same work in the same run.
 *
 *   npm run -s bench -- NAME [--json] [--runs N] [--only REGULAR-EXPRESSION] [--sources]
 *
 * What is measured is the files of the distribution package, made for the run; with `--sources` it is the sources as they are.
 *
 * and for `store` [--trees small|large] [--keep DIRECTORY].
 */
import { parseArgs } from 'node:util';
import { choosePrograms } from './programs.ts';
import { type Row, renderRows } from './rows.ts';

const OURS = { package: 'the files of the distribution package', sources: 'the sources' };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    trees: { type: 'string' },
    keep: { type: 'string' },
    sources: { type: 'boolean', default: false },
  },
});
const [name] = positionals;
if (name === undefined || !/^[a-z-]+$/.test(name)) {
  process.stderr.write(
    'usage: npm run -s bench -- compose|deploy|layer|solve|solve-growth|startup|store [--json] [--runs N] [--only ROWS] [--sources] [--trees small|large] [--keep DIRECTORY]\n',
  );
  process.exit(2);
}
const bench = (await import(`./${name}.ts`)) as {
  run(
    runs: number,
    only: RegExp,
    progress: (row: Row) => void,
    options: { readonly trees?: string; readonly keep?: string },
  ): Promise<Row[]>;
};
const form = values.sources ? 'sources' : 'package';
choosePrograms(form);
const progress = (row: Row) =>
  process.stderr.write(
    `${row.name}: ${row.ratio} (CPU ${row.ours_cpu_s} s / ${row.peer_cpu_s} s, ${row.ours_mb} MB)\n`,
  );
const rows = await bench.run(Number(values.runs), new RegExp(values.only), progress, values);
process.stdout.write(
  values.json ? `${JSON.stringify({ ours: form, rows }, null, 2)}\n` : `ours: ${OURS[form]}\n\n${renderRows(rows)}`,
);
