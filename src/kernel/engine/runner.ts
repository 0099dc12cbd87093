import { dirname } from 'node:path';
import { Script } from 'node:vm';
import type { Check } from './checks.js';
import type { Declared } from './declarations.js';
import type { Emitted } from './emit.js';
import { importedFrom } from './interop.js';
import type { Modules } from './modules.js';
import { type Box, Scope } from './scope.js';
import type { Stacks } from './stack.js';

type CellFunction = (...values: unknown[]) => unknown;

/** Runs compiled cells in one scope. */
export class Runner {
  private readonly scope = new Scope();

  /** @param file - the path that cells see as theirs. */
  constructor(
    private readonly file: string,
    private readonly modules: Modules,
    private readonly stacks: Stacks,
    private readonly check: Check,
  ) {}

  /** @returns what runs the cell. */
  prepare(
    cell: Emitted,
    names: Map<string, Declared>,
    label: string,
  ): () => Promise<{ value: unknown }> {
    const { mark, imports } = cell;
    const own = [
      'require',
      '__filename',
      '__dirname',
      `${mark}0import`,
      `${mark}0meta`,
      `${mark}0check`,
    ];
    const parameters = [...cell.boxes.map((name) => mark + name), ...own];
    const start = `(${cell.isAsync ? 'async ' : ''}function (${parameters.join(', ')}) { 'use strict'; `;
    const head = `${start}let ${mark}0result; ${cell.prelude} `;
    const code = `${head}${cell.code}\nreturn { value: ${mark}0result }; })`;
    const filename = this.stacks.add(label, [cell.map, cell.typeScriptMap], 1, true);
    const script = new Script(code, { filename, columnOffset: -head.length });

    return async () => {
      const waiting = this.modules.prepare(
        imports.map(({ specifier }) => specifier),
        this.file,
      );
      if (waiting) this.check(await waiting);
      this.declare(names);
      for (const each of imports) this.bind(each);
      const loaders = this.modules.loaders(this.file);
      const run = script.runInThisContext() as CellFunction;
      return run.call(
        undefined,
        ...cell.boxes.map((name) => this.scope.box(name)),
        loaders.require,
        this.file,
        dirname(this.file),
        loaders.import,
        this.modules.meta(this.file),
        this.check,
      ) as { value: unknown };
    };
  }

  private declare(names: Map<string, Declared>): void {
    for (const [name, how] of names) {
      if (how === 'type') continue;
      const box = this.scope.box(name);
      box.unlink();
      if (how === 'ambient') box.link(() => (globalThis as Record<string, unknown>)[name]);
    }
  }

  private bind({ specifier, bindings }: Emitted['imports'][number]): void {
    const module = this.modules.require(specifier, this.file);
    for (const { name, imported } of bindings) {
      const box: Box = this.scope.box(name);
      if (imported === '*') box.set(importedFrom(module, imported));
      else box.link(() => importedFrom(module, imported));
    }
  }
}
