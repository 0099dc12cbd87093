import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Figure } from '../charts/figure.js';
import { UsageError } from '../runtime/errors.js';
import { PACKAGE } from '../runtime/folders.js';
import { ChartSvgs } from './chart-svgs.js';
import { type Jupyter, KERNEL } from './jupyter.js';
import { type NotebookParameters, parametersCell } from './parameters.js';

/** Beside this file's source also where it was compiled: the compiler copies no Python. */
const PROGRAM = join(PACKAGE, 'src', 'kernel', 'run_notebook.py');

/** A notebook that was executed. */
export interface NotebookRun {
  /** The notebook read, and the file written (absolute paths). */
  notebook: string;
  output: string;
  /** Code cells executed. */
  cells: number;
  /** Wall-clock time, start of the kernel included (s). */
  seconds: number;
  /** Plotly charts that were given an SVG, and those that were not. */
  svg: ChartSvgs['count'];
}

export interface RunOptions {
  /** Where the executed notebook goes; by default it replaces the one that was read. */
  output?: string;
  /** Values for what the cell tagged `parameters` declares. */
  parameters?: NotebookParameters;
  /** Longest time for one cell (s). */
  timeout: number;
  /** Whether every Plotly chart is given an SVG, for readers without Plotly. Default: true. */
  svg?: boolean;
  /** Called as each code cell starts, counted from 1. */
  onCell?: (cell: number, cells: number) => void;
  /** Ends the run: nothing is written. */
  signal?: AbortSignal;
}

/** What the program prints: a line of JSON each. */
type Report =
  | { event: 'cell'; cell: number; cells: number }
  | { event: 'figure'; figure: Figure }
  | { event: 'done'; cells: number }
  | { event: 'unreadable' | 'unwritable'; reason: string }
  | { event: 'no kernel'; kernel: string }
  | { event: 'failed'; cell: number; source: string; error: string };

/**
 * Executes a notebook without a browser, in its own folder and kernel, and saves it with its
 * outputs. The file is replaced as a whole, and only when every cell has succeeded.
 *
 * @throws UsageError when there is no such notebook or parameter; Error when a cell fails, naming it.
 */
export async function runNotebook(
  jupyter: Jupyter,
  file: string,
  options: RunOptions,
): Promise<NotebookRun> {
  const notebook = resolve(file);
  const output = resolve(options.output ?? file);
  if (!existsSync(notebook)) throw new UsageError(`There is no notebook ${file}.`);
  if (!existsSync(dirname(output))) {
    throw new UsageError(`There is no folder ${dirname(output)} to save the notebook in.`);
  }
  const { parameters = {} } = options;
  const injected = Object.keys(parameters).length > 0 ? await parametersCell(file, parameters) : '';
  const started = Date.now();
  const python = spawn(
    jupyter.python,
    [
      // Isolated: what lies in the folder that one stands in is not imported.
      ...['-I', PROGRAM, notebook, output, KERNEL, String(options.timeout)],
      options.svg === false ? '' : 'svg',
      injected,
    ],
    {
      env: jupyter.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      signal: options.signal,
      killSignal: 'SIGTERM',
    },
  );
  python.stdin.on('error', () => {}); // it ended instead of reading the answer: told below
  let complaint = '';
  python.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  const closed = new Promise<void>((resolve) => {
    // An abort is an 'error' as well, and is told by the signal.
    python.once('close', () => resolve()).on('error', () => {});
  });

  let last: Report | undefined;
  const charts = new ChartSvgs();
  try {
    for await (const line of createInterface(python.stdout)) {
      // The kernel shares this stream: what is no report is its own print.
      if (!line.startsWith('{"event":')) continue;
      last = JSON.parse(line) as Report;
      if (last.event === 'cell') options.onCell?.(last.cell, last.cells);
      if (last.event === 'figure') {
        python.stdin.write(`${JSON.stringify(await charts.draw(last.figure))}\n`);
      }
    }
  } finally {
    await charts.close();
  }
  await closed;

  if (options.signal?.aborted) throw new Error(`Interrupted: ${file} is as it was.`);
  if (last?.event !== 'done') throw failure(last, file, output, complaint);
  const seconds = (Date.now() - started) / 1000;
  return { notebook, output, cells: last.cells, seconds, svg: charts.count };
}

function failure(last: Report | undefined, file: string, output: string, complaint: string): Error {
  switch (last?.event) {
    case 'failed': {
      const [firstLine] = last.source.trim().split('\n');
      const error = last.error.split('\n').join('; ');
      return new Error(`Cell [${last.cell}] of ${file} (${firstLine}) failed: ${error}`);
    }
    case 'unreadable':
      return new UsageError(`${file} is not a notebook that Jupyter can read: ${last.reason}`);
    case 'unwritable':
      return new Error(`${relative('', output)} cannot be written: ${last.reason}.`);
    case 'no kernel':
      return new Error(
        `${file} wants the kernel "${last.kernel}", which Jupyter does not know: our notebooks use "${KERNEL}".`,
      );
    default:
      return new Error(
        `Jupyter failed: ${complaint.trim().split('\n').at(-1) || 'no reason given'}`,
      );
  }
}
