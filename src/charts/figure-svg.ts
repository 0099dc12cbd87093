/** A figure of lines and points as an SVG image, without a browser: the same bytes everywhere. */
import type { Figure, Trace } from './figure.js';
import { linearScale, logScale, padded, type Scale } from './svg-scale.js';

/** What is drawn of a Plotly trace of type scatter. */
interface Scatter {
  mode: string;
  name?: string;
  x: number[];
  y: number[];
  line?: { color: string; width: number; dash?: string };
  marker?: { color: string; symbol: string; size: number };
  error_y?: { array: number[] };
  fill?: string;
  fillcolor?: string;
  opacity?: number;
  showlegend?: boolean;
  legendrank?: number;
}

interface Axis {
  title: { text: string };
  type?: string;
  range?: [number, number];
}

const WIDTH = 760;
const PLOT = { left: 64, right: WIDTH - 20, height: 320 };
const LINE = 20;
const INK = '#1f2430';
const GRID = '#e4e7ec';
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/**
 * The image of a figure whose traces are all of type scatter.
 *
 * @throws Error for a figure with other traces.
 */
export function figureSvg({ data, layout }: Figure): string {
  const traces = data.map(scatterOf);
  const { title, xaxis, yaxis } = layout as {
    title: { text: string };
    xaxis: Axis;
    yaxis: Axis;
  };
  const [heading, ...subtitles] = title.text.split('<br>').map(plain);
  const top = 40 + 18 * subtitles.length;
  const bottom = top + PLOT.height;
  const x = scaleOf(
    xaxis,
    traces.flatMap((trace) => trace.x),
    [PLOT.left, PLOT.right],
    0.04,
  );
  const y = scaleOf(yaxis, traces.flatMap(heights), [bottom, top], 0.05);
  const entries = traces
    .filter((trace) => trace.showlegend !== false && trace.name !== undefined)
    .sort((a, b) => (a.legendrank ?? 1000) - (b.legendrank ?? 1000));
  let height = bottom + 62;
  const legend = entries.map((trace) => {
    const [entry, end] = legendEntry(trace, height);
    height = end;
    return entry;
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="${FONT.replaceAll('"', "'")}" font-size="13" fill="${INK}">`,
    `<title>${[heading, ...subtitles].join(', ')}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="26" font-size="16" font-weight="bold">${heading}</text>`,
    ...subtitles.map((text, i) => `<text x="12" y="${46 + 18 * i}">${text}</text>`),
    ...y.ticks.map(({ value, label }) => {
      const at = px(y.place(value));
      return `<path d="M${PLOT.left} ${at}H${PLOT.right}" stroke="${GRID}"/><text x="${PLOT.left - 8}" y="${at}" dy="4" text-anchor="end">${label}</text>`;
    }),
    `<path d="M${PLOT.left} ${bottom}H${PLOT.right}" stroke="#5b6472"/>`,
    ...x.ticks.map(({ value, label }) => {
      const at = px(x.place(value));
      return `<path d="M${at} ${bottom}v5" stroke="#5b6472"/><text x="${at}" y="${bottom + 20}" text-anchor="middle">${label}</text>`;
    }),
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${bottom + 42}" text-anchor="middle">${plain(xaxis.title.text)}</text>`,
    `<text transform="translate(16 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${plain(yaxis.title.text)}</text>`,
    ...traces.map((trace) => drawn(trace, x, y)),
    ...legend,
    '</svg>',
  ].join('\n')}\n`;
}

function scatterOf(trace: Trace): Scatter {
  if (trace.type !== 'scatter') throw new Error(`a trace of type ${trace.type} is not drawn`);
  return trace as unknown as Scatter;
}

/** Everything that a trace reaches, its error bars among it. */
const heights = ({ y, error_y }: Scatter): number[] =>
  y.flatMap((value, i) => {
    const half = error_y?.array[i] ?? 0;
    return Number.isFinite(value) ? [value - half, value + half] : [];
  });

function scaleOf(axis: Axis, values: number[], ends: [number, number], share: number): Scale {
  if (axis.type === 'log') {
    const [low, high] = padded(values.map(Math.log10), share);
    return logScale([10 ** low, 10 ** high], ends);
  }
  return axis.range
    ? linearScale(axis.range, ends, { whole: true })
    : linearScale(padded(values.length > 0 ? values : [0, 1], share), ends);
}

function drawn(trace: Scatter, x: Scale, y: Scale): string {
  const points = trace.x
    .map((value, i) => [value, trace.y[i], trace.error_y?.array[i] ?? 0])
    .filter(([, value]) => Number.isFinite(value));
  const at = ([a, b]: number[]) => `${px(x.place(a))} ${px(y.place(b))}`;
  const path = points.map((point, i) => `${i === 0 ? 'M' : 'L'}${at(point)}`).join('');
  if (trace.fill !== undefined) {
    // Plotly's colours have their opacity as a fourth byte, which older viewers do not know.
    const opacity = Number.parseInt(trace.fillcolor!.slice(7), 16) / 255;
    return `<path d="${path}Z" fill="${trace.fillcolor!.slice(0, 7)}" fill-opacity="${opacity.toFixed(2)}"/>`;
  }
  const color = trace.line?.color ?? trace.marker!.color;
  const bars = points.filter(([, , half]) => half > 0);
  return [
    `<g stroke="${color}"${trace.opacity === undefined ? '' : ` opacity="${trace.opacity}"`}>`,
    ...bars.map(([a, b, half]) => `<path d="M${at([a, b - half])}L${at([a, b + half])}"/>`),
    ...(trace.mode.includes('lines') ? [linePath(trace, path)] : []),
    ...(trace.mode.includes('markers')
      ? points.map(([a, b]) => mark(trace, x.place(a), y.place(b)))
      : []),
    '</g>',
  ].join('');
}

const DASHES: Record<string, string> = { dot: '2 3', dash: '7 4' };

function linePath({ line }: Scatter, path: string): string {
  const dash = DASHES[line!.dash ?? ''];
  return `<path d="${path}" fill="none" stroke-width="${line!.width}"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`;
}

/** Corners of the symbols, in half widths. */
const SYMBOLS: Record<string, string> = {
  square: '-.9,-.9 .9,-.9 .9,.9 -.9,.9',
  diamond: '0,-1.2 1.2,0 0,1.2 -1.2,0',
  'triangle-up': '0,-1.2 1.1,.8 -1.1,.8',
  'triangle-down': '0,1.2 1.1,-.8 -1.1,-.8',
  star: '0,-1.4 .4,-.4 1.4,-.4 .6,.3 .9,1.3 0,.7 -.9,1.3 -.6,.3 -1.4,-.4 -.4,-.4',
  cross:
    '-.4,-1.2 .4,-1.2 .4,-.4 1.2,-.4 1.2,.4 .4,.4 .4,1.2 -.4,1.2 -.4,.4 -1.2,.4 -1.2,-.4 -.4,-.4',
  hexagon: '-.6,-1 .6,-1 1.15,0 .6,1 -.6,1 -1.15,0',
};

function mark({ marker }: Scatter, x: number, y: number): string {
  const { symbol, size, color } = marker!;
  const corners = SYMBOLS[symbol];
  return corners === undefined
    ? `<circle cx="${px(x)}" cy="${px(y)}" r="${size / 2}" fill="${color}" stroke="none"/>`
    : `<polygon points="${corners}" transform="translate(${px(x)} ${px(y)}) scale(${size / 2})" fill="${color}" stroke="none"/>`;
}

/** An entry whose first line is at y, and where the next one's is. */
function legendEntry(trace: Scatter, y: number): [string, number] {
  const color = trace.line?.color ?? trace.marker!.color;
  const line = trace.mode.includes('lines') ? linePath(trace, `M14 ${y - 4}H44`) : '';
  const symbol = trace.mode.includes('markers') ? mark(trace, 29, y - 4) : '';
  const lines = legendLines(trace.name!);
  const texts = lines.map((text, i) => `<text x="54" y="${y + LINE * i}">${text}</text>`);
  return [`<g stroke="${color}">${line}${symbol}</g>${texts.join('')}`, y + LINE * lines.length];
}

/** Characters that the width has room for. */
const LEGEND_WIDTH = 96;

/** A name's lines, which are those of a narrower chart: as many of them to a line as it has room for. */
function legendLines(name: string): string[] {
  const lines = [''];
  for (const piece of name.split('<br>').map(plain)) {
    const joined = `${lines[lines.length - 1]} ${piece}`.trim();
    if (joined.length <= LEGEND_WIDTH) lines[lines.length - 1] = joined;
    else lines.push(piece);
  }
  return lines;
}

/** Tenths of a pixel: what lies below them may differ between machines. */
const px = (value: number) => value.toFixed(1);

/** Plotly's text, in which what is not its markup is escaped as in XML. */
const plain = (text: string) => text.replaceAll('<br>', ' ').replace(/<[^>]*>/g, '');
