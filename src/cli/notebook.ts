import type { Command } from 'commander';
import { runNotebook } from '../kernel/headless.js';
import { findJupyter } from '../kernel/jupyter.js';
import { parseParameter } from '../kernel/parameters.js';
import { UsageError } from '../runtime/errors.js';
import { untilInterrupted } from './interrupt.js';

/** `lazyahead notebook run FILE`: a notebook executed without a browser. */
export function register(program: Command): void {
  const notebook = program.command('notebook').description('work with notebooks');
  notebook
    .command('run')
    .description('execute a notebook and save it with its outputs; kept as it was if a cell fails')
    .argument('<file>', 'the notebook')
    .option(
      '--set <name=value>',
      'set what the cell tagged "parameters" declares; can be given several times',
      (text: string, others: string[]) => [...others, text],
      [] as string[],
    )
    .option('--output <file>', 'save the executed notebook here instead')
    .option('--timeout <seconds>', 'longest time for one cell', parseSeconds, 1800)
    .option('--no-svg', 'leave Plotly charts without the picture that sites without Plotly show')
    .option('--json', 'print the result as one line of JSON')
    .action(run);
}

interface Options {
  set: string[];
  output?: string;
  timeout: number;
  svg: boolean;
  json?: boolean;
}

async function run(file: string, options: Options): Promise<void> {
  const result = await runNotebook(findJupyter(), file, {
    output: options.output,
    parameters: Object.fromEntries(options.set.map(parseParameter)),
    timeout: options.timeout,
    svg: options.svg,
    signal: untilInterrupted(),
    onCell: (cell, cells) => process.stderr.write(`cell ${cell} of ${cells}\n`),
  });
  const { missing, reason } = result.svg;
  if (missing > 0) {
    const why = reason ?? 'Plotly cannot draw them so, or only as very large ones';
    process.stderr.write(
      `${missing === 1 ? '1 chart has' : `${missing} charts have`} no SVG: ${why}.\n`,
    );
  }
  if (options.json) {
    console.log(JSON.stringify(result));
  } else {
    console.log(
      `Executed ${result.cells} cells in ${result.seconds.toFixed(1)} s: ${result.output}`,
    );
  }
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new UsageError(`--timeout must be a positive number of seconds, not "${text}".`);
}
