import ts from '@typescript/typescript6';
import { withChecks } from './checks.js';
import { type Rewritten, rewrite, unusedMark } from './rewrite.js';
import type { Slot } from './slot.js';

/** A cell as JavaScript, with how to get back to TypeScript. */
export interface Emitted extends Rewritten {
  mark: string;
  /** From the JavaScript that was rewritten to the cell's file. */
  typeScriptMap: string;
}

/** Compiles a checked cell. Its last expression is assigned to a variable, `$_0result`. */
export function emit(
  program: ts.Program,
  file: ts.SourceFile,
  { declarations: { names }, uses }: Slot,
): Emitted {
  const mark = unusedMark(file.text);
  let js = '';
  let typeScriptMap = '';
  const write: ts.WriteFileCallback = (name, text) => {
    if (name.endsWith('.js')) js = text;
    else typeScriptMap = text;
  };
  const result = keepResult(`${mark}0result`);
  program.emit(file, write, undefined, false, {
    before: [result, withChecks(`${mark}0check`)],
  });
  return { ...rewrite(js, names, uses, mark), mark, typeScriptMap };
}

/** Assigns the last expression to a variable; and drops the list of exports that stands before a cell. */
function keepResult(name: string): ts.TransformerFactory<ts.SourceFile> {
  return ({ factory }) =>
    (file) => {
      const statements = file.statements.toSpliced(1, 1);
      const last = statements.at(-1);
      if (!last || !ts.isExpressionStatement(last))
        return factory.updateSourceFile(file, statements);
      const target = factory.createIdentifier(name);
      // What is assigned as it stands is named after the variable.
      const value = factory.createComma(factory.createNumericLiteral(0), last.expression);
      const kept = ts.setTextRange(
        factory.createExpressionStatement(factory.createAssignment(target, value)),
        last,
      );
      return factory.updateSourceFile(file, [...statements.slice(0, -1), kept]);
    };
}
