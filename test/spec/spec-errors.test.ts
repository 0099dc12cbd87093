import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import type { SpecOptions } from '../../src/spec/embeddings.js';
import { didYouMean, editDistance } from '../../src/spec/nearest.js';
import { optimizerFromSpec } from '../../src/spec/optimizer-from-spec.js';
import { SpecError } from '../../src/spec/spec-error.js';
import { onBestBackend } from '../support/backends.js';

/** What a spec throws. */
function errorOf(spec: string, options?: SpecOptions): SpecError {
  try {
    optimizerFromSpec(spec, options).dispose();
  } catch (error) {
    expect(error).to.be.instanceOf(SpecError);
    return error as SpecError;
  }
  throw new Error(`${spec} is no mistake`);
}

/**
 * Asserts what a mistake is answered with.
 *
 * @param drawn - the spec, and below it a caret in the column of the mistake.
 */
function expectMistake(drawn: string, sentence: string, options?: SpecOptions): void {
  const [spec, caret] = drawn.split('\n');
  const error = errorOf(spec, options);
  expect(error.message).to.equal(`${sentence}\n  ${spec}\n  ${caret}`);
  expect(error.column).to.equal(caret.length);
  expect(error.spec).to.equal(spec);
}

describe('A mistake in a spec is pointed at', () => {
  onBestBackend();

  it('where it does not follow the grammar', () => {
    expectMistake('\n^', 'The spec is empty: write an optimizer such as adam(1e-3).');
    expectMistake(
      'lookahead(adam(1e-3)\n                    ^',
      'Expected "," or ")" where the spec ends.',
    );
    expectMistake('adam(1e-3))\n          ^', 'The spec should end before ).');
    expectMistake('adam(1e-3 0.9)\n          ^', 'Expected "," or ")" before 0.9.');
    expectMistake('adam(1e-3,)\n          ^', 'A value is missing before ).');
    expectMistake('adam(lr=)\n        ^', 'A value is missing before ).');
    expectMistake(
      'adam(%)\n     ^',
      'There is no % in the grammar of specs: quote names of layers that contain it.',
    );
    expectMistake(
      'lazy(adam, layers=["a])\n                   ^',
      'The text that begins here has no closing ".',
    );
    expectMistake(
      'lazy(adam, layers=["\\x"])\n                   ^',
      '"\\x" is not a JSON string.',
    );
    expectMistake('adam(1e999)\n     ^', '1e999 is too large for a number.');
  });

  it('where a name is not known, with the nearest that is', () => {
    expectMistake(
      'lookahead(adm(1e-3))\n          ^',
      'There is no optimizer "adm"; did you mean adam?',
    );
    expectMistake('ADAM\n^', 'There is no optimizer "ADAM"; did you mean adam?');
    expectMistake(
      'weight-decay(sgd(1))\n^',
      'There is no optimizer "weight-decay"; did you mean weight_decay?',
    );
    expectMistake(
      'schedule(sgd, xyz(1))\n              ^',
      'There is no schedule "xyz", only constant, step, multistep, exponential, cosine, warmup.',
    );
    expectMistake(
      'lookahead(adam, kk=5)\n                ^',
      'lookahead has no argument "kk"; did you mean k?',
    );
    expectMistake(
      'adam(rate=1)\n     ^',
      'adam has no argument "rate", only lr, beta1, beta2, epsilon.',
    );
    // Of what objects inherit nothing is a function of specs.
    expect(errorOf('constructor(1)').message).to.match(/^There is no optimizer "constructor"/);
  });

  it('where an argument is missing, too much, or out of order', () => {
    expectMistake('clip(sgd, norm=1)\n     ^', 'sgd needs lr: it is sgd(lr).');
    expectMistake(
      'lookahead()\n^',
      'lookahead needs optimizer: it is lookahead(optimizer, k=5, alpha=0.5, momentum=keep).',
    );
    expectMistake('sgd(1, 2)\n       ^', 'This is an argument too many: it is sgd(lr).');
    expectMistake(
      'clip(sgd(1), 5)\n             ^',
      'This argument needs its name: it is clip(optimizer, value=…, norm=…, global_norm=…).',
    );
    expectMistake(
      'adam(beta1=0.9, 1e-3)\n                ^',
      'An argument by position stands before those by name.',
    );
    expectMistake('adam(1, lr=1)\n        ^', 'lr is given twice.');
  });

  it('where an argument is of another kind', () => {
    expectMistake('adam(fast)\n     ^', 'lr is a number of at least 0, not fast.');
    expectMistake('adam(-1)\n     ^', 'lr is a number of at least 0, not -1.');
    expectMistake('adam(beta1=1)\n           ^', 'beta1 is a number from 0 to below 1, not 1.');
    expectMistake(
      'momentum(1, nesterov=1)\n                     ^',
      'nesterov is true or false, not 1.',
    );
    expectMistake(
      'lookahead(adam, momentum=0.9)\n                         ^',
      'momentum is one of keep, reset, pullback, not 0.9.',
    );
    expectMistake(
      'schedule(sgd, multistep(1, [1, a]))\n                           ^',
      'milestones is a list of numbers, as [1000, 2000], not [1, a].',
    );
    expectMistake(
      'lookahead(1e-3)\n          ^',
      'What is wanted here is an optimizer, as adam(1e-3), not 1e-3.',
    );
    expectMistake(
      'schedule(sgd, adam(1e-3))\n              ^',
      'What is wanted here is a schedule, as constant(1e-3), not adam(1e-3).',
    );
    expectMistake(
      'cosine(1, steps=9)\n^',
      'What is wanted here is an optimizer, as adam(1e-3), not cosine(1, steps=9).',
    );
  });

  it('where an optimizer refuses a value: at the argument', () => {
    expectMistake(
      'lookahead(adam, k=0)\n                  ^',
      'k is the number of steps between two syncs, an integer of at least 1, not 0.',
    );
    expectMistake(
      'clip(sgd(1), global_norm=0)\n                         ^',
      'global_norm is a finite number greater than 0, not 0.',
    );
    expectMistake(
      'ema(sgd(1), 1)\n            ^',
      'decay is what the average keeps at each step, from 0 to less than 1, not 1.',
    );
    expectMistake(
      'schedule(sgd, warmup(0, constant(1)))\n                     ^',
      'steps is a number of steps, an integer of at least 1, not 0.',
    );
    expect(errorOf('lookahead(adam, k=0)').cause).to.be.instanceOf(RangeError);
  });

  it('where an optimizer refuses what it would wrap: at its name, in the words of specs', () => {
    expectMistake(
      'clip(lazy(lookahead(adam), layers=[a]), norm=1)\n     ^',
      'lazy around lookahead would undo its syncs: write lookahead(lazy(optimizer, …)).',
    );
    expectMistake(
      'lookahead(mean(adam))\n^',
      'lookahead around mean would leave its syncs out of the average: write mean(lookahead(optimizer)).',
    );
    expectMistake(
      'lazy(rmsprop(1, centered=true), layers=[a])\n^',
      "lazy cannot wrap tf.js's centered rmsprop, whose step is NaN wherever a gradient is zero: use tf.train.rmsprop without centered.",
    );
    expectMistake(
      'clip(sgd(1), value=1, norm=1)\n^',
      'clip takes exactly one of value, norm, global_norm, not value and norm.',
    );
    expect(errorOf('schedule(schedule(sgd, constant(1)), constant(1))').column).to.equal(1);
    expect(errorOf('lazy(lookahead(adam), layers=[a])').cause).to.be.instanceOf(TypeError);
  });

  it('where lazy has no layers, with what to do', () => {
    expectMistake(
      'lookahead(lazy(adam(1e-3)))\n          ^',
      'lazy does not know which embedding layers it updates: hand over the model or its embeddingLayers, or name them, as in lazy(adam(1e-3), layers=[embedding]).',
    );
    expectMistake(
      'lazy(adam)\n^',
      'lazy needs at least one embedding layer, and embeddingLayers is empty.',
      { embeddingLayers: [] },
    );
    expectMistake(
      'lazy(adam, layers=words)\n                  ^',
      'layers is a list of names of embedding layers, as [words, tags]; that of a variable is written variable(name).',
    );
    expectMistake(
      'lazy(adam, layers=[variable(none)])\n                   ^',
      'There is no variable named "none".',
    );
  });

  it('where the model has no such layer', () => {
    const dense = tfl.layers.dense({ units: 1, inputShape: [3], name: 'out' });
    const model = tfl.sequential({ layers: [dense] });
    expectMistake(
      'lazy(adam)\n^',
      'The model has no embedding layer for lazy, only out (Dense): leave lazy out.',
      { model },
    );
    expectMistake(
      'lazy(adam, layers=[out])\n                   ^',
      'Layer "out" is a Dense layer, not an embedding.',
      { model },
    );
    const embedding = tfl.layers.embedding({ inputDim: 4, outputDim: 2, name: 'words' });
    expectMistake(
      'lazy(adam, layers=[words, word])\n                          ^',
      'There is no embedding layer "word"; did you mean words?',
      { embeddingLayers: [embedding] },
    );
    expectMistake(
      'lazy(adam, layers=[words])\n                   ^',
      'There are 2 embedding layers named "words": hand those to update to embeddingLayers, and leave layers out.',
      { embeddingLayers: [embedding, 'words'] },
    );
    model.dispose();
  });

  it('in one line also when the spec has several, past characters of two code units', () => {
    // "𝒘" is two code units but one column on a screen: the caret counts it as one.
    const error = errorOf("lazy(\n  adam, layers=['𝒘'], k=1)");
    expect(error.message.split('\n')).to.deep.equal([
      'lazy has no argument "k", only optimizer, rows, moments, layers.',
      "  lazy(   adam, layers=['𝒘'], k=1)",
      `  ${' '.repeat("lazy(   adam, layers=['w'], ".length)}^`,
    ]);
    expect(error.column).to.equal("lazy(\n  adam, layers=['𝒘'], k".length);
  });

  it('unless it is no string at all', () => {
    expect(() => optimizerFromSpec(5 as unknown as string)).to.throw(
      TypeError,
      "A spec is a string such as 'adam(1e-3)', not 5.",
    );
  });
});

describe('The nearest name', () => {
  it('is the one with the fewest letters to insert, delete or replace', () => {
    expect(editDistance('kitten', 'sitting')).to.equal(3);
    expect(editDistance('', 'abc')).to.equal(3);
    expect(editDistance('abc', 'abc')).to.equal(0);
    expect(didYouMean('rmsporp', ['adam', 'rmsprop'])).to.equal('; did you mean rmsprop?');
  });

  it('is none where less than half the letters are right', () => {
    expect(didYouMean('x', ['adam', 'sgd'])).to.equal(', only adam, sgd.');
    expect(didYouMean('x', ['adam', 'sgd'], '.')).to.equal('.');
  });
});
