/** Lines over a linear grid from zero. */
export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly {
    readonly name: string;
    readonly colour: string;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 64;
const RIGHT = 24;
const TOP = 40;
const BOTTOM = 52;
const STEPS = 5;

/** Draws a plot as SVG. */
export function plot({ title, x, y, series }: Plot): string {
  const points = series.flatMap((one) => one.points);
  const maxX = roundUp(Math.max(...points.map(([at]) => at)));
  const maxY = roundUp(Math.max(...points.map(([, value]) => value)));
  const atX = (value: number) => LEFT + (value / maxX) * (WIDTH - LEFT - RIGHT);
  const atY = (value: number) => HEIGHT - BOTTOM - (value / maxY) * (HEIGHT - TOP - BOTTOM);
  const steps = Array.from({ length: STEPS + 1 }, (_, i) => i / STEPS);
  const number = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
  const text = (at: number, down: number, content: string, more = '') =>
    `<text x="${at.toFixed(1)}" y="${down.toFixed(1)}" ${more}>${content}</text>`;
  const lines = [
    ...steps.flatMap((step) => [
      `<path d="M${LEFT} ${atY(step * maxY).toFixed(1)}H${WIDTH - RIGHT}" stroke="#ccc"/>`,
      text(LEFT - 6, atY(step * maxY) + 4, number(step * maxY), 'text-anchor="end"'),
      text(atX(step * maxX), HEIGHT - BOTTOM + 18, number(step * maxX), 'text-anchor="middle"'),
    ]),
    ...series.flatMap(({ name, colour, points: own }, i) => [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${own.map(([a, b]) => `${atX(a).toFixed(1)},${atY(b).toFixed(1)}`).join(' ')}"/>`,
      ...own.map(([a, b]) => `<circle cx="${atX(a).toFixed(1)}" cy="${atY(b).toFixed(1)}" r="3" fill="${colour}"/>`),
      text(LEFT + 12, TOP + 16 + i * 18, name, `fill="${colour}" font-weight="bold"`),
    ]),
    text(WIDTH / 2, 22, title, 'text-anchor="middle" font-size="15"'),
    text(WIDTH / 2, HEIGHT - 12, x, 'text-anchor="middle"'),
    text(16, HEIGHT / 2, y, `text-anchor="middle" transform="rotate(-90 16 ${HEIGHT / 2})"`),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<title>${title}</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${lines.join('\n')}
</svg>
`;
}

/** The next number of one or two digits that matter and divides well. */
function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 10].find((factor) => factor * unit >= value) ?? 10;
  return step * unit;
}
