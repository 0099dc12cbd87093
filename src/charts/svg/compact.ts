/** Plotly's SVG made small, harmless, and the same each time. */
import type { decode } from 'fast-png';
import { ELEMENTS, GEOMETRY, INHERITED, OWN, roundNumbers, shortValue } from './properties.js';
import { rectangles } from './raster.js';
import { type Element, parseXml, writeXml } from './tree.js';

/** What an image may hold. */
const IMAGE_DATA = /^data:image\/(png|jpeg);base64,[\w+/=]*$/;

/**
 * An SVG that looks the same, with nothing in it that runs, links or is fetched: classes, empty
 * groups and values that go without saying are left out, styles become attributes (sites that show
 * notebooks take styles away), coordinates are rounded, images of heat maps become rectangles.
 *
 * @param prefix - of the ids, which are counted from 0: several charts may share a page.
 */
export async function compactSvg(svg: string, prefix: string): Promise<string> {
  const root = parseXml(svg);
  const ids: Context['ids'] = new Map();
  // fast-png is an ES module.
  const context = {
    ids,
    decode: svg.includes('<image') ? (await import('fast-png')).decode : null,
  };
  for (const [, id] of svg.matchAll(/url\((?:&quot;|['"])?#([^)'"&]+)/g)) {
    if (!ids.has(id)) ids.set(id, `${prefix}${ids.size}`);
  }
  const font = commonFont(svg);
  const [compact] = compacted(root, { ...INHERITED }, context);
  if (typeof compact === 'string' || compact?.name !== 'svg') throw new Error('this is no SVG');
  const { width, height, viewBox, ...rest } = compact.attributes;
  compact.attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    ...(compact.children.some(hasLink) && { 'xmlns:xlink': 'http://www.w3.org/1999/xlink' }),
    ...{ width, height, viewBox },
    ...rest,
    ...(font && { 'font-family': font }),
  };
  if (font) dropFont(compact, font);
  return writeXml(compact);
}

interface Context {
  /** New names by old. */
  ids: Map<string, string>;
  /** Where there are images. */
  decode: typeof decode | null;
}

/** What is left of an element: nothing, itself, or where it does nothing itself what is in it. */
function compacted(
  element: Element,
  inherited: Record<string, string>,
  context: Context,
): (Element | string)[] {
  const { name } = element;
  if (name === 'image' && context.decode) {
    const squares = rectangles(element, context.decode);
    if (squares) return compacted(squares, inherited, context);
  }
  const isLink = name === 'a';
  if (!ELEMENTS.has(name) && !isLink) return [];
  const { attributes, passed } = attributesOf(element, inherited, context);
  const inText = name === 'text' || name === 'tspan' || isLink;
  const children = element.children.flatMap((child) => {
    if (typeof child === 'string') return inText ? [xmlText(child)] : [];
    return compacted(child, passed, context);
  });
  if (isLink) return children;
  if (name === 'path' && !attributes.d) return [];
  // Nothing refers to it.
  if (/^clipPath$|Gradient$|^pattern$/.test(name) && !attributes.id) return [];
  if (name === 'image' && !attributes['xlink:href']) return [];
  if (name === 'g' || name === 'defs') {
    if (children.length === 0) return [];
    if (name === 'g') shareAttributes(attributes, children);
    if (name === 'g' && Object.keys(attributes).length === 0) return children;
  }
  return [asCircle({ name, attributes, children })];
}

function attributesOf(
  { name, attributes }: Element,
  inherited: Record<string, string>,
  context: Context,
) {
  const kept: Record<string, string> = {};
  const passed = { ...inherited };
  const given: Record<string, string> = { ...attributes };
  delete given.style;
  for (const declaration of (attributes.style ?? '').replace(/&quot;/g, "'").split(';')) {
    const colon = declaration.indexOf(':');
    if (colon !== -1) given[declaration.slice(0, colon).trim()] = declaration.slice(colon + 1);
  }
  for (const [key, value] of Object.entries(given)) {
    if (key === 'xlink:href' && name === 'image' && IMAGE_DATA.test(value)) {
      kept[key] = value;
    } else if (key === 'id') {
      const id = context.ids.get(value);
      if (id) kept.id = id;
    } else if (GEOMETRY.has(key)) {
      const short = geometry(key, value);
      if (short !== '') kept[key] = short;
    } else if (Object.hasOwn(INHERITED, key) || Object.hasOwn(OWN, key)) {
      const short = shortValue(key, value)?.replace(/url\(#([^)]+)\)/, (_, id) => {
        return `url(#${context.ids.get(id)})`;
      });
      if (!short || short === (OWN[key] ?? inherited[key])) continue;
      kept[key] = short;
      if (key in INHERITED) passed[key] = short;
    }
  }
  return { attributes: kept, passed };
}

/** Plotly leaves entities of HTML that it does not know, and a title may hold any character. */
function xmlText(text: string): string {
  return (
    text
      .replace(/&(?!(amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/gi, '&amp;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no such characters
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '')
  );
}

/** A tenth of a pixel is not seen; turning and scaling need more. */
function geometry(key: string, value: string): string {
  if (/[<&]/.test(value)) return '';
  if (key === 'transform') {
    const rounded = roundNumbers(value, /scale|matrix/.test(value) ? 4 : 1);
    return rounded
      .replace(/^translate\(([^,)]+),0\)$/, 'translate($1)')
      .replace(/^translate\(0\)$/, '');
  }
  if (/^(d|x|y|width|height|cx|cy|r)$/.test(key)) return roundNumbers(value, 1);
  return value;
}

/** What all children say alike and pass on is said once, by their group. */
function shareAttributes(group: Record<string, string>, children: (Element | string)[]): void {
  const elements = children.filter((child): child is Element => typeof child !== 'string');
  if (elements.length < 2) return;
  for (const [key, value] of Object.entries(elements[0].attributes)) {
    if (!(key in INHERITED) || key in group) continue;
    if (!elements.every(({ attributes }) => attributes[key] === value)) continue;
    group[key] = value;
    for (const { attributes } of elements) delete attributes[key];
  }
}

/** Plotly's round markers are paths of two arcs around the origin. */
function asCircle(element: Element): Element {
  const { d, transform, ...rest } = element.attributes;
  const arcs = /^M([\d.]+),0A\1,\1 0 1,1 0,-\1A\1,\1 0 0,1 \1,0Z$/.exec(d ?? '');
  const place = /^translate\(([-\d.]+)(?:,([-\d.]+))?\)$/.exec(transform ?? '');
  if (element.name !== 'path' || !arcs || !place) return element;
  const [, cx, cy = '0'] = place;
  return { name: 'circle', attributes: { cx, cy, r: arcs[1], ...rest }, children: [] };
}

/** The font that most texts have. */
function commonFont(svg: string): string | undefined {
  const counts = new Map<string, number>();
  for (const [, family] of svg.matchAll(/font-family: ((?:&quot;|[^;"])*)/g)) {
    const short = shortValue('font-family', family);
    if (short) counts.set(short, (counts.get(short) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

const hasLink = (child: Element | string): boolean =>
  typeof child !== 'string' && ('xlink:href' in child.attributes || child.children.some(hasLink));

function dropFont({ children }: Element, font: string): void {
  for (const child of children) {
    if (typeof child === 'string') continue;
    if (child.attributes['font-family'] === font) delete child.attributes['font-family'];
    // Another font is what is inside of it inherits.
    if (!child.attributes['font-family']) dropFont(child, font);
  }
}
