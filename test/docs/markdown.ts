/** What the tests of the documents know of Markdown. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { visit } from 'unist-util-visit';

export const ROOT = resolve(__dirname, '../..');

export const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

export const parse = (text: string): Root =>
  fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

/** The text of a heading, without its marks. */
export function textOf(node: Nodes): string {
  let text = '';
  visit(node, (inner) => {
    if (inner.type === 'text' || inner.type === 'inlineCode') text += inner.value;
  });
  return text;
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
