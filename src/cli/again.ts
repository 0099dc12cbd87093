/** How to go on with what was begun. */
import { shellCommand } from '../runtime/shell.js';
import type { TrainingFlags } from './options.js';

/**
 * The command that was typed, as it goes on in the directory that it wrote to.
 *
 * @param more - what is to be added.
 * @param less - what is to be left out.
 */
export function again(
  { runDir }: Pick<TrainingFlags, 'runDir'>,
  directory: string,
  { more = [], less = [] }: { more?: string[]; less?: string[] } = {},
): string {
  const typed = process.argv.slice(2).filter((word) => !less.includes(word));
  const where = runDir === undefined ? ['--run-dir', directory] : [];
  return shellCommand(['npx', 'lazyahead', ...typed, ...where, ...more]);
}

/** The same for a command that continues with `--resume` alone. */
export const resumption = (flags: TrainingFlags, directory: string): string =>
  again(flags, directory, { more: flags.resume ? [] : ['--resume'] });
