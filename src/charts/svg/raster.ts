/** Plotly draws heat maps as PNG images: as rectangles they are sharp at every size. */
import type { decode } from 'fast-png';
import { hexColor } from './properties.js';
import type { Element } from './tree.js';

/** More rectangles take more bytes than an image. */
const MOST_RECTANGLES = 400;

const PNG = 'data:image/png;base64,';

/**
 * An image as rectangles of one colour each; null where that would be too many.
 *
 * @param read - fast-png's `decode`, which is an ES module.
 */
export function rectangles({ attributes }: Element, read: typeof decode): Element | null {
  const href = attributes['xlink:href'] ?? attributes.href ?? '';
  if (!href.startsWith(PNG)) return null;
  const image = read(Buffer.from(href.slice(PNG.length), 'base64'));
  const found = split(image as Pixels);
  if (found === null) return null;
  const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((key) => Number(attributes[key]));
  const [sx, sy] = [width / image.width, height / image.height];
  const children = found.map((rectangle): Element => {
    const [left, top] = [x + sx * rectangle.x, y + sy * rectangle.y];
    return {
      name: 'rect',
      attributes: {
        x: String(left),
        y: String(top),
        width: String(sx * rectangle.width),
        height: String(sy * rectangle.height),
        ...rectangle.paint,
      },
      children: [],
    };
  });
  // Neighbours that are drawn smoothly let a hair of the background through.
  return { name: 'g', attributes: { 'shape-rendering': 'crispEdges' }, children };
}

interface Pixels {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array;
}

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
  paint: Record<string, string>;
}

/** Rectangles of one colour, which leave out what is transparent; null for too many. */
function split({ width, height, channels, data }: Pixels): Rectangle[] | null {
  if (channels < 3) return null;
  const found: Rectangle[] = [];
  const taken = new Uint8Array(width * height);
  const pixel = (i: number) => data.subarray(i * channels, (i + 1) * channels);
  const alpha = (i: number) => (channels === 4 ? data[i * channels + 3] : 255);
  const same = (i: number, j: number) =>
    taken[j] === 0 && pixel(i).every((value, channel) => value === data[j * channels + channel]);
  for (let start = 0; start < taken.length; start++) {
    if (taken[start] || alpha(start) === 0) continue;
    if (found.length === MOST_RECTANGLES) return null;
    const [x, y] = [start % width, Math.floor(start / width)];
    let right = x + 1;
    while (right < width && same(start, y * width + right)) right++;
    const isSameRow = (row: number) => {
      for (let column = x; column < right; column++) {
        if (!same(start, row * width + column)) return false;
      }
      return true;
    };
    let bottom = y + 1;
    while (bottom < height && isSameRow(bottom)) bottom++;
    for (let row = y; row < bottom; row++) taken.fill(1, row * width + x, row * width + right);
    const opacity = alpha(start) / 255;
    found.push({
      ...{ x, y, width: right - x, height: bottom - y },
      paint: {
        fill: hexColor([...pixel(start).subarray(0, 3)]),
        ...(opacity < 1 && { 'fill-opacity': opacity.toFixed(2) }),
      },
    });
  }
  return found;
}
