/** Markdown's pieces, as GitHub shows them. */
import { relative, resolve, sep } from 'node:path';
import { shellCommand } from '../runtime/shell.js';

/** Text as it stands: nothing in it becomes markup, nor a list where it begins a line. */
export const text = (plain: string): string =>
  plain
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_~[\]<>|#&]/g, (character) => `\\${character}`)
    .replace(/^( ?)([-+=])/, '$1\\$2')
    .replace(/^( ?\d+)([.)])(?= |$)/, '$1\\$2');

/** A command or a name in the typewriter's letters; a table's cell too. */
export const code = (plain: string): string =>
  `\`${plain.replace(/[\s`]+/g, ' ').replaceAll('|', '\\|')}\``;

/** A command of ours on some paths, which it takes from the folder where the report is written. */
export const command = (name: string[], paths: string[], options: string[] = []): string => {
  const here = paths.map((path) => pathFrom('.', path) || '.');
  return code(shellCommand(['npx', 'lazyahead', ...name, ...here, ...options]));
};

/** Where something stands, seen from a folder, whatever the system's separator. */
export const pathFrom = (folder: string, path: string): string =>
  relative(resolve(folder), resolve(path)).split(sep).join('/');

/** A path in a link. */
export const linkTo = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** An item a line; '' for none. */
export const list = (items: string[]): string => items.map((item) => `- ${item}`).join('\n');

/** A table of Markdown, the first column to the left. */
export function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(header),
    line(header.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ].join('\n');
}
