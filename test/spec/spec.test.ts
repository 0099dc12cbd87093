import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { EmbeddingTable } from '../../src/embedding/embedding-table.js';
import { FusedAdam } from '../../src/optimizers/adam.js';
import { GradientClipping } from '../../src/optimizers/gradient-clipping.js';
import { LazyOptimizer } from '../../src/optimizers/lazy.js';
import { Lookahead } from '../../src/optimizers/lookahead.js';
import { FusedMomentum, FusedSgd } from '../../src/optimizers/momentum.js';
import { ScheduledLearningRate } from '../../src/optimizers/scheduled.js';
import {
  constantRate,
  cosineDecay,
  exponentialDecay,
  multiStepDecay,
  stepDecay,
  warmUp,
} from '../../src/optimizers/schedules.js';
import { WeightAveraging } from '../../src/optimizers/weight-averaging.js';
import { WeightDecay } from '../../src/optimizers/weight-decay.js';
import { chainOf } from '../../src/optimizers/wrapper.js';
import { optimizerFromSpec } from '../../src/spec/optimizer-from-spec.js';
import { optimizerToSpec } from '../../src/spec/optimizer-to-spec.js';
import { onBestBackend } from '../support/backends.js';
import { step, variable } from '../support/optimizers.js';

const EXAMPLE = 'lookahead(lazy(adam(1e-3)), k=5, alpha=0.5)';

/** An embedding layer of 6 words. */
const words = (name: string) =>
  tfl.layers.embedding({ inputDim: 6, outputDim: 2, inputLength: 3, name });

/** A model: layers one after the other. */
const modelOf = (...layers: tfl.layers.Layer[]) => tfl.sequential({ layers });

/**
 * Both ways at once: the configurations of a spec's optimizer, and of one made by hand. That its steps
 * are our own of tf.js's optimizer makes it no other.
 */
function expectSame(spec: string, make: () => tf.Optimizer): void {
  const [made, expected] = [optimizerFromSpec(spec), make()];
  const configOf = (optimizer: tf.Optimizer) =>
    JSON.parse(JSON.stringify(optimizer.getConfig()), (key, value) =>
      key === 'fused' ? undefined : value,
    );
  expect(made.getClassName(), spec).to.equal(expected.getClassName());
  expect(configOf(made), spec).to.deep.equal(configOf(expected));
  made.dispose();
  expected.dispose();
}

/** The canonical form of a spec. */
function canonical(spec: string): string {
  const optimizer = optimizerFromSpec(spec);
  const written = optimizerToSpec(optimizer);
  optimizer.dispose();
  return written;
}

describe('A spec', () => {
  onBestBackend();

  it("makes tf.js's optimizers, with tf.js's defaults", () => {
    expectSame('sgd(0.1)', () => tf.train.sgd(0.1));
    expectSame('momentum(0.1)', () => tf.train.momentum(0.1, 0.9));
    expectSame('momentum(0.1, nesterov=true)', () => tf.train.momentum(0.1, 0.9, true));
    expectSame('adam()', () => tf.train.adam());
    expectSame('adam', () => tf.train.adam());
    expectSame('adam(2e-3, 0.8, 0.99, 1e-2)', () => tf.train.adam(2e-3, 0.8, 0.99, 1e-2));
    expectSame('adamax', () => tf.train.adamax());
    expectSame('adamax(decay=0.1)', () => tf.train.adamax(2e-3, 0.9, 0.999, undefined, 0.1));
    expectSame('adagrad(0.1)', () => tf.train.adagrad(0.1));
    expectSame('adagrad(0.1, initial=0.5)', () => tf.train.adagrad(0.1, 0.5));
    expectSame('adadelta', () => tf.train.adadelta());
    expectSame('adadelta(1, rho=0.9, epsilon=1e-6)', () => tf.train.adadelta(1, 0.9, 1e-6));
    expectSame('rmsprop(0.01)', () => tf.train.rmsprop(0.01));
    expectSame('rmsprop(0.01, momentum=0.5, centered=true)', () =>
      tf.train.rmsprop(0.01, 0.9, 0.5, undefined, true),
    );
  });

  it('makes the optimizers whose steps are fused ops, where there are such', () => {
    for (const [spec, cls] of [
      ['sgd(0.1)', FusedSgd],
      ['momentum(0.1)', FusedMomentum],
      ['lookahead(adam)', FusedAdam],
    ] as const) {
      const made = optimizerFromSpec(spec);
      expect(chainOf(made).at(-1)!.constructor).to.equal(cls);
      made.dispose();
    }
  });

  it('makes the wrappers, with their defaults', () => {
    const adam = () => tf.train.adam();
    const embeddingLayers = ['a', 'b c'];
    expectSame('lookahead(adam)', () => new Lookahead(adam()));
    expectSame(
      'lookahead(adam, 7, alpha=1, momentum=reset)',
      () => new Lookahead(adam(), { k: 7, alpha: 1, momentum: 'reset' }),
    );
    expectSame(
      'lazy(adam, layers=[a, "b c"])',
      () => new LazyOptimizer(adam(), { embeddingLayers }),
    );
    expectSame(
      "lazy(adam, rows=gradient, moments=freeze, layers=[a, 'b c'])",
      () => new LazyOptimizer(adam(), { embeddingLayers, rows: 'gradient', moments: 'freeze' }),
    );
    expectSame('weight_decay(adam)', () => new WeightDecay(adam()));
    expectSame(
      'weight_decay(adam, 0.1, false, matrices)',
      () => new WeightDecay(adam(), { decay: 0.1, decoupled: false, filter: 'matrices' }),
    );
    expectSame('clip(adam, value=2)', () => new GradientClipping(adam(), { value: 2 }));
    expectSame('clip(adam, norm=2)', () => new GradientClipping(adam(), { norm: 2 }));
    expectSame('clip(adam, global_norm=2)', () => new GradientClipping(adam(), { globalNorm: 2 }));
    expectSame('ema(adam)', () => new WeightAveraging(adam()));
    expectSame('ema(adam, 0.9)', () => new WeightAveraging(adam(), { decay: 0.9 }));
    expectSame('mean(adam)', () => new WeightAveraging(adam(), { mode: 'mean' }));
    expectSame('mean(adam, 9)', () => new WeightAveraging(adam(), { mode: 'mean', from: 9 }));
  });

  it('makes schedules, with their defaults', () => {
    const schedules = {
      'constant(0.1)': constantRate(0.1),
      'step(0.1, every=10)': stepDecay(0.1, { every: 10 }),
      'step(0.1, 10, gamma=0.5)': stepDecay(0.1, { every: 10, gamma: 0.5 }),
      'multistep(0.1, [3, 5])': multiStepDecay(0.1, { milestones: [3, 5] }),
      'exponential(0.1, gamma=0.9)': exponentialDecay(0.1, { gamma: 0.9 }),
      'cosine(0.1, steps=9)': cosineDecay(0.1, { steps: 9 }),
      'cosine(0.1, 9, final=0.01)': cosineDecay(0.1, { steps: 9, final: 0.01 }),
      'warmup(4, cosine(0.1, steps=9))': warmUp(4, cosineDecay(0.1, { steps: 9 })),
    };
    for (const [spec, schedule] of Object.entries(schedules)) {
      expectSame(
        `schedule(sgd(1), ${spec})`,
        () => new ScheduledLearningRate(tf.train.sgd(1), schedule),
      );
    }
  });

  it('needs no learning rate within a schedule, which sets it', () => {
    expectSame(
      'schedule(lookahead(sgd), step(0.5, every=10))',
      () =>
        new ScheduledLearningRate(new Lookahead(tf.train.sgd(0.5)), stepDecay(0.5, { every: 10 })),
    );
  });

  it('may be written on several lines, and in any spacing', () => {
    expectSame(
      'lookahead (\n  adam( lr = 1E-3 ),\n  k=+5,\talpha=.5\n)\n',
      () => new Lookahead(tf.train.adam(1e-3)),
    );
  });

  it('leaves no tensor behind when its optimizer is refused', () => {
    const before = tf.memory().numTensors;
    expect(() => optimizerFromSpec('lookahead(ema(clip(momentum(0.1), norm=1)))')).to.throw();
    expect(() => optimizerFromSpec('lookahead(adam, k=0)')).to.throw();
    expect(tf.memory().numTensors).to.equal(before);
  });
});

describe('The spec of an optimizer', () => {
  onBestBackend();

  it('has what reports name, and of the rest what differs from the defaults', () => {
    const written: Record<string, () => tf.Optimizer> = {
      'sgd(0.1)': () => tf.train.sgd(0.1),
      'momentum(0.1, momentum=0.9)': () => tf.train.momentum(0.1, 0.9),
      'momentum(0.1, momentum=0.9, nesterov=true)': () => tf.train.momentum(0.1, 0.9, true),
      'adam(1e-3)': () => tf.train.adam(),
      'adam(0.0025, beta1=0.8, epsilon=0.01)': () => tf.train.adam(0.0025, 0.8, 0.999, 0.01),
      'adamax(2e-3)': () => tf.train.adamax(),
      'adagrad(0.1)': () => tf.train.adagrad(0.1),
      'adadelta(1e-3)': () => tf.train.adadelta(),
      'rmsprop(0.01)': () => tf.train.rmsprop(0.01),
      'rmsprop(0.01, momentum=0.9)': () => tf.train.rmsprop(0.01, 0.9, 0.9),
      'lookahead(sgd(1), k=5, alpha=0.5)': () => new Lookahead(tf.train.sgd(1)),
      'lookahead(sgd(1), k=5, alpha=0.5, momentum=pullback)': () =>
        new Lookahead(tf.train.sgd(1), { momentum: 'pullback' }),
      'lazy(sgd(1), layers=[words, "two words", variable(w/x_1)])': () =>
        new LazyOptimizer(tf.train.sgd(1), {
          embeddingLayers: ['words', 'two words', tableVariable('w/x_1')],
        }),
      'weight_decay(sgd(1), 0.01)': () => new WeightDecay(tf.train.sgd(1)),
      'weight_decay(sgd(1), 0.01, filter=matrices)': () =>
        new WeightDecay(tf.train.sgd(1), { filter: 'matrices' }),
      'clip(sgd(1), global_norm=5)': () => new GradientClipping(tf.train.sgd(1), { globalNorm: 5 }),
      'ema(sgd(1), decay=0.999)': () => new WeightAveraging(tf.train.sgd(1)),
      'mean(sgd(1), from=1)': () => new WeightAveraging(tf.train.sgd(1), { mode: 'mean' }),
    };
    for (const [spec, make] of Object.entries(written)) {
      const optimizer = make();
      expect(optimizerToSpec(optimizer)).to.equal(spec);
      expect(canonical(spec)).to.equal(spec);
      optimizer.dispose();
    }
    tf.dispose(tf.engine().registeredVariables['w/x_1']);
  });

  it('writes numbers as JavaScript does, small ones in the shorter form', () => {
    const numbers = {
      '1.0': '1',
      '1e-3': '1e-3',
      '0.010': '0.01',
      '0.0015': '0.0015',
      '1e5': '100000',
    };
    for (const [given, written] of Object.entries(numbers)) {
      expect(canonical(`sgd(${given})`)).to.equal(`sgd(${written})`);
    }
  });

  it('does not change as a schedule moves the learning rate', () => {
    const spec = 'schedule(adam(), warmup(2, cosine(1e-3, steps=9)))';
    const optimizer = optimizerFromSpec('schedule(adam(1), warmup(2, cosine(1e-3, 9)))');
    expect(optimizerToSpec(optimizer)).to.equal(spec);
    const x = variable([1]);
    step(optimizer, [x], [[1]]);
    expect(optimizerToSpec(optimizer)).to.equal(spec);
    x.dispose();
    optimizer.dispose();
  });

  it('has no learning rate anywhere within a schedule', () => {
    expect(canonical('schedule(lookahead(sgd(1)), constant(0.1))')).to.equal(
      'schedule(lookahead(sgd(), k=5, alpha=0.5), constant(0.1))',
    );
  });

  it('has the learning rate that was set last', () => {
    const optimizer = optimizerFromSpec('lookahead(sgd(0.1))') as Lookahead;
    optimizer.learningRate = 0.25;
    expect(optimizerToSpec(optimizer)).to.equal('lookahead(sgd(0.25), k=5, alpha=0.5)');
    optimizer.dispose();
  });

  it('does not exist for what specs cannot say', () => {
    class Own extends tf.SGDOptimizer {
      schedule = 'of its own kind';
    }
    const refused: [tf.Optimizer, RegExp][] = [
      [new Own(0.1), /^Own has no spec: specs describe tf\.js's optimizers/],
      [new Lookahead(new Own(0.1)), /^Own has no spec/],
      [
        new ScheduledLearningRate(tf.train.sgd(1), () => 0.1),
        /^A schedule that was written by hand has no spec/,
      ],
      [
        new Lookahead(new ScheduledLearningRate(tf.train.sgd(1), () => 0.1)),
        /^A schedule that was written by hand has no spec/,
      ],
      [
        new WeightDecay(tf.train.sgd(1), { filter: () => true }),
        /^A filter that is a function has no spec: use all or matrices\.$/,
      ],
      [tf.train.adam(Number.NaN), /^lr is NaN, and a spec has finite numbers only\.$/],
    ];
    for (const [optimizer, sentence] of refused) {
      expect(() => optimizerToSpec(optimizer)).to.throw(TypeError, sentence);
      optimizer.dispose();
    }
    expect(() => optimizerToSpec('adam' as unknown as tf.Optimizer)).to.throw(
      TypeError,
      'optimizerToSpec takes a tf.Optimizer, not adam.',
    );
  });
});

describe('lazy in a spec', () => {
  onBestBackend();

  /** The layers that the LazyOptimizer of a spec was made with, by name. */
  const namesIn = (optimizer: tf.Optimizer): string[] => {
    const lazy = optimizer instanceof Lookahead ? optimizer.inner : optimizer;
    const layers = lazy.getConfig().embeddingLayers as unknown as { name: string }[];
    return layers.map(({ name }) => name);
  };

  it("finds the model's embedding layers, and is canonical with it", () => {
    const model = modelOf(words('found'), tfl.layers.flatten(), tfl.layers.dense({ units: 1 }));
    const optimizer = optimizerFromSpec(EXAMPLE, { model });
    expect(namesIn(optimizer)).to.deep.equal(['found']);
    expect(optimizerToSpec(optimizer, { model })).to.equal(EXAMPLE);
    expect(optimizerToSpec(optimizer)).to.equal(
      'lookahead(lazy(adam(1e-3), layers=[found]), k=5, alpha=0.5)',
    );
    optimizer.dispose();
    model.dispose();
  });

  it('trains the model: rows that are not sampled stand still', async () => {
    const layer = words('trained');
    const model = modelOf(layer, tfl.layers.flatten(), tfl.layers.dense({ units: 1 }));
    const optimizer = optimizerFromSpec(EXAMPLE, { model });
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const before = layer.getWeights()[0].arraySync() as number[][];
    const [x, y] = [tf.tensor2d([[1, 1, 4]]), tf.tensor2d([[1]])];
    await model.fit(x, y, { epochs: 3, verbose: 0 });
    const after = layer.getWeights()[0].arraySync() as number[][];
    const moved = after.flatMap((row, id) => (row[0] === before[id][0] ? [] : [id]));
    expect(moved).to.deep.equal([1, 4]);
    tf.dispose([x, y]);
    optimizer.dispose();
    model.dispose();
  });

  it('finds those of nested models and of wrapped layers, each once', () => {
    const shared = words('shared');
    const inner = modelOf(shared, tfl.layers.flatten());
    const a = tfl.input({ shape: [3] });
    const b = tfl.input({ shape: [2, 3] });
    const wrapped = tfl.layers.timeDistributed({ layer: words('wrapped') });
    const outputs = [inner.apply(a), shared.apply(a), wrapped.apply(b)] as tfl.SymbolicTensor[];
    const model = tfl.model({ inputs: [a, b], outputs });
    const optimizer = optimizerFromSpec('lazy(sgd(1))', { model });
    expect(namesIn(optimizer)).to.have.members(['shared', 'wrapped']).and.have.length(2);
    optimizer.dispose();
    model.dispose();
  });

  it('takes the layers it names from the model, as layers', () => {
    // A name alone could mean the variable of an older model of the same layer names.
    const [first, second] = [words('one'), words('two')];
    const input = tfl.input({ shape: [3] });
    const outputs = [first, second].map((layer) => layer.apply(input) as tfl.SymbolicTensor);
    const model = tfl.model({ inputs: input, outputs });
    const optimizer = optimizerFromSpec('lazy(sgd(1), layers=[two])', { model });
    expect(namesIn(optimizer)).to.deep.equal(['two']);
    expect(optimizerToSpec(optimizer, { model })).to.equal('lazy(sgd(1), layers=[two])');
    optimizer.dispose();
    model.dispose();
  });

  it('tells a variable from a layer of the same name', () => {
    const table = new EmbeddingTable({ vocabulary: 4, width: 2, name: 'namesake' });
    const options = { embeddingLayers: ['namesake', table] };
    for (const name of ['namesake', 'variable(namesake)']) {
      const spec = `lazy(sgd(1), layers=[${name}])`;
      const optimizer = optimizerFromSpec(spec, options);
      expect(optimizerToSpec(optimizer, options)).to.equal(spec);
      optimizer.dispose();
    }
    table.dispose();
  });

  it('takes tables and variables handed over, which go before the model', () => {
    const table = new EmbeddingTable({ vocabulary: 4, width: 2, name: 'handed' });
    const model = modelOf(words('model_s'));
    const options = { model, embeddingLayers: [table] };
    const optimizer = optimizerFromSpec('lazy(sgd(1))', options);
    expect(namesIn(optimizer)).to.deep.equal(['handed']);
    expect(optimizerToSpec(optimizer, options)).to.equal('lazy(sgd(1))');
    const named = optimizerToSpec(optimizer);
    expect(named).to.equal('lazy(sgd(1), layers=[variable(handed)])');
    const again = optimizerFromSpec(named);
    expect(again.getConfig()).to.deep.equal(optimizer.getConfig());
    again.dispose();
    optimizer.dispose();
    table.dispose();
    model.dispose();
  });
});

function tableVariable(name: string): tf.Variable {
  return tf.tidy(() => tf.variable(tf.zeros([4, 2]), true, name));
}
