/** What the tests of the documents know of Markdown. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Nodes, Parent, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

export const ROOT = resolve(__dirname, '../..');

export const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

export const parse = (text: string): Root =>
  fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

/** All nodes of a kind, in their order. */
export function nodesOf<T extends Nodes['type']>(
  node: Nodes,
  type: T,
): Extract<Nodes, { type: T }>[] {
  const own = node.type === type ? [node as Extract<Nodes, { type: T }>] : [];
  return 'children' in node
    ? [...own, ...(node as Parent).children.flatMap((child) => nodesOf(child, type))]
    : own;
}

/** The Markdown files at the top and those below some folders, but no generated pages. */
export function documents(...folders: string[]): string[] {
  const below = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      relative(ROOT, join(ROOT, folder, file)),
    ),
  );
  return [...readdirSync(ROOT), ...below]
    .filter((file) => file.endsWith('.md') && !file.startsWith(join('docs', 'api')))
    .sort();
}
