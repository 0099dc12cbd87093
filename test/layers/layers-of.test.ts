import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { layersByPath, layersOf } from '../../src/layers/layers-of.js';
import { onBestBackend } from '../support/backends.js';

/** Words of 3 letters each, read by a model of their own, and the sequence of them in both directions. */
function nestedModel(): tfl.LayersModel {
  const { embedding, flatten, timeDistributed, bidirectional, simpleRNN } = tfl.layers;
  const reader = tfl.sequential({
    name: 'reader',
    layers: [
      embedding({ name: 'letters', inputDim: 30, outputDim: 2, inputLength: 3 }),
      flatten({ name: 'word' }),
    ],
  });
  const rnn = simpleRNN({ name: 'rnn', units: 2 });
  const words = tfl.input({ name: 'words', shape: [5, 3] });
  const read = timeDistributed({ name: 'each', layer: reader }).apply(words) as tfl.SymbolicTensor;
  const layer = bidirectional({ name: 'both', layer: rnn, mergeMode: 'concat' });
  return tfl.model({ inputs: words, outputs: layer.apply(read) as tfl.SymbolicTensor });
}

describe('the layers of a model', () => {
  onBestBackend();

  it('are those that compute: of nested models, of wrappers, both of a bidirectional one', () => {
    const model = nestedModel();
    const names = layersOf(model).map(({ name }) => name);
    expect(names).to.deep.equal(['words', 'letters', 'word', 'forward_rnn', 'backward_rnn']);
    const weights = layersOf(model).flatMap((layer) => layer.weights);
    expect(weights, 'all that the model has').to.have.members(model.weights);
    model.dispose();
  });

  it('have paths, by way of the layers that hold them', () => {
    const model = nestedModel();
    expect(layersByPath(model).map(([path]) => path)).to.deep.equal([
      ...['words', 'each', 'each.reader', 'each.reader.letters', 'each.reader.word'],
      ...['both', 'both.forward_rnn', 'both.backward_rnn'],
    ]);
    model.dispose();
  });

  it('are each there once, however often it is used', () => {
    const input = tfl.input({ shape: [2] });
    const dense = tfl.layers.dense({ name: 'twice', units: 2, inputShape: [2] });
    const nested = tfl.sequential({ layers: [dense] });
    const outputs = dense.apply(nested.apply(input)) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: input, outputs });
    expect(layersOf(model).filter((layer) => layer === dense)).to.have.length(1);
    model.dispose();
  });
});
