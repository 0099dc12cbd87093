import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { PACKAGE } from '../runtime/folders.js';

/** `lazyahead init`: set-up's own program, which reads its options itself, with or without the kit. */
export function register(program: Command): void {
  program
    .command('init')
    .description('add to this project what the kit needs: packages, notebooks, JupyterLab')
    .allowUnknownOption()
    .allowExcessArguments()
    .helpOption(false)
    .action((_, command: Command) => init(command.args));
}

/** Sets the project up. @param args - what follows `init` on the command line. */
export async function init(args: string[]): Promise<void> {
  const script = await import(pathToFileURL(join(PACKAGE, 'scripts', 'init.mjs')).href);
  await script.init(args);
}
