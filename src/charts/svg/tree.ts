/** XML as a tree, as far as a browser's own serialization of an SVG goes. */

export interface Element {
  name: string;
  attributes: Record<string, string>;
  /** Texts are kept escaped. */
  children: (Element | string)[];
}

/**
 * @param xml - well-formed, without CDATA, as `XMLSerializer` writes it.
 * @throws Error for anything else.
 */
export function parseXml(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [] };
  const open = [root];
  for (const [token] of xml.matchAll(/<!--[\s\S]*?-->|<(?:[^>"]|"[^"]*")*>|[^<]+/g)) {
    const parent = open.at(-1)!;
    if (token.startsWith('</')) {
      if (open.pop()?.name !== token.slice(2, -1).trim()) throw new Error(`stray ${token}`);
    } else if (/^<[a-zA-Z]/.test(token)) {
      const element = elementOf(token);
      parent.children.push(element);
      if (!token.endsWith('/>')) open.push(element);
    } else if (!token.startsWith('<')) {
      parent.children.push(token);
    }
  }
  const [svg] = root.children.filter((child): child is Element => typeof child !== 'string');
  if (!svg || open.length > 1) throw new Error('the XML has no end');
  return svg;
}

function elementOf(tag: string): Element {
  const attributes: Record<string, string> = {};
  for (const [, name, value] of tag.matchAll(/\s([^\s=/>]+)="([^"]*)"/g)) attributes[name] = value;
  return { name: /^<([^\s/>]+)/.exec(tag)![1], attributes, children: [] };
}

export function writeXml({ name, attributes, children }: Element): string {
  const head = Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`);
  const start = `<${name}${head.join('')}`;
  if (children.length === 0) return `${start}/>`;
  const inner = children.map((child) => (typeof child === 'string' ? child : writeXml(child)));
  return `${start}>${inner.join('')}</${name}>`;
}
