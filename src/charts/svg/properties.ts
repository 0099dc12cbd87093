/** The properties of SVG that charts use, with the values that need not be written. */

/** Passed on to what is inside: by name, the value at the root. */
export const INHERITED: Record<string, string> = {
  fill: '#000',
  'fill-opacity': '1',
  'fill-rule': 'nonzero',
  stroke: 'none',
  'stroke-dasharray': 'none',
  'stroke-linecap': 'butt',
  'stroke-linejoin': 'miter',
  'stroke-miterlimit': '4',
  'stroke-opacity': '1',
  'stroke-width': '1',
  'font-family': '',
  'font-size': '',
  'font-style': 'normal',
  'font-variant': 'normal',
  'font-weight': 'normal',
  'text-anchor': 'start',
  'image-rendering': 'auto',
  'shape-rendering': 'auto',
  visibility: 'visible',
};

/** For one element alone: by name, the value where there is none. */
export const OWN: Record<string, string> = {
  opacity: '1',
  'clip-path': 'none',
  display: 'inline',
  'stop-color': '#000',
  'stop-opacity': '1',
  'text-decoration': 'none',
};

/** Elements that may stand in a chart: nothing that runs, links or brings in something else. */
export const ELEMENTS = new Set([
  ...['svg', 'g', 'defs', 'clipPath', 'pattern', 'linearGradient', 'radialGradient', 'stop'],
  ...['rect', 'path', 'circle', 'line', 'text', 'tspan', 'image'],
]);

/** Attributes that say where and how large something is, or that name it. */
export const GEOMETRY = new Set([
  ...['x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'r', 'rx', 'ry', 'fx', 'fy', 'dx', 'dy'],
  ...['width', 'height', 'd', 'transform', 'viewBox', 'offset', 'id', 'preserveAspectRatio'],
  ...['gradientUnits', 'gradientTransform', 'patternUnits', 'patternTransform', 'clipPathUnits'],
]);

/** Its value as it is shortest; null for one that no chart needs, and that might bring in something from elsewhere. */
export function shortValue(property: string, value: string): string | null {
  const text = value.trim().replace(/&quot;|'/g, property === 'font-family' ? "'" : '');
  if (/[<&"]|url\((?!#)/.test(text)) return null;
  if (property === 'font-weight' && text === '400') return 'normal';
  return text
    .replace(/rgb\((\d+), (\d+), (\d+)\)/g, (_, ...rgb) => hexColor(rgb.slice(0, 3).map(Number)))
    .replace(/^(-?[\d.]+)px$/, '$1');
}

/** `#rgb` or `#rrggbb`. */
export function hexColor(rgb: number[]): string {
  const hex = rgb.map((value) => value.toString(16).padStart(2, '0'));
  return `#${hex.every(([a, b]) => a === b) ? hex.map(([a]) => a).join('') : hex.join('')}`;
}

/** Numbers to so many decimals. */
export function roundNumbers(text: string, decimals: number): string {
  return text.replace(/-?\d*\.?\d+(?:e[-+]?\d+)?/gi, (number) =>
    String(Number(Number(number).toFixed(decimals)) + 0),
  );
}
