/** The suite `optimizers`: what the wrappers cost. */
import type { Part } from '../suite.js';
import { denseTable, pytorch, vocabularies } from './embedding-step.js';
import { lookahead } from './lookahead-step.js';
import { memory } from './memory.js';

export const OPTIMIZERS: Part[] = [denseTable, vocabularies, pytorch, lookahead, memory];
