/** Reading a sweep's hyperparameters from the command line. */
import type { HyperparameterValue } from '../experiments/experiment.js';
import { UsageError } from '../runtime/errors.js';
import type { HyperparameterRange } from '../sweeps/space.js';

/** `k=5,10,20` beside those before it. @throws UsageError naming what was given. */
export function gridOption(
  text: string,
  before: Record<string, HyperparameterValue[]>,
): Record<string, HyperparameterValue[]> {
  const [name, values] = split('grid', text, 'k=5,10,20');
  if (Object.hasOwn(before, name)) {
    throw new UsageError(
      `--grid has ${name} twice: write all its values after one, ${name}=1,2,3.`,
    );
  }
  return { ...before, [name]: values.split(',').map(parseValue) };
}

/** `lr=1e-4..1e-1` beside those before it. @throws UsageError naming what was given. */
export const rangeOption =
  (option: 'range' | 'log-range') =>
  (
    text: string,
    before: Record<string, HyperparameterRange>,
  ): Record<string, HyperparameterRange> => {
    const example = option === 'range' ? 'alpha=0.2..0.8' : 'lr=1e-4..1e-1';
    const [name, range] = split(option, text, example);
    const ends = range.split('..').map(Number);
    if (ends.length !== 2 || !ends.every(Number.isFinite) || /(^|\.\.)\s*(\.\.|$)/.test(range)) {
      throw new UsageError(`--${option} takes two numbers as in ${example}, not "${text}".`);
    }
    if (Object.hasOwn(before, name)) throw twice(`--${option} has ${name} twice`);
    return { ...before, [name]: { from: ends[0], to: ends[1], log: option === 'log-range' } };
  };

const twice = (what: string) => new UsageError(`${what}: leave one of the two ranges out.`);

/** What says how points are drawn. */
export interface DrawFlags {
  range: Record<string, HyperparameterRange>;
  logRange: Record<string, HyperparameterRange>;
  random?: number;
  search?: string;
  searchSeed?: number;
}

/** @throws UsageError for a range or a seed that would be passed over. */
export function checkDraws({ range, logRange, random, search, searchSeed }: DrawFlags): void {
  const both = Object.keys(range).find((name) => Object.hasOwn(logRange, name));
  if (both !== undefined) throw twice(`Both --range and --log-range have ${both}`);
  if (searchSeed !== undefined && random === undefined && search === undefined) {
    throw new UsageError(
      `--search-seed ${searchSeed} decides what --random or --search draws: add one of them, or leave it out.`,
    );
  }
}

/** A name as `--batch-size` or `batchSize`, and what follows the equals sign. */
function split(option: string, text: string, example: string): [string, string] {
  const [, name, rest] = text.match(/^\s*([\w-]+)\s*=\s*(.*?)\s*$/) ?? [];
  if (name === undefined || rest === '') {
    throw new UsageError(`--${option} takes a name and values as in ${example}, not "${text}".`);
  }
  return [name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()), rest];
}

function parseValue(text: string): HyperparameterValue {
  const trimmed = text.trim();
  const number = Number(trimmed);
  return trimmed !== '' && Number.isFinite(number) ? number : trimmed;
}
