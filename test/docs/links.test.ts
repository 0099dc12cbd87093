import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect } from 'chai';
import Slugger from 'github-slugger';
import type { Root } from 'mdast';
import { visit } from 'unist-util-visit';
import { documents, parse, ROOT, read, textOf } from './markdown.js';

/** Documents, and the text of notebooks, by path. */
const TEXTS = new Map(
  documents('docs', 'datasets', 'results', 'notebooks').map((file) => [file, read(file)]),
);
for (const name of readdirSync(join(ROOT, 'notebooks')).filter((file) => /\.ipynb$/.test(file))) {
  const file = join('notebooks', name);
  const { cells } = JSON.parse(read(file)) as {
    cells: { cell_type: string; source: string | string[] }[];
  };
  const markdown = cells.filter(({ cell_type }) => cell_type === 'markdown');
  TEXTS.set(file, markdown.map(({ source }) => [source].flat().join('')).join('\n\n'));
}

/** Where a document's links and pictures go. */
function targetsIn(tree: Root): string[] {
  const targets: string[] = [];
  visit(tree, (node) => {
    if ('url' in node) targets.push(node.url);
  });
  return targets;
}

/** The anchors that a code-hosting site gives a document's headings. */
function anchorsIn(tree: Root): Set<string> {
  const slugger = new Slugger();
  const anchors = new Set<string>();
  visit(tree, 'heading', (heading) => {
    anchors.add(slugger.slug(textOf(heading)));
  });
  return anchors;
}

/** Why a link of a document leads nowhere; null where it leads somewhere, or to another site. */
function fault(from: string, target: string, texts = TEXTS): string | null {
  if (/^(https|mailto):/.test(target)) return URL.canParse(target) ? null : `${target}: no address`;
  if (/^[a-z]+:/.test(target)) return `${target}: neither https nor a file here`;
  const [path, anchor] = decodeURI(target).split('#');
  const file = path === '' ? from : relative(ROOT, join(ROOT, dirname(from), path));
  if (file.startsWith('..') || !existsSync(join(ROOT, file))) return `${target}: no such file`;
  if (anchor === undefined) return null;
  const text = texts.get(file);
  if (text === undefined) return `${target}: no document that has anchors`;
  return anchorsIn(parse(text)).has(anchor) ? null : `${target}: no such heading`;
}

describe('links in the documents', () => {
  for (const [file, text] of TEXTS) {
    const targets = targetsIn(parse(text));
    if (targets.length === 0) continue;
    it(`of ${file} lead somewhere`, () => {
      const faults = targets.map((target) => fault(file, target));
      expect(faults.filter((each) => each !== null)).to.deep.equal([]);
    });
  }

  it('are found in text, tables, pictures and notebooks', () => {
    const text = '[a](b.md)\n\n| x |\n| --- |\n| ![c](d.svg) |\n\n[e]\n\n[e]: f.md\n';
    expect(targetsIn(parse(text))).to.have.members(['b.md', 'd.svg', 'f.md']);
    expect(targetsIn(parse(TEXTS.get('notebooks/start-here.ipynb')!))).to.include('lazy.ipynb');
  });

  it('could not lead to a file, a heading or a place that is not there', () => {
    const texts = new Map([['README.md', '# A heading, with `code`\n\n# A heading, with `code`']]);
    expect(fault('README.md', '#a-heading-with-code', texts)).to.equal(null);
    expect(fault('docs/README.md', '../README.md#a-heading-with-code-1', texts)).to.equal(null);
    expect(fault('README.md', '#a-heading-with-code-2', texts)).to.match(/no such heading/);
    expect(fault('README.md', 'READYOU.md')).to.match(/no such file/);
    expect(fault('README.md', '../elsewhere')).to.match(/no such file/);
    expect(fault('README.md', 'http://example.org')).to.match(/neither https/);
  });
});
