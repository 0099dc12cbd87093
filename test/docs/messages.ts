/** The sentences that the sources can print, as patterns. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './markdown.js';

/** A sentence has this many letters that do not depend on anything. */
const LETTERS = 15;

/** Of each text in src/ and scripts/ that is long enough to be a sentence, what it can come to. */
export function sentences(): RegExp[] {
  const files = ['src', 'scripts'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|mjs)$/.test(file))
      .map((file) => join(ROOT, folder, file)),
  );
  return files.flatMap((file) => sentencesIn(readFileSync(file, 'utf8')));
}

/** Likewise of one file. */
export function sentencesIn(source: string): RegExp[] {
  const found: RegExp[] = [];
  const visit = (node: ts.Node): void => {
    const pieces = piecesOf(node);
    if (pieces === null) return void ts.forEachChild(node, visit);
    if (pieces.join('').replace(/\W/g, '').length >= LETTERS) {
      found.push(new RegExp(`^${pieces.map(escaped).join('.*')}$`, 's'));
    }
    // What stands within it may be a sentence of its own.
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('file.ts', source, ts.ScriptTarget.Latest));
  return found;
}

/** What a text is made of, between what is filled in; null where a node is no text. */
function piecesOf(node: ts.Node): string[] | null {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken)
    return null;
  const [left, right] = [piecesOf(node.left), piecesOf(node.right)];
  if (left === null && right === null) return null;
  const [before, after] = [left ?? ['', ''], right ?? ['', '']];
  return [...before.slice(0, -1), before.at(-1)! + after[0], ...after.slice(1)];
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
