#!/usr/bin/env node
/**
 * `npm start`: set-up, then the article's comparison in small. Options for it come after `--`:
 *
 *     npm start -- --preset smoke
 */

import { lazyahead } from './setup/lazyahead.mjs';
import { setUp } from './setup.mjs';

const options = await setUp(process.argv.slice(2));
await lazyahead('reproduce', 'imdb', '--preset', 'quick', ...options);
