/** Works around what tslab's converter does wrong. */
import ts from '@tslab/typescript-for-tslab';

/**
 * Writes shorthand properties out, `{ seed }` as `{ seed: seed }`: tslab overlooks that the short
 * form names a variable, and for one of an earlier cell says "seed is not defined".
 */
export function expandShorthand(source: string): string {
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, true);
  const names: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isShorthandPropertyAssignment(node) && !node.objectAssignmentInitializer) {
      names.push(node.name);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names.reduceRight(
    (text, name) => `${text.slice(0, name.end)}: ${name.text}${text.slice(name.end)}`,
    source,
  );
}
