import { relative } from 'node:path';
import ts from '@typescript/typescript6';
import type { Failure } from '../failure.js';
import type { Cells } from './cells.js';
import { SCOPE } from './slot.js';

/** More messages than this are counted, not shown. */
const LIMIT = 20;

const ASSIGNED_IMPORT = 2632;
const ASSIGNED_CONST = 2588;
/** `let list = []` has the type of what is put in; in other cells it is `any[]`, without complaint. */
const EVOLVING_TYPE = 7005;

/** The compiler's messages about cells and local files, in terms of what their author wrote. */
export class Diagnostics {
  constructor(
    private readonly cwd: string,
    private readonly cells: Cells,
  ) {}

  /** What is wrong with a file of the program. */
  of(program: ts.Program, file: ts.SourceFile): ts.Diagnostic[] {
    const syntactic = program.getSyntacticDiagnostics(file);
    // The checker reports what follows from them only.
    if (syntactic.length) return [...syntactic];
    const slot = this.cells.slotOf(file.fileName);
    if (slot?.declarations.unchecked) return [];
    const semantic = program.getSemanticDiagnostics(file);
    if (!slot) return [...semantic];
    return semantic.flatMap((each) => {
      if (each.start! < slot.offset) return [];
      return each.code === ASSIGNED_IMPORT || each.code === EVOLVING_TYPE
        ? ofEarlierCell(program, each)
        : [each];
    });
  }

  failure(diagnostics: ts.Diagnostic[]): Failure {
    const shown = diagnostics.slice(0, LIMIT);
    const more = diagnostics.length - shown.length;
    const rest = more > 0 ? [`… and ${more} more`] : [];
    return {
      ename: 'TypeScriptError',
      evalue: [...shown.map((each) => this.message(each)), ...rest].join('\n'),
      traceback: [...shown.flatMap((each) => [this.message(each), ...excerpt(each)]), ...rest],
    };
  }

  private message({ file, start, code, messageText }: ts.Diagnostic): string {
    const slot = file && this.cells.slotOf(file.fileName);
    const text = this.cells.readable(ts.flattenDiagnosticMessageText(messageText, '\n'), slot);
    if (!file || start === undefined) return `TS${code}: ${text}`;
    const { line, character } = file.getLineAndCharacterOfPosition(start);
    const name = slot?.label ?? relative(this.cwd, file.fileName);
    return `${name}:${line + (slot ? 0 : 1)}:${character + 1} - TS${code}: ${text}`;
  }
}

/** The line of a message and a caret under the place. */
function excerpt({ file, start, length }: ts.Diagnostic): string[] {
  if (!file || start === undefined) return [];
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  const from = file.getLineStarts()[line];
  const text = file.text.slice(from).split(/\r?\n/, 1)[0];
  const carets = Math.max(1, Math.min(length ?? 1, text.length - character));
  const indent = text.slice(0, character).replace(/[^\t]/g, ' ');
  return [`  ${text}`, `  ${indent}${'^'.repeat(carets)}`];
}

/** A variable of an earlier cell is an import to TypeScript; to the author, it is the variable. */
function ofEarlierCell(program: ts.Program, diagnostic: ts.Diagnostic): ts.Diagnostic[] {
  const { file, start, length } = diagnostic;
  const name = file!.text.slice(start, start! + length!);
  const checker = program.getTypeChecker();
  const imported = checker
    .getSymbolsInScope(file!.statements[0], ts.SymbolFlags.Alias)
    .find((symbol) => symbol.name === name);
  const declaration = imported && checker.getAliasedSymbol(imported).valueDeclaration;
  if (!declaration || !fromScope(imported) || !isVariable(declaration)) return [diagnostic];
  const isConst = ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Constant;
  if (diagnostic.code !== ASSIGNED_IMPORT || !isConst) return [];
  const messageText = `Cannot assign to '${name}' because it is a constant.`;
  return [{ ...diagnostic, code: ASSIGNED_CONST, messageText }];
}

function isVariable(node: ts.Node): node is ts.VariableDeclaration | ts.BindingElement {
  return ts.isVariableDeclaration(node) || ts.isBindingElement(node);
}

function fromScope(imported: ts.Symbol): boolean {
  const specifier = imported.declarations?.[0];
  if (!specifier || !ts.isImportSpecifier(specifier)) return false;
  return (specifier.parent.parent.parent.moduleSpecifier as ts.StringLiteral).text === SCOPE;
}
