#!/usr/bin/env node
/** `npm run lab`: set-up, then JupyterLab at the notebooks. Options for it come after `--`. */

import { lazyahead } from './setup/lazyahead.mjs';
import { setUp } from './setup.mjs';

const options = await setUp(process.argv.slice(2));
await lazyahead('lab', ...options);
