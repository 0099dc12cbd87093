import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createEngine, type EngineOptions } from '../../../src/kernel/engine/create-engine.js';
import { CellError } from '../../../src/kernel/engine/engine.js';
import type { Failure } from '../../../src/kernel/failure.js';

/** An engine in a temporary folder, driven cell by cell as the kernel does it. */
export class Notebook {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'lazyahead-engine-')));
  /** What the latest cell was told besides its result. */
  warnings: string[] = [];
  private opened?: ReturnType<typeof createEngine>;
  private count = 0;
  private edits = 0;

  /** @param cwd - where it lies in the folder. */
  constructor(
    private readonly cwd = '.',
    private readonly options: EngineOptions = {},
  ) {}

  /** Made on first use, when the folder's files are written. */
  get engine() {
    if (!this.opened) {
      mkdirSync(join(this.folder, this.cwd), { recursive: true });
      this.opened = createEngine(join(this.folder, this.cwd), this.options);
    }
    return this.opened;
  }

  /** The latest cell's name. */
  get label(): string {
    return `In[${this.count}]`;
  }

  /** Writes files of the user's, by path from the folder; each version has a time of its own. */
  write(files: Record<string, string | object>): this {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      const time = new Date(2020, 0, 1, 0, 0, ++this.edits);
      utimesSync(file, time, time);
    }
    return this;
  }

  /** Runs cells one after the other: the last one's value, awaited. */
  run = async (...cells: string[]): Promise<unknown> => {
    let value: unknown;
    for (const code of cells) ({ value } = await this.start(code));
    return value;
  };

  /** Runs a cell: its value in a box, as the engine gives it. */
  start = (code: string): Promise<{ readonly value: unknown }> => {
    this.count++;
    const cell = this.engine.compile(code, this.label);
    this.warnings = cell.warnings;
    return cell.run();
  };

  /** What the last of these cells fails with, this test's own frames left out. */
  failure = async (...cells: string[]): Promise<Failure> => {
    const last = cells.pop()!;
    await this.run(...cells);
    let failure: Failure;
    try {
      await this.run(last);
      throw new Error(`No failure: ${last}`);
    } catch (error) {
      failure = this.engine.describe(error);
    }
    const traceback = failure.traceback.filter((line) => !/\/test\/|\/node_modules\//.test(line));
    return { ...failure, traceback };
  };

  /** The compiler's messages about the last of these cells. */
  errors = async (...cells: string[]): Promise<string> => {
    const { ename, evalue } = await this.failure(...cells);
    if (ename !== new CellError({} as Failure).name) throw new Error(`${ename}: ${evalue}`);
    return evalue;
  };

  close(): void {
    this.opened?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
