import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** An output as a notebook file keeps it. */
export interface Output {
  output_type: string;
  name?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
  ename?: string;
  evalue?: string;
  traceback?: string[];
}

export interface CodeCell {
  cell_type: string;
  execution_count: number | null;
  outputs: Output[];
}

/** A temporary folder in which cells find the packages that this repository's notebooks find. */
export function notebookFolder() {
  const path = mkdtempSync(join(tmpdir(), 'lazyahead-notebook-'));
  symlinkSync(resolve('node_modules'), join(path, 'node_modules'), 'junction');
  return {
    path,
    /** Writes a notebook with these code cells; returns its path. */
    write(
      name: string,
      cells: string[],
      { kernel = 'tslab', tags = [] }: { kernel?: string; tags?: string[][] } = {},
    ): string {
      const file = join(path, name);
      writeFileSync(file, JSON.stringify(notebook(cells, kernel, tags)));
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** A notebook's code cells. */
export function readCells(file: string): CodeCell[] {
  const { cells } = JSON.parse(readFileSync(file, 'utf8')) as { cells: CodeCell[] };
  return cells.filter((cell) => cell.cell_type === 'code');
}

/** A text of a notebook file, which may keep it as a list of lines. */
export const text = (value: unknown) => (Array.isArray(value) ? value.join('') : String(value));

/** All the text that a cell printed on standard output. */
export function printed(cell: CodeCell): string {
  return cell.outputs
    .filter((output) => output.name === 'stdout')
    .map((output) => text(output.text))
    .join('');
}

/** The text of what a cell's last expression came to. */
export function resultOf(cell: CodeCell): string | undefined {
  const result = cell.outputs.find(({ output_type }) => output_type === 'execute_result');
  return result && text(result.data!['text/plain']);
}

function notebook(cells: string[], kernel: string, tags: string[][]) {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: kernel, display_name: kernel, language: 'typescript' } },
    cells: cells.map((source, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      execution_count: null,
      metadata: tags[i] ? { tags: tags[i] } : {},
      outputs: [],
      source,
    })),
  };
}
