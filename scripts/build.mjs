#!/usr/bin/env node
/** `npm run build`: the sources compiled and checked. Set-up compiles without checking. */

import { compile } from './setup/build.mjs';
import { StepFailure } from './setup/steps.mjs';

try {
  await compile();
} catch (error) {
  if (!(error instanceof StepFailure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
