import ts from '@typescript/typescript6';

/** What the top level of a cell says, found without knowing any type. */
export interface Declarations {
  /** Names declared, with how. */
  names: Map<string, Declared>;
  /** Those that the cell exports itself. */
  exported: Set<string>;
  /** Those that `let` and `var` declare, which may be assigned to. */
  variables: Set<string>;
  /** What it changes beside its names: a declaration of globals, an import for its effect alone. */
  effects: Set<string>;
  /** Every identifier in the cell. */
  identifiers: Set<string>;
  /** Identifiers in functions, which outlast the cell. */
  enclosed: Set<string>;
  /** Identifiers in what is assigned to. */
  written: Set<string>;
  /** Module specifiers of its import and export declarations. */
  imports: string[];
  /** Whether it begins with `// @ts-nocheck`. */
  unchecked: boolean;
}

/**
 * `lexical`: has a value once its declaration has run. `var`: has one, `undefined`, from the start.
 * `fresh`: starts over, `undefined`, in every cell that declares it (enums and namespaces, which
 * TypeScript would otherwise merge with those of earlier cells). `ambient`: is a global of that name.
 * `import`, `type`: no variable of the cell.
 */
export type Declared = 'lexical' | 'var' | 'function' | 'fresh' | 'ambient' | 'import' | 'type';

/** Reads the top level of a cell. */
export function declarationsOf(file: ts.SourceFile): Declarations {
  const found = noDeclarations();
  // TypeScript reads it from where a file begins, which a cell's text does not.
  const { checkJsDirective } = file as { checkJsDirective?: { enabled: boolean } };
  found.unchecked = checkJsDirective?.enabled === false;
  for (const statement of file.statements) visitStatement(statement, found);
  const visit = (node: ts.Node, inFunction: boolean, isWritten: boolean): void => {
    if (ts.isIdentifier(node)) {
      found.identifiers.add(node.text);
      if (inFunction) found.enclosed.add(node.text);
      if (isWritten) found.written.add(node.text);
    }
    if (
      !inFunction &&
      ts.isVariableDeclarationList(node) &&
      !(node.flags & ts.NodeFlags.BlockScoped)
    ) {
      for (const { name } of node.declarations) declareAll(name, 'var', found);
    }
    const target = targetOf(node);
    const inner =
      inFunction ||
      ts.isFunctionLike(node) ||
      ts.isModuleBlock(node) ||
      ts.isClassStaticBlockDeclaration(node);
    ts.forEachChild(node, (child) => visit(child, inner, isWritten || child === target));
  };
  visit(file, false, false);
  return found;
}

/** The variables that a cell's own statements declare, in their order. */
export function variablesOf(code: string): string[] {
  const { statements } = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest);
  return statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .flatMap(({ name }) => namesIn(name))
    .map(({ text }) => text);
}

export function noDeclarations(): Declarations {
  return {
    ...{ names: new Map(), exported: new Set(), variables: new Set(), effects: new Set() },
    ...{ identifiers: new Set(), enclosed: new Set(), written: new Set(), imports: [] },
    unchecked: false,
  };
}

/** The part of a node that it assigns to. */
function targetOf(node: ts.Node): ts.Node | undefined {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const { FirstAssignment, LastAssignment } = ts.SyntaxKind;
    return FirstAssignment <= kind && kind <= LastAssignment ? node.left : undefined;
  }
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) return node.operand;
  return ts.isForInStatement(node) || ts.isForOfStatement(node) ? node.initializer : undefined;
}

function visitStatement(node: ts.Statement, found: Declarations): void {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  const has = (kind: ts.SyntaxKind) =>
    modifiers?.some((modifier) => modifier.kind === kind) ?? false;
  const ambient = has(ts.SyntaxKind.DeclareKeyword);
  const exported = has(ts.SyntaxKind.ExportKeyword) && !has(ts.SyntaxKind.DefaultKeyword);
  const declare = (name: ts.Node | undefined, how: Declared) => {
    if (!name || !ts.isIdentifier(name)) return;
    if (exported) found.exported.add(name.text);
    add(name.text, ambient && how !== 'type' ? 'ambient' : how, found);
  };

  if (ts.isVariableStatement(node)) {
    const { declarations, flags } = node.declarationList;
    const how = flags & ts.NodeFlags.BlockScoped ? 'lexical' : 'var';
    for (const each of declarations.flatMap(({ name }) => namesIn(name))) {
      declare(each, how);
      if (!(flags & ts.NodeFlags.Constant)) found.variables.add(each.text);
    }
  } else if (ts.isFunctionDeclaration(node)) declare(node.name, 'function');
  else if (ts.isClassDeclaration(node)) declare(node.name, 'lexical');
  else if (ts.isEnumDeclaration(node)) declare(node.name, 'fresh');
  else if (ts.isModuleDeclaration(node)) declareNamespace(node, declare, found);
  else if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
    declare(node.name, 'type');
  } else if (ts.isImportEqualsDeclaration(node)) {
    declare(node.name, node.isTypeOnly ? 'type' : 'lexical');
  } else if (ts.isImportDeclaration(node)) {
    found.imports.push((node.moduleSpecifier as ts.StringLiteral).text);
    const clause = node.importClause;
    if (!clause) found.effects.add(`import ${found.imports.at(-1)}`);
    declare(clause?.name, 'import');
    const bindings = clause?.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings)) declare(bindings.name, 'import');
    else for (const { name } of bindings?.elements ?? []) declare(name, 'import');
  } else if (ts.isExportDeclaration(node)) visitExport(node, found);
}

function declareNamespace(
  { name, body, flags }: ts.ModuleDeclaration,
  declare: (name: ts.Node, how: Declared) => void,
  { effects }: Declarations,
): void {
  if (!ts.isIdentifier(name)) effects.add(`module ${name.text}`);
  else if (!(flags & ts.NodeFlags.GlobalAugmentation)) declare(name, 'fresh');
  else if (body && ts.isModuleBlock(body)) {
    const inner = noDeclarations();
    for (const statement of body.statements) visitStatement(statement, inner);
    for (const each of inner.names.keys()) effects.add(`global ${each}`);
  }
}

/** `export { a as b }` and `export { a } from './y.js'` declare what they export. */
function visitExport(node: ts.ExportDeclaration, found: Declarations): void {
  if (node.moduleSpecifier) found.imports.push((node.moduleSpecifier as ts.StringLiteral).text);
  if (!node.exportClause) return;
  const names = ts.isNamespaceExport(node.exportClause)
    ? [node.exportClause.name]
    : node.exportClause.elements.map(({ name }) => name);
  for (const name of names) {
    if (!ts.isIdentifier(name)) continue;
    found.exported.add(name.text);
    if (name.text !== 'default' && !found.names.has(name.text))
      found.names.set(name.text, 'import');
  }
}

function declareAll(pattern: ts.BindingName, how: Declared, found: Declarations): void {
  for (const { text } of namesIn(pattern)) {
    add(text, how, found);
    found.variables.add(text);
  }
}

function add(name: string, how: Declared, { names }: Declarations): void {
  const before = names.get(name);
  // A namespace beside a class, a function or an enum adds to it; a type beside a value is one too.
  const weak = how === 'type' || (how === 'fresh' && before !== 'type');
  if (before === undefined || (!weak && before !== 'ambient')) names.set(name, how);
}

function namesIn(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : namesIn(element.name),
  );
}
