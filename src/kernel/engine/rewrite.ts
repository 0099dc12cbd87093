import { parse } from 'acorn';
import { analyze, type Reference, type Variable } from 'eslint-scope';
import type * as ES from 'estree';
import MagicString from 'magic-string';
import type { Declared } from './declarations.js';
import { SCOPE } from './slot.js';
import { type Located, type Surroundings, surroundings } from './syntax.js';

/** A static import or re-export of a cell. */
export interface Import {
  specifier: string;
  /** Names to give a value, and what of the module: an export, `default`, or all of it, `*`. */
  bindings: { name: string; imported: string }[];
}

/** A cell's JavaScript with each name of a top level read from its box: `x` is `$_x.v`. */
export interface Rewritten {
  code: string;
  /** To be put in front of the code: what `var` and functions do before the first statement. */
  prelude: string;
  /** From {@link code} to the JavaScript that was rewritten. */
  map: string;
  /** Names of the boxes that the code uses, each as a parameter with the mark before it. */
  boxes: string[];
  imports: Import[];
  isAsync: boolean;
}

/** A beginning that no identifier of the code has, for names of our own. */
export function unusedMark(code: string): string {
  let mark = '$_';
  while (code.includes(mark)) mark = `$${mark}`;
  return mark;
}

/**
 * Rewrites what TypeScript has made of a cell: a module whose imports and exports are gone, and
 * whose top-level names are boxes.
 *
 * @param declared - what the cell declares; other top-level variables are TypeScript's helpers.
 * @param used - names of earlier cells that it uses.
 * @param mark - see {@link unusedMark}; names that begin with the mark and a digit are ours.
 */
export function rewrite(
  js: string,
  declared: Map<string, Declared>,
  used: { has(name: string): boolean },
  mark: string,
): Rewritten {
  return new Rewriter(js, declared, used, mark).rewritten();
}

class Rewriter {
  private readonly text: MagicString;
  private readonly program: ES.Program;
  private readonly around: Surroundings;
  private readonly boxes = new Set<string>();
  private readonly imports: Import[] = [];
  private readonly prelude: string[] = [];
  private readonly removed: [start: number, end: number][] = [];

  constructor(
    js: string,
    private readonly declared: Map<string, Declared>,
    private readonly used: { has(name: string): boolean },
    private readonly mark: string,
  ) {
    this.text = new MagicString(js);
    // Without ranges eslint-scope fails.
    const options = { ecmaVersion: 'latest', sourceType: 'module', ranges: true } as const;
    this.program = parse(js, options) as ES.Program;
    this.around = surroundings(this.program);
  }

  rewritten(): Rewritten {
    const module = analyze(this.program, { ecmaVersion: 2024, sourceType: 'module' }).scopes.find(
      ({ type }) => type === 'module',
    )!;
    for (const variable of module.variables) {
      if (this.isBoxed(variable)) this.boxes.add(variable.name);
    }
    for (const statement of this.program.body)
      this.moduleSyntax(statement as Located<ES.Statement>);
    for (const variable of module.variables) {
      if (this.boxes.has(variable.name)) this.declare(variable);
    }
    for (const reference of module.through) {
      const { name } = reference.identifier;
      if (!this.used.has(name)) continue;
      this.boxes.add(name);
      this.reference(reference);
    }
    for (const node of this.around.dynamicImports) {
      this.text.overwrite(node.start, node.start + 'import'.length, `${this.mark}0import`);
    }
    for (const { start, end } of this.around.metas) {
      this.text.overwrite(start, end, `${this.mark}0meta`);
    }
    return {
      code: this.text.toString(),
      prelude: this.prelude.join(' '),
      map: this.text.generateMap({ hires: 'boundary' }).toString(),
      boxes: [...this.boxes],
      imports: this.imports,
      isAsync: this.around.isAsync,
    };
  }

  private isBoxed({ name, defs }: Variable): boolean {
    return this.declared.has(name) || defs[0]?.type === 'ImportBinding';
  }

  private box(name: string): string {
    return `${this.mark}${name}`;
  }

  private remove(start: number, end: number): void {
    this.text.remove(start, end);
    this.removed.push([start, end]);
  }

  private moduleSyntax(node: Located<ES.Program['body'][number]>): void {
    switch (node.type) {
      case 'ImportDeclaration': {
        const specifier = node.source.value as string;
        const bindings = node.specifiers.map((each) => ({
          name: each.local.name,
          imported:
            each.type === 'ImportSpecifier'
              ? nameOf(each.imported)
              : each.type === 'ImportDefaultSpecifier'
                ? 'default'
                : '*',
        }));
        if (specifier !== SCOPE) this.imports.push({ specifier, bindings });
        this.remove(node.start, node.end);
        break;
      }
      case 'ExportAllDeclaration': {
        const bindings = node.exported ? [{ name: nameOf(node.exported), imported: '*' }] : [];
        this.imports.push({ specifier: node.source.value as string, bindings });
        this.remove(node.start, node.end);
        break;
      }
      case 'ExportNamedDeclaration':
        if (node.declaration) {
          this.remove(node.start, (node.declaration as Located<ES.Declaration>).start);
        } else {
          this.exportList(node);
          this.remove(node.start, node.end);
        }
        break;
      case 'ExportDefaultDeclaration': {
        const inner = node.declaration as Located<typeof node.declaration>;
        const named = 'id' in inner && inner.id && inner.type.endsWith('Declaration');
        if (named) this.remove(node.start, inner.start);
        else {
          const end = node.start + 'export default'.length;
          this.text.overwrite(node.start, end, `${this.mark}0result =`);
          if (inner.type.endsWith('Declaration')) this.text.prependRight(node.end, ';');
          if (isAnonymous(inner)) this.named('default', inner);
        }
      }
    }
  }

  private exportList(node: ES.ExportNamedDeclaration): void {
    const pairs = node.specifiers.map(({ local, exported }) => ({
      imported: nameOf(local),
      name: nameOf(exported),
    }));
    if (node.source) {
      this.imports.push({ specifier: node.source.value as string, bindings: pairs });
      return;
    }
    for (const { name, imported } of pairs) {
      if (name === imported || !this.boxes.has(imported) || !this.declared.has(name)) continue;
      this.boxes.add(name);
      this.prelude.push(`${this.box(name)}.link(() => ${this.box(imported)}.v);`);
    }
  }

  private declare(variable: Variable): void {
    const { name } = variable;
    const how = this.declared.get(name);
    if (how === 'var') this.prelude.push(`${this.box(name)}.hoist();`);
    if (how === 'fresh') this.prelude.push(`${this.box(name)}.set(void 0);`);
    const declarations = new Set<Located<ES.VariableDeclaration>>();
    for (const { type, node, parent } of variable.defs) {
      if (type === 'FunctionName') this.prelude.push(`${this.box(name)}.v = ${name};`);
      if (type === 'ClassName') {
        const { start, end } = node as Located<ES.Node>;
        this.text.appendLeft(start, `${this.box(name)}.v = `).prependRight(end, ';');
      }
      if (type === 'Variable') declarations.add(parent as Located<ES.VariableDeclaration>);
    }
    for (const declaration of declarations) this.variables(declaration);
    for (const reference of variable.references) this.reference(reference);
  }

  private readonly done = new Set<ES.VariableDeclaration>();

  /** Makes a declaration a list of assignments. */
  private variables(node: Located<ES.VariableDeclaration>): void {
    if (this.done.has(node)) return;
    this.done.add(node);
    const declarators = node.declarations as Located<ES.VariableDeclarator>[];
    this.text.remove(node.start, declarators[0].start);
    const isHead = this.around.loopHeads.has(node.start);
    for (const { id, init, start, end } of declarators) {
      if (id.type === 'Identifier') {
        const boxed = this.boxes.has(id.name);
        if (!boxed) this.prelude.push(`let ${id.name};`);
        if (init || isHead) continue;
        const target = boxed ? `${this.box(id.name)}.v` : id.name;
        const value = node.kind === 'var' ? '0' : `${target} = void 0`;
        this.text.overwrite(start, end, value);
      } else if (!isHead) {
        this.text.appendLeft(start, '(').prependRight(end, ')');
      }
    }
  }

  private reference(reference: Reference): void {
    const { start, end, name } = reference.identifier as Located<ES.Identifier>;
    if (this.removed.some(([from, to]) => from <= start && start < to)) return;
    let value = `${this.box(name)}.v`;
    // V8 reports such a call where its parenthesis is; the author looks for it where the name is.
    let call = '';
    if (this.around.callees.has(start)) {
      value = `(0, ${value})`;
      [call] = /^\s*(?:\?\.\s*)?\(|/.exec(this.text.original.slice(end))!;
    }
    if (this.around.shorthands.has(start)) value = `${name}: ${value}`;
    this.text.overwrite(start, end + call.length, value + call);
    const written = reference.writeExpr as Located<ES.Expression> | null | undefined;
    if (written && !reference.partial && isAnonymous(written)) this.named(name, written);
  }

  /** An assignment to a property gives a function no name, one within an object literal does. */
  private named(name: string, { start, end }: { start: number; end: number }): void {
    this.text.appendLeft(start, `{ ${name}: `).prependRight(end, ` }.${name}`);
  }
}

function nameOf(node: ES.Identifier | ES.Literal): string {
  return node.type === 'Identifier' ? node.name : String(node.value);
}

function isAnonymous(node: { type: string; id?: unknown }): boolean {
  if (node.type === 'ArrowFunctionExpression') return true;
  return /^(?:Function|Class)(?:Expression|Declaration)$/.test(node.type) && !node.id;
}
