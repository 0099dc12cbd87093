/**
 * `npx lazyahead init`: makes the project that lazyahead is installed in ready for the kit. In a
 * clone it is `npm run setup`.
 */

import { relative } from 'node:path';
import { PROJECT } from './setup/folders.mjs';
import { setUp } from './setup.mjs';

const HELP = `Usage: lazyahead init [--native=auto|official|wheel|none] [--json]

Adds to the project in which lazyahead is installed what it lacks of the kit: npm packages,
notebooks and a tsconfig.json, JupyterLab with our kernel in .venv, and TensorFlow's native library.
Nothing that is there is overwritten; what was interrupted is gone on with.

Options:
  --native=WAY  where the native library comes from; the README says more
  --json        print the folder as one line of JSON`;

/** @param args - command-line arguments. Ends the process where it cannot be done. */
export async function init(args) {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP);
    return;
  }
  if (relative(PROJECT, process.cwd()).startsWith('..')) {
    refuse('lazyahead is not installed in this folder: run "npm install lazyahead" here first.');
  }
  const unknown = args.find((arg) => arg !== '--json' && !arg.startsWith('--native='));
  if (unknown !== undefined) refuse(`lazyahead init does not know "${unknown}".`);
  const json = args.includes('--json');
  await setUp(args, json ? console.error : console.log);
  console.log(
    json
      ? JSON.stringify({ project: PROJECT })
      : `${PROJECT} is set up: "npx lazyahead lab" opens the notebooks, "npx lazyahead doctor" says what is there.`,
  );
}

function refuse(sentence) {
  console.error(sentence);
  process.exit(2);
}
