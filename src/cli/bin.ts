#!/usr/bin/env node
/** What `npx lazyahead` starts: `init` before any package of the kit is there, or the commands. */
import { init } from './init.js';

const [, , command, ...args] = process.argv;
if (command === 'init') {
  void init(args);
} else {
  try {
    require('../runtime/require-kit.js');
    require('./main.js');
  } catch (error) {
    if ((error as Error).name !== 'UsageError') throw error;
    process.stderr.write(`lazyahead: ${(error as Error).message}\n`);
    process.exitCode = 2;
  }
}
