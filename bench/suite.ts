/** What a suite of measurements is given, and what it gives back. */

/** What the command line asks of a suite. */
export interface Request {
  /** Tiny sizes, to see that everything runs: no limit is judged. */
  smoke: boolean;
  /** Threads within one operation, ours and others': measured with each number of them. */
  threads: number[];
  /** Names to measure; all without. */
  only?: string[];
  /** Blocks of each side, where a suite leaves that open. */
  rounds: number;
  /** Whether to measure Keras, PyTorch and Deno, and to install them where they are missing. */
  python: boolean;
  /** Steps over which memory must stay flat. */
  memorySteps: number;
}

/** Measurements that belong together. */
export interface Suite<R> {
  /** What `only` chooses from. */
  names: string[];
  defaultThreads: number[];
  /** @param say - prints a line for people, e.g. why something was left out. */
  measure(request: Request, say: (line: string) => void): AsyncIterable<R>;
  table(rows: R[]): string;
}

/** The parts of a suite that are asked for, each announced before it begins. */
export function* chosen<P>(
  parts: Record<string, P>,
  { only }: Request,
  say: (line: string) => void,
): Iterable<P> {
  for (const [name, part] of Object.entries(parts)) {
    if (only && !only.includes(name)) continue;
    say(`${name} …`);
    yield part;
  }
}

/** One comparison. */
export type Row = TimeRow | MemoryRow;

interface Comparison {
  name: string;
  /** Rows of the embedding table; null for a model without one. */
  vocabulary: number | null;
  /** What stands beside ours. */
  other: string;
  ratio: number;
  /** Which way round the ratio is. */
  ratio_is: 'other / ours' | 'ours / other';
  /** What the ratio must be, e.g. `>= 5`; null where nothing is asked. */
  limit: string | null;
  /** Whether it is; null where nothing is asked. */
  met: boolean | null;
}

/** Milliseconds a step: medians, and the 10th and 90th percentile. */
export interface TimeRow extends Comparison {
  ours_ms: number;
  ours_p10_p90: [number, number];
  other_ms: number;
  other_p10_p90: [number, number];
  /** Timed samples of each side. */
  samples: [number, number];
}

/** Megabytes of 10⁶ bytes. */
export interface MemoryRow extends Comparison {
  ours_mb: number;
  other_mb: number;
}

/** A limit on a ratio. */
export type Limit = { timesFaster: number } | { timesAsMuch: number };

/** A part of the suite `optimizers`: the rows that are measured together. */
export interface Part {
  name: string;
  /** @param say - prints a line for people, e.g. why something was left out. */
  measure(request: Request, say: (line: string) => void): AsyncIterable<Row>;
}

/**
 * The ratio of ours to another's quantity, held against its limit.
 *
 * @param limit - `timesFaster: 5`: other / ours must be at least 5; `timesAsMuch: 1.2`: ours / other
 *   must be at most 1.2.
 * @param judge - false for sizes that the limit is not meant for.
 */
export function judged(
  ours: number,
  other: number,
  limit: Limit,
  judge: boolean,
): Pick<Row, 'ratio' | 'ratio_is' | 'limit' | 'met'> {
  const faster = 'timesFaster' in limit;
  const ratio = faster ? other / ours : ours / other;
  const met = faster ? ratio >= limit.timesFaster : ratio <= limit.timesAsMuch;
  return {
    ratio: round(ratio),
    ratio_is: faster ? 'other / ours' : 'ours / other',
    limit: judge ? (faster ? `>= ${limit.timesFaster}` : `<= ${limit.timesAsMuch}`) : null,
    met: judge ? met : null,
  };
}

/** To three decimals, so that rows can be read. */
export const round = (value: number) => Math.round(value * 1000) / 1000;
