import { extname } from 'node:path';
import ts from '@typescript/typescript6';
import { withChecks } from './checks.js';
import { unusedMark } from './rewrite.js';

/** A local module as CommonJS, a function body. */
export interface Transpiled {
  code: string;
  map: string | undefined;
  /** Begins the names of what stands for `import()` and `import.meta`. */
  mark: string;
  /** Whether it has an `await` outside of functions. */
  isAsync: boolean;
  /** Module specifiers of its `require` calls. */
  requires: string[];
}

/** Compiles one file without its types. */
export function transpile(file: string, text: string, options: ts.CompilerOptions): Transpiled {
  const mark = unusedMark(text);
  if (extname(file) === '.json') {
    return { code: jsonModule(file, text), map: undefined, mark, isAsync: false, requires: [] };
  }
  let isAsync = false;
  const moduleSyntax: ts.TransformerFactory<ts.SourceFile> = (context) => {
    const { factory } = context;
    const visit = (node: ts.Node, inFunction: boolean): ts.Node => {
      if (!inFunction) {
        isAsync ||=
          ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && !!node.awaitModifier);
      }
      const inner = inFunction || ts.isFunctionLike(node);
      const visited = ts.visitEachChild(node, (child) => visit(child, inner), context);
      if (ts.isMetaProperty(visited) && visited.keywordToken === ts.SyntaxKind.ImportKeyword) {
        return factory.createIdentifier(`${mark}0meta`);
      }
      if (ts.isCallExpression(visited) && visited.expression.kind === ts.SyntaxKind.ImportKeyword) {
        const callee = factory.createIdentifier(`${mark}0import`);
        return factory.updateCallExpression(visited, callee, undefined, visited.arguments);
      }
      return visited;
    };
    return (source) => visit(source, false) as ts.SourceFile;
  };
  const { outputText, sourceMapText } = ts.transpileModule(text, {
    // A name that leaves the module format to the options.
    fileName: file.replace(/\.[cm]([jt]s)$/, '.$1'),
    compilerOptions: {
      ...options,
      module: ts.ModuleKind.CommonJS,
      sourceMap: true,
      // Without it TypeScript would look for one file's types.
      isolatedModules: true,
    },
    transformers: { before: [moduleSyntax, withChecks(`${mark}0check`)] },
  });
  const requires = new Set<string>();
  for (const [, specifier] of outputText.matchAll(/\brequire\(["']([^"']+)["']\)/g)) {
    requires.add(specifier);
  }
  const code = outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, '');
  return { code, map: sourceMapText, mark, isAsync, requires: [...requires] };
}

/** Data is never run as code, which may say more than JSON does. @throws Error that names the file. */
function jsonModule(file: string, text: string): string {
  // Some editors begin a file with the mark of its byte order, which is not JSON's.
  const json = text.replace(/^\uFEFF/, '');
  try {
    JSON.parse(json);
  } catch (error) {
    throw new SyntaxError(`${file} is no JSON: ${(error as Error).message}`);
  }
  return `module.exports = JSON.parse(${JSON.stringify(json)});`;
}
