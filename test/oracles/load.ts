/** The figures that `generate.py` took from other libraries' optimizers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of figures. */
export type Peer = 'torch' | 'pytorch-optimizer' | 'optax' | 'keras' | 'tfa';

/** What one optimizer of a peer makes of given gradients. Numbers by [step][variable][element]. */
export interface Oracle {
  /** The peer's function. */
  optimizer: string;
  /** Its arguments, under the peer's names. */
  hyperparameters: Record<string, unknown>;
  /** The shapes of the variables. */
  shapes: number[][];
  /** The variables before the first step. */
  initial: number[][];
  /** The gradients; for averages, the successive weights. Of a table, dense: summed over tokens. */
  gradients: number[][][];
  /** The variables after each step; for clipping, the clipped gradients; for averages, those. */
  values: number[][][];
  /** Lookahead's slow weights after each step. */
  slow?: number[][][];
  /** The norms that clipping found, by step: one, or one a variable. */
  norms?: number[][];
  /** For a table: the tokens looked up in each step, also repeatedly, … */
  tokens?: number[][];
  /** … and the gradient of each, by [step][token · width]. */
  tokenGradients?: number[][];
}

interface File {
  versions: Record<string, string>;
  problems: Record<
    string,
    Pick<Oracle, 'shapes' | 'tokens' | 'tokenGradients'> & {
      initial: number[];
      gradients: number[][];
    }
  >;
  cases: Record<
    string,
    Pick<Oracle, 'optimizer' | 'hyperparameters' | 'norms'> & {
      problem: string;
      values: number[][];
      slow?: number[][];
    }
  >;
}

/** The figures of one case. @throws Error when there is no such case. */
export function oracle(peer: Peer, name: string): Oracle {
  const { problems, cases } = load(peer);
  if (!(name in cases)) {
    throw new Error(`${peer}.json has no "${name}", but ${Object.keys(cases).join('; ')}.`);
  }
  const { problem, values, slow, ...rest } = cases[name];
  const { initial, gradients, ...data } = problems[problem];
  const split = (flat: number[]) => splitBy(data.shapes, flat);
  return {
    ...rest,
    ...data,
    initial: split(initial),
    gradients: gradients.map(split),
    values: values.map(split),
    ...(slow && { slow: slow.map(split) }),
  };
}

/** The names of a peer's cases. */
export function casesOf(peer: Peer): string[] {
  return Object.keys(load(peer).cases);
}

/** The versions of the packages that a peer's figures are of, and of Python. */
export function versionsOf(peer: Peer): Record<string, string> {
  return load(peer).versions;
}

function load(peer: Peer): File {
  return JSON.parse(readFileSync(join(__dirname, `${peer}.json`), 'utf8'));
}

/** One list of numbers a variable. */
function splitBy(shapes: number[][], flat: number[]): number[][] {
  let start = 0;
  return shapes.map((shape) => {
    const end = start + shape.reduce((a, b) => a * b, 1);
    const values = flat.slice(start, end);
    start = end;
    return values;
  });
}
