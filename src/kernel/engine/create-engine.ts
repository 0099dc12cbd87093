import { dirname, join } from 'node:path';
import type { MimeBundle } from '../../runtime/cell-api.js';
import type { Failure } from '../failure.js';
import { Assist, completeness } from './assist.js';
import { Cells } from './cells.js';
import { Checker } from './checker.js';
import { checking } from './checks.js';
import { Diagnostics } from './diagnostics.js';
import { emit } from './emit.js';
import {
  CellError,
  type CompiledCell,
  type Completeness,
  type Completion,
  type Engine,
} from './engine.js';
import { describeException } from './exceptions.js';
import { Modules } from './modules.js';
import { Packages } from './packages.js';
import { warningsOfRetyped } from './retyped.js';
import { Runner } from './runner.js';
import { Stacks } from './stack.js';
import { withWorkers } from './worker.js';

/** Code that may load modules: what has been edited since counts from here on. */
const LOADS = /\b(?:import|from|require)\b/;

export interface EngineOptions {
  /**
   * Called at the beginning of each iteration of each loop of the user's, and after each `await`; may
   * throw.
   */
  check?: () => void;
}

/**
 * The TypeScript engine of a notebook.
 *
 * @param cwd - the notebook's folder: imports are relative to it, and the nearest tsconfig.json rules.
 */
export function createEngine(cwd: string, options: EngineOptions = {}): Engine {
  return new TypeScriptEngine(cwd, options);
}

class TypeScriptEngine implements Engine {
  private readonly cells: Cells;
  private readonly checker: Checker;
  private readonly assist: Assist;
  private readonly diagnostics: Diagnostics;
  private readonly stacks = new Stacks(dirname(__dirname));
  private readonly modules: Modules;
  private readonly runner: Runner;

  constructor(cwd: string, options: EngineOptions) {
    const check = checking(options.check ?? (() => {}));
    this.cells = new Cells(cwd);
    this.checker = new Checker(cwd, this.cells);
    this.assist = new Assist(this.cells, this.checker);
    this.diagnostics = new Diagnostics(cwd, this.cells);
    this.modules = new Modules(
      this.checker.resolution,
      new Packages(withWorkers(cwd)),
      this.stacks,
      check,
    );
    this.runner = new Runner(join(cwd, 'cell.ts'), this.modules, this.stacks, check);
  }

  warmUp(): void {
    this.compile('0', 'In[0]');
  }

  compile(code: string, name: string): CompiledCell {
    const slot = this.cells.stage(code, name);
    this.cells.supersede(slot);
    if (LOADS.test(code)) this.checker.refresh();
    const program = this.checker.program();
    const file = program.getSourceFile(slot.file)!;
    const wrong = [file, ...this.checker.localImports(program, file)].flatMap((each) =>
      this.diagnostics.of(program, each),
    );
    if (wrong.length) throw new CellError(this.diagnostics.failure(wrong));
    const { declarations, version } = slot;
    const run = this.runner.prepare(emit(program, file, slot), declarations.names, name);
    return {
      warnings: warningsOfRetyped(program, this.cells, slot),
      run: () => {
        const current = slot.version === version ? slot : this.cells.stage(code, name);
        this.cells.commit(current);
        return run();
      },
    };
  }

  describe(error: unknown): Failure {
    return error instanceof CellError ? error.failure : describeException(error);
  }

  complete(code: string, position: number): Completion {
    return this.assist.complete(code, position);
  }

  inspect(code: string, position: number): MimeBundle | null {
    return this.assist.inspect(code, position);
  }

  isComplete(code: string): Completeness {
    return completeness(code);
  }

  cutOff(): void {
    this.modules.forgetUnfinished();
  }

  close(): void {
    this.checker.service.dispose();
    this.stacks.close();
  }
}
