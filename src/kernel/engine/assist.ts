import ts from '@typescript/typescript6';
import type { MimeBundle } from '../../runtime/cell-api.js';
import type { Cells } from './cells.js';
import type { Checker } from './checker.js';
import type { Completeness, Completion } from './engine.js';
import type { Slot } from './slot.js';

/** Answers about code that is being written, by TypeScript's language service. */
export class Assist {
  constructor(
    private readonly cells: Cells,
    private readonly checker: Checker,
  ) {}

  complete(code: string, position: number): Completion {
    const slot = this.stage(code);
    const at = slot.offset + position;
    const { service } = this.checker;
    const found = answerOf(() =>
      service.getCompletionsAtPosition(slot.file, at, { includeCompletionsWithInsertText: false }),
    );
    const spanOf = (entry?: ts.CompletionEntry) => {
      const span = entry?.replacementSpan ?? found?.optionalReplacementSpan;
      const start = span ? span.start - slot.offset : position - typed(code, position).length;
      return { start, end: span ? start + span.length : position };
    };
    const candidates = (found?.entries ?? [])
      .filter((entry) => {
        const prefix = code.slice(spanOf(entry).start, position).toLowerCase();
        return entry.name.toLowerCase().startsWith(prefix) && !isOurs(entry.name, slot);
      })
      .sort((a, b) => compare(a.sortText, b.sortText) || compare(a.name, b.name));
    const { start, end } = spanOf(candidates[0]);
    // A name can be a keyword besides; and Jupyter replaces the same place for all.
    const names = new Set<string>();
    const entries = candidates.filter((entry) => {
      if (names.has(entry.name) || spanOf(entry).start !== start) return false;
      return names.add(entry.name);
    });
    return {
      matches: entries.map(({ name }) => name),
      start,
      end,
      metadata: {
        _jupyter_types_experimental: entries.map(({ name, kind }) => ({
          text: name,
          type: KINDS[kind] ?? kind,
          start,
          end,
        })),
      },
    };
  }

  inspect(code: string, position: number): MimeBundle | null {
    const slot = this.stage(code);
    const { service } = this.checker;
    const at = (place: number) => answerOf(() => service.getQuickInfoAtPosition(slot.file, place));
    // The cursor stands behind the name as often as in it.
    const place = [position, position - 1]
      .filter((each) => each >= 0)
      .map((each) => slot.offset + each)
      // Of a name that is not there the compiler only says that it may be anything.
      .find((each) => (at(each)?.kind ?? NOTHING) !== NOTHING);
    if (place === undefined) return this.call(slot, slot.offset + position);
    this.document(slot, place);
    const { documentation, tags, ...info } = at(place)!;
    return explanation(this.cells.readable(signatureOf(info), slot), documentation, tags);
  }

  /** What is known of the function between whose brackets a place is. */
  private call(slot: Slot, place: number): MimeBundle | null {
    const { service } = this.checker;
    const helpHere = () =>
      answerOf(() => service.getSignatureHelpItems(slot.file, place, undefined));
    const brackets = helpHere()?.applicableSpan;
    if (!brackets) return null;
    // The last letter of its name, before the opening bracket.
    this.document(slot, brackets.start - 2);
    const help = helpHere();
    if (!help) return null;
    const { documentation, tags, ...parts } = help.items[help.selectedItemIndex];
    const parameters = parts.parameters.map(({ displayParts }) => textOf(displayParts));
    const signature = [
      textOf(parts.prefixDisplayParts),
      parameters.join(textOf(parts.separatorDisplayParts)),
      textOf(parts.suffixDisplayParts),
    ].join('');
    return explanation(this.cells.readable(signature, slot), documentation, tags);
  }

  /** Has the comments read of the files in which the name at a place is declared. */
  private document(slot: Slot, place: number): void {
    const { service } = this.checker;
    const definitions = answerOf(() => service.getDefinitionAtPosition(slot.file, place)) ?? [];
    this.checker.document(definitions.map(({ fileName }) => fileName));
  }

  private stage(code: string): Slot {
    return this.cells.stage(code, 'In[*]', true);
  }
}

/** A signature with what its author wrote about it, in plain text and in Markdown. */
function explanation(
  signature: string,
  documentation: ts.SymbolDisplayPart[] | undefined,
  tags: ts.JSDocTagInfo[] = [],
): MimeBundle {
  const lines = tags.map(({ name, text }) => ({ name: `@${name}`, text: textOf(text) }));
  const marked = lines.map(({ name, text }) => `*${name}* ${text}`.trimEnd());
  const plain = lines.map(({ name, text }) => `${name} ${text}`.trimEnd());
  const paragraphs = (parts: string[]) => parts.filter(Boolean).join('\n\n');
  const about = textOf(documentation);
  return {
    'text/plain': paragraphs([signature, about, plain.join('\n')]),
    'text/markdown': paragraphs([
      `\`\`\`typescript\n${signature}\n\`\`\``,
      about,
      marked.join('  \n'),
    ]),
  };
}

const textOf = (parts?: ts.SymbolDisplayPart[]) => ts.displayPartsToString(parts);

/** Whether a cell ends where its author may have meant it to. */
export function completeness(code: string): Completeness {
  const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: ts.Diagnostic[] };
  if (parseDiagnostics.length === 0) return { status: 'complete' };
  const end = code.trimEnd().length;
  const atEnd = parseDiagnostics.some(
    ({ code, start }) => UNTERMINATED.has(code) || (start! >= end && code !== OPEN_STRING),
  );
  if (!atEnd) return { status: 'invalid' };
  const lastLine = code.trimEnd().split('\n').at(-1) ?? '';
  const [indent] = /^\s*/.exec(lastLine)!;
  return { status: 'incomplete', indent: /[{([]$/.test(lastLine) ? `${indent}  ` : indent };
}

/**
 * What the language service answers; nothing where it fails on half-written code, as it does on a
 * decorator without a class, `@optimizer`, by an assertion of its own.
 */
function answerOf<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

const NOTHING = ts.ScriptElementKind.unknown;

/** Messages about comments and templates that are open at the end; they stand where those began. */
const UNTERMINATED = new Set([1010, 1160]);
/** No next line can close a string. */
const OPEN_STRING = 1002;

/** Jupyter's names for kinds of completions, where they are not TypeScript's. */
const KINDS: Record<string, string> = {
  var: 'variable',
  let: 'variable',
  const: 'variable',
  'local var': 'variable',
  parameter: 'variable',
  alias: 'variable',
  method: 'method',
  'local function': 'function',
  'local class': 'class',
  getter: 'property',
  setter: 'property',
  script: 'module',
  directory: 'path',
  'external module name': 'module',
  string: 'text',
};

/** The declaration as TypeScript writes it, without what only tells how cells hand names on. */
function signatureOf(info: Pick<ts.QuickInfo, 'displayParts'>): string {
  return textOf(info.displayParts)
    .replace(/^\(alias\) /, '')
    .replace(/\nimport .*$/, '');
}

/** Whether a name only serves to hand another one on. */
function isOurs(name: string, { uses }: Slot): boolean {
  const [, original] = /^(.+)\$\d+$/.exec(name) ?? [];
  return original !== undefined && uses.has(original) && !uses.has(name);
}

function typed(code: string, position: number): string {
  return /[\p{ID_Continue}$]*$/u.exec(code.slice(0, position))![0];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
