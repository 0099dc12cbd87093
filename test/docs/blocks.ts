/**
 * The code blocks of a document. Comments on the lines before a block's fence say what a reader need
 * not be told:
 *
 *     <!-- not run: reason -->            it cannot be run here; counted as skipped
 *     <!-- long -->                       run by `npm run test:long` only
 *     <!-- file: words.mjs -->            it is run under this name, which later blocks can use
 *     <!-- goes on -->                    it belongs to the same program as the block before
 *     <!-- given: const x = … -->         what it takes for granted
 *     <!-- smoke: quick → smoke; … -->    texts to replace, so that it takes seconds
 *     <!-- in a browser -->               a program or a page that is run in Chromium
 *     <!-- needs the net -->              skipped where npm's or PyPI's registry cannot be reached
 *     <!-- printed -->                    what the block before prints, among other lines; … is any text
 */
import type { Code, Html, Nodes, Parent } from 'mdast';
import { parse } from './markdown.js';

/** A block, and what its comments say. */
export interface Block {
  /** Its line in the document. */
  line: number;
  /** `ts`, `sh`, `text`; null where the fence says nothing, or there is none. */
  lang: string | null;
  code: string;
  notRun?: string;
  long: boolean;
  file?: string;
  goesOn: boolean;
  given: string;
  smoke: [text: string, instead: string][];
  inBrowser: boolean;
  needsNet: boolean;
  printed: boolean;
  /** Whether it stands between the comments that quote results; see test/readme.test.ts. */
  quote: boolean;
}

const COMMENT = /^<!--\s*(.*?)\s*-->$/s;

/** @throws Error for a comment before a block that means nothing. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let quote = false;
  const visit = (node: Nodes) => {
    let comments: string[] = [];
    for (const child of 'children' in node ? (node as Parent).children : []) {
      if (child.type === 'html') {
        const said = commentsIn(child);
        if (said.some((comment) => comment.startsWith('from '))) quote = true;
        if (said.includes('end')) quote = false;
        comments.push(...said);
        continue;
      }
      if (child.type === 'code') blocks.push({ ...blockOf(child, comments), quote });
      else visit(child as Nodes);
      comments = [];
    }
  };
  visit(parse(text));
  return blocks;
}

const commentsIn = ({ value }: Html) => {
  const comments = value.match(/<!--.*?-->/gs) ?? [];
  return comments.map((comment) => COMMENT.exec(comment)![1]);
};

function blockOf({ lang = null, value, position }: Code, comments: string[]): Omit<Block, 'quote'> {
  const block: Omit<Block, 'quote'> = {
    ...{ line: position!.start.line, lang: lang ?? null, code: value },
    ...{ long: false, goesOn: false, given: '', smoke: [] },
    ...{ inBrowser: false, needsNet: false, printed: false },
  };
  for (const comment of comments) {
    const [, name, , rest] = /^([\w ]+)(:\s*(.*))?$/s.exec(comment) ?? [];
    if (name === 'from' || comment.startsWith('from ') || comment === 'end') continue;
    else if (name === 'not run' && rest) block.notRun = rest;
    else if (name === 'file' && rest) block.file = rest;
    else if (name === 'given' && rest) block.given = rest;
    else if (name === 'smoke' && rest) block.smoke = rest.split(/;\s+/).map(replacement);
    else if (comment === 'long') block.long = true;
    else if (comment === 'goes on') block.goesOn = true;
    else if (comment === 'in a browser') block.inBrowser = true;
    else if (comment === 'needs the net') block.needsNet = true;
    else if (comment === 'printed') block.printed = true;
    else throw new Error(`Before the block in line ${block.line}: what is "${comment}"?`);
  }
  return block;
}

function replacement(text: string): [string, string] {
  const [from, to] = text.split(/\s*→\s*/);
  if (!from || to === undefined) throw new Error(`What is "${text}"? Write: this → that.`);
  return [from, to];
}

/** A block's code with its smoke parameters. @throws Error where one replaces nothing. */
export function smokeCode({ code, smoke }: Pick<Block, 'code' | 'smoke'>): string {
  return smoke.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`There is no "${from}" to be replaced.`);
    return text.replaceAll(from, to);
  }, code);
}

/** A program: a block and those that go on with it. */
export interface Program extends Block {
  /** Of all its blocks, with what they take for granted, smoke parameters in place. */
  source: string;
}

/** The programs among a document's blocks: what is run, and what it prints. */
export function programsOf(blocks: Block[]): { program: Program; prints: string[] }[] {
  const programs: { program: Program; prints: string[] }[] = [];
  for (const block of blocks) {
    if (block.quote) continue;
    const last = programs.at(-1);
    if (block.printed) {
      if (!last) throw new Error(`What prints the block in line ${block.line}?`);
      last.prints.push(block.code);
    } else if (block.lang !== 'text') {
      const source = [block.given, smokeCode(block)].filter(Boolean).join('\n');
      if (!block.goesOn) programs.push({ program: { ...block, source }, prints: [] });
      else if (last?.program.lang === block.lang) last.program.source += `\n${source}`;
      else throw new Error(`The block in line ${block.line} goes on with none of its language.`);
    }
  }
  return programs;
}
