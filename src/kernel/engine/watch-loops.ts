import ts from '@typescript/typescript6';

/**
 * Makes each iteration of each loop begin with a call, which can end the loop by an exception: code
 * that runs after an `await` can be stopped in no other way that leaves Node whole.
 *
 * @param name - the function that is called.
 */
export function watchLoops(name: string): ts.TransformerFactory<ts.SourceFile> {
  return (context) => {
    const { factory } = context;
    const watched = (body: ts.Statement): ts.Block => {
      const call = factory.createCallExpression(factory.createIdentifier(name), undefined, []);
      const statements = ts.isBlock(body) ? body.statements : [body];
      const block = factory.createBlock([factory.createExpressionStatement(call), ...statements]);
      return ts.setTextRange(block, body);
    };
    const visit = (node: ts.Node): ts.Node => {
      const visited = ts.visitEachChild(node, visit, context);
      if (ts.isForStatement(visited)) {
        const { initializer, condition, incrementor, statement } = visited;
        const body = watched(statement);
        return factory.updateForStatement(visited, initializer, condition, incrementor, body);
      }
      if (ts.isForInStatement(visited)) {
        const { initializer, expression, statement } = visited;
        return factory.updateForInStatement(visited, initializer, expression, watched(statement));
      }
      if (ts.isForOfStatement(visited)) {
        const { awaitModifier, initializer, expression, statement } = visited;
        const body = watched(statement);
        return factory.updateForOfStatement(visited, awaitModifier, initializer, expression, body);
      }
      if (ts.isWhileStatement(visited)) {
        return factory.updateWhileStatement(
          visited,
          visited.expression,
          watched(visited.statement),
        );
      }
      if (ts.isDoStatement(visited)) {
        return factory.updateDoStatement(visited, watched(visited.statement), visited.expression);
      }
      return visited;
    };
    return (file) => ts.visitNode(file, visit) as ts.SourceFile;
  };
}
