import ts from '@typescript/typescript6';

/**
 * Makes each iteration of each loop begin with a call, and hands what each `await` comes to through it.
 * The call can end the code by an exception: what runs after an `await` can be stopped in no other way
 * that leaves Node whole. An `await` within `finally` is left alone, for there code cleans up.
 *
 * @param name - the function that is called, made by {@link checking}.
 */
export function withChecks(name: string): ts.TransformerFactory<ts.SourceFile> {
  return (context) => {
    const { factory } = context;
    const call = (...values: ts.Expression[]) =>
      factory.createCallExpression(factory.createIdentifier(name), undefined, values);
    const watched = (body: ts.Statement): ts.Block => {
      const statements = ts.isBlock(body) ? body.statements : [body];
      const block = factory.createBlock([factory.createExpressionStatement(call()), ...statements]);
      return ts.setTextRange(block, body);
    };
    const visit = (node: ts.Node, cleansUp: boolean): ts.Node => {
      const inner = cleansUp && !ts.isFunctionLike(node);
      const isFinally = (child: ts.Node) => ts.isTryStatement(node) && child === node.finallyBlock;
      const visited = ts.visitEachChild(
        node,
        (child) => visit(child, inner || isFinally(child)),
        context,
      );
      if (ts.isAwaitExpression(visited) && !cleansUp) {
        return ts.setTextRange(call(visited), visited);
      }
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
    return (file) => visit(file, false) as ts.SourceFile;
  };
}

/** The function that code with checks calls: it hands on what it is given. */
export type Check = (value?: unknown) => unknown;

/** @param check - may throw. */
export function checking(check: () => void): Check {
  return (value) => {
    check();
    return value;
  };
}
