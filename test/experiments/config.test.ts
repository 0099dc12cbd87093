import { expect } from 'chai';
import {
  EXPERIMENTS,
  overridesOf,
  protocolOf,
  resolveConfig,
} from '../../src/experiments/config.js';
import type { RateSchedule } from '../../src/experiments/experiment.js';
import { UsageError } from '../../src/runtime/errors.js';

const adam = { experiment: 'imdb', optimizer: 'adam' };
const heldOut = { ...adam, protocol: 'held-out' } as const;
const lookahead = { experiment: 'imdb', optimizer: 'lookahead-adam' };

describe('resolveConfig', () => {
  it("gives the article's configuration for the full preset", () => {
    expect(resolveConfig({ ...adam, preset: 'full', seed: 2 })).to.deep.equal({
      experiment: 'imdb',
      optimizer: 'adam',
      preset: 'full',
      seed: 2,
      epochs: 15,
      batchSize: 32,
      lr: 0.001,
      k: 5,
      alpha: 0.5,
      data: 'auto',
      settings: {
        vocabulary: 20_000,
        maxlen: 80,
        embeddingSize: 128,
        units: 128,
        dropout: 0.2,
        recurrentDropout: 0.2,
        lstm: 'keras2.2',
        trainExamples: 25_000,
        valExamples: 25_000,
      },
    });
  });

  it('puts what is asked for above the preset, and the preset above the experiment', () => {
    const config = resolveConfig({ ...adam, preset: 'smoke', epochs: 9, settings: { units: 7 } });
    expect(config.epochs).to.equal(9);
    expect(config.settings.units).to.equal(7);
    expect(config.settings.maxlen).to.equal(40);
    expect(config.settings.vocabulary).to.equal(20_000);
  });

  it('leaves out what a spec says: learning rate, k and alpha', () => {
    const optimizer = 'lookahead(adam(1e-2), k=7)';
    const { lr, k, alpha, ...rest } = resolveConfig(adam);
    expect(resolveConfig({ ...adam, optimizer })).to.deep.equal({ ...rest, optimizer });
  });

  it('names a protocol that is not the experiment’s own, and how many examples that holds out', () => {
    // A fifth of the reviews, a tenth of the images.
    const { protocol, heldOut: n, ...rest } = resolveConfig({ ...heldOut, preset: 'full' });
    expect([protocol, n]).to.deep.equal(['held-out', 5_000]);
    expect(rest).to.deep.equal(resolveConfig({ ...adam, preset: 'full' }));
    expect(resolveConfig({ ...heldOut, preset: 'smoke' }).heldOut).to.equal(320);
    const cifar = { experiment: 'cifar10', optimizer: 'sgd', preset: 'standard' } as const;
    expect(resolveConfig({ ...cifar, protocol: 'held-out' }).heldOut).to.equal(5_000);
    expect(resolveConfig({ ...cifar, protocol: 'best-on-test' })).to.deep.equal(
      resolveConfig(cifar),
    );
    const ptb = { experiment: 'ptb', optimizer: 'adam' } as const;
    expect(resolveConfig({ ...ptb, protocol: 'held-out' })).to.deep.equal(resolveConfig(ptb));
    expect([adam, heldOut, ptb].map(protocolOf)).to.deep.equal([
      ...['best-on-test', 'held-out', 'held-out'],
    ]);
  });

  it('compares optimizers that exist', () => {
    for (const { compared, optimizers } of Object.values(EXPERIMENTS)) {
      expect(Object.keys(optimizers)).to.include.members(compared);
    }
  });

  for (const [request, message] of [
    [{ ...adam, experiment: 'imbd' }, 'There is no experiment "imbd"; did you mean imdb?'],
    [{ ...adam, experiment: 'IMDB' }, 'There is no experiment "IMDB"; did you mean imdb?'],
    [
      { ...adam, optimizer: 'lazy-adm' },
      'There is no optimizer "lazy-adm"; did you mean lazy-adam?',
    ],
    [{ ...adam, optimizer: 'sgd' }, 'There is no optimizer "sgd". Choose one of adam, lazy-adam,'],
    [
      { ...adam, optimizer: 'sgd' },
      'or write a spec such as sgd(0.1) or lookahead(adam(1e-3), k=5).',
    ],
    [
      { ...adam, optimizer: 'sgd(0.1)', lr: 0.1 },
      'Beside a spec there is no lr: write what you want into sgd(0.1) itself.',
    ],
    [
      { ...adam, optimizer: 'lookahead(adam)', lr: 0.1, k: 5, alpha: 0.5 },
      'Beside a spec there is no lr, k or alpha: write what you want into lookahead(adam) itself.',
    ],
    [{ ...adam, optimizer: 'sgd(0.1)', epochs: 0 }, 'epochs is a whole number from 1, not 0.'],
    [{ ...adam, preset: 'quik' }, 'There is no preset "quik"; did you mean quick?'],
    [{ ...adam, seed: -1 }, 'seed is a whole number from 0, not -1.'],
    [{ ...adam, seed: 0.5 }, 'seed is a whole number from 0, not 0.5.'],
    [{ ...adam, epochs: 0 }, 'epochs is a whole number from 1, not 0.'],
    [{ ...adam, batchSize: 1.5 }, 'batch size is a whole number from 1, not 1.5.'],
    [{ ...adam, lr: -1 }, 'lr is a number above 0, not -1.'],
    [{ ...adam, lr: Number.NaN }, 'lr is a number above 0, not NaN.'],
    [{ ...lookahead, k: 0 }, 'k is a whole number from 1, not 0.'],
    [{ ...lookahead, k: 2.5 }, 'k is a whole number from 1, not 2.5.'],
    [{ ...lookahead, alpha: 1.5 }, 'alpha is a number from 0 to 1, not 1.5.'],
    [{ ...lookahead, alpha: Number.NaN }, 'alpha is a number from 0 to 1, not NaN.'],
    [{ ...adam, k: 5 }, 'adam has no Lookahead'],
    [{ ...adam, settings: { width: 3 } }, 'There is no setting "width"'],
    [{ ...adam, settings: { lstm: 'keras2' } }, 'did you mean keras2.2?'],
    [{ ...adam, settings: { units: 0 } }, 'units is a whole number from 1, not 0.'],
    [{ ...adam, settings: { maxlen: '40' } }, 'maxlen is a whole number from 1, not 40.'],
    [{ ...adam, settings: { trainExamples: 1.5 } }, 'trainExamples is a whole number from 1'],
    [{ ...adam, settings: { dropout: 1 } }, 'dropout is a number from 0 to below 1, not 1.'],
    [{ ...adam, settings: { recurrentDropout: -0.1 } }, 'recurrentDropout is a number from 0'],
    [
      { ...adam, protocol: 'heldout' as never },
      'There is no protocol "heldout"; did you mean held',
    ],
    [{ ...adam, heldOut: 5 }, 'Examples are held out under the protocol held-out alone'],
    [
      { ...heldOut, heldOut: 0 },
      'The number of examples held out is a whole number from 1, not 0.',
    ],
    [{ ...heldOut, heldOut: 25_000 }, 'The number of examples held out is below 25000'],
    [
      { ...adam, experiment: 'ptb', protocol: 'best-on-test' },
      'ptb has validation data of its own, on which the best epoch is chosen: leave the protocol out.',
    ],
  ] as const) {
    it(`refuses ${JSON.stringify(request)}`, () => {
      expect(() => resolveConfig(request)).to.throw(UsageError, message);
    });
  }
});

describe('overridesOf', () => {
  const overrides = (request: object) => overridesOf(resolveConfig({ ...lookahead, ...request }));

  it('is empty for a preset as it stands, whatever the optimizer, seed and source of data', () => {
    for (const preset of Object.keys(EXPERIMENTS.imdb.presets)) {
      expect(overrides({ preset, seed: 5, data: 'synthetic' })).to.deep.equal({});
    }
  });

  it("names what differs from the preset, and nothing that was asked for and is the preset's", () => {
    expect(
      overrides({ preset: 'full', epochs: 1, lr: 0.01, k: 7, alpha: 0.5, settings: { units: 7 } }),
    ).to.deep.equal({ epochs: 1, lr: 0.01, k: 7, units: 7 });
  });

  it("names how many examples are held out where it is not the experiment's share", () => {
    // A fifth of 25,000 reviews is 5,000, of 2,000 it is 400.
    const heldOut = { preset: 'full', protocol: 'held-out' } as const;
    expect(overrides(heldOut)).to.deep.equal({});
    expect(overrides({ ...heldOut, heldOut: 5_000 })).to.deep.equal({});
    expect(overrides({ ...heldOut, heldOut: 2_500 })).to.deep.equal({ heldOut: 2_500 });
    const settings = { trainExamples: 2_000 };
    expect(overrides({ ...heldOut, settings })).to.deep.equal(settings);
  });

  it("names a schedule of the learning rate that is not the preset's, each another way", () => {
    const ptb = { experiment: 'ptb', optimizer: 'sgd', preset: 'smoke' };
    const schedules = [
      [{ milestones: [1], gamma: 0.2 }, '×0.2 after epoch 1'],
      [{ milestones: [1, 2, 3], gamma: 0.5 }, '×0.5 after epochs 1, 2 and 3'],
      [{ milestones: [], gamma: 0.5 }, 'none'],
      [{ factor: 0.5, patience: 3 }, '×0.5 where the validation loss has not fallen for 3 epochs'],
    ] as const;
    for (const [schedule, text] of schedules) {
      const request = { ...ptb, schedule: schedule as RateSchedule };
      expect(overridesOf(resolveConfig(request))).to.deep.equal({ schedule: text });
    }
    // IMDB's presets have none.
    expect(overrides({ schedule: { milestones: [2], gamma: 0.5 } })).to.deep.equal({
      schedule: '×0.5 after epoch 2',
    });
    for (const { presets, name } of Object.values(EXPERIMENTS)) {
      for (const [preset, { schedule }] of Object.entries(presets)) {
        const own = { experiment: name, optimizer: 'sgd(0.1)', preset, epochs: 1, schedule };
        expect(overridesOf(resolveConfig(own))).to.have.all.keys('epochs');
      }
    }
  });

  it('has nothing to say of a spec, which says everything itself', () => {
    const optimizer = 'lookahead(adam(0.01), k=7)';
    expect(overrides({ optimizer })).to.deep.equal({});
    expect(overrides({ optimizer, epochs: 1 })).to.deep.equal({ epochs: 1 });
  });
});
