/** TypeScript's verdict on programs that use the package. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, write } from './project.js';

/** Uses each of the library's entries, and has one mistake that only right types can find. */
export const LIBRARY = `
  import * as tf from '@tensorflow/tfjs';
  import {
    type Gradient,
    LazyOptimizer,
    Lookahead,
    type LookaheadOptions,
    type NamedState,
    OptimizerWrapper,
  } from 'lazyahead';
  import { lstm } from 'lazyahead/layers';
  import { optimizerFromSpec } from 'lazyahead/spec';

  const options: LookaheadOptions = { k: 5, alpha: 0.5 };
  const lazy = new LazyOptimizer(tf.train.adam(1e-3), { embeddingLayers: ['words'] });
  const optimizer: tf.Optimizer = new Lookahead(lazy, options);
  const model = tf.sequential({ layers: [lstm({ units: 2, inputShape: [3, 1] })] });
  model.compile({ optimizer: optimizerFromSpec('lookahead(adam)', { model }), loss: 'hinge' });
  // @ts-expect-error k is a number
  new Lookahead(optimizer, { k: 'five' });
  // @ts-expect-error internal
  new Lookahead(optimizer).attach(model);

  class Ascent extends OptimizerWrapper {
    static get className() {
      return 'Ascent';
    }
    protected override step(gradients: Gradient[], complete: boolean): void {
      const up = gradients.map(({ variable, tensor }) => ({
        variable,
        tensor: tensor && tf.neg(tensor),
      }));
      this.stepInner(up, complete);
    }
    override ownState(): NamedState {
      return {};
    }
    override loadOwnState(): void {}
    override getConfig() {
      return { inner: this.innerConfig() };
    }
  }
  new Ascent(optimizer).minimize(() => tf.scalar(0));`;

/** Likewise with the kit's. */
export const KIT = `
  import { EXPERIMENTS, run, type RunResult } from 'lazyahead/kit';
  import { progress, table } from 'lazyahead/notebook';

  const names: string[] = Object.keys(EXPERIMENTS);
  const result: Promise<RunResult> = run(names[0] as never);
  table([{ result: 1 }]);
  // @ts-expect-error a number of steps, or what can be iterated over
  progress(true);`;

/** Pairs of compiler options that go together. */
export const RESOLUTIONS = {
  node10: 'commonjs',
  node16: 'node16',
  nodenext: 'nodenext',
  bundler: 'esnext',
} as const;

/**
 * The errors in a program and in our declarations, those in tf.js's own left out, of which it has
 * some: checked as strictly as can be, once as a CommonJS and once as an ECMAScript module.
 *
 * @param typescript - the folder of a compiler's package.
 */
export function typeErrors(
  folder: string,
  typescript: string,
  resolution: keyof typeof RESOLUTIONS,
  program: string,
): string[] {
  const major = Number(require(join(typescript, 'package.json')).version.split('.')[0]);
  const compilerOptions = {
    ...{ noEmit: true, strict: true, skipLibCheck: false, target: 'es2022' },
    ...{ lib: ['es2023', 'dom'], types: program === KIT ? ['node'] : [] },
    ...{ module: RESOLUTIONS[resolution], moduleResolution: resolution },
    // Version 6 has it for the last time.
    ...(resolution === 'node10' && major === 6 ? { ignoreDeprecations: '6.0' } : {}),
  };
  const programs = { 'types/program.cts': program, 'types/program.mts': program };
  const config = { compilerOptions, include: ['program.*'] };
  write(folder, { ...programs, 'types/tsconfig.json': config });
  try {
    const tsc = join(typescript, 'bin', 'tsc');
    const { stdout, stderr } = run(process.execPath, [tsc, '-p', 'types'], folder);
    const errors = (stdout + stderr).split('\n').filter((line) => /error/i.test(line));
    return errors.filter((line) => !/node_modules\/(@|typescript)/.test(line));
  } finally {
    rmSync(join(folder, 'types'), { recursive: true });
  }
}
