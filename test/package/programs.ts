/** Programs of somebody who uses the library. */

const CJS = `
  const tf = require('@tensorflow/tfjs');
  const { LazyOptimizer, Lookahead } = require('lazyahead');
  const { lstm } = require('lazyahead/layers');
  const { optimizerFromSpec } = require('lazyahead/spec');`;

const ESM = `
  import * as tf from '@tensorflow/tfjs';
  import { LazyOptimizer, Lookahead } from 'lazyahead';
  import { lstm } from 'lazyahead/layers';
  import { optimizerFromSpec } from 'lazyahead/spec';`;

/** Words 0 and 1 of 4 are sampled. */
const TRAIN = `
  async function train() {
    await tf.setBackend('cpu');
    const embedding = tf.layers.embedding({ inputDim: 4, outputDim: 2, inputLength: 2 });
    const model = tf.sequential({
      layers: [embedding, lstm({ units: 2 }), tf.layers.dense({ units: 1 })],
    });
    const lazy = new LazyOptimizer(tf.train.adam(0.1), { embeddingLayers: [embedding] });
    const optimizer = new Lookahead(lazy, { k: 2 });
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const rows = () => embedding.getWeights()[0].array();
    const before = await rows();
    await model.fit(tf.tensor2d([[0, 1]]), tf.tensor2d([[1]]), { epochs: 3, verbose: 0 });
    const after = await rows();
    const moved = after.map((row, i) => row.join() !== before[i].join());
    const fromSpec = optimizerFromSpec('lookahead(adam)') instanceof Lookahead;
    console.log(JSON.stringify({ moved, fromSpec }));
  }
  train();`;

export const PROGRAMS = { cjs: CJS + TRAIN, mjs: ESM + TRAIN };

/** What they print: rows 0 and 1 have moved, and the entries share their classes. */
export const OUTCOME = '{"moved":[true,true,false,false],"fromSpec":true}';

/** Prints whether require() and import give the same class. */
export const MIXED = {
  'mixed.mjs': `
    import { Lookahead } from 'lazyahead';
    import required from './required.cjs';
    console.log(required === Lookahead);`,
  'required.cjs': `module.exports = require('lazyahead').Lookahead;`,
};

/** Prints whether a program that names no class can load a model with its optimizer. */
export const REGISTERED = `
  import { serialization } from '@tensorflow/tfjs';
  import 'lazyahead';
  const { classNameMap } = serialization.SerializationMap.getMap();
  console.log('Lookahead' in classNameMap && 'LazyOptimizer' in classNameMap);`;
