import { expect } from 'chai';
import fc from 'fast-check';
import {
  constantRate,
  cosineDecay,
  exponentialDecay,
  multiStepDecay,
  rateAt,
  type Schedule,
  type ScheduleConfig,
  scheduleFromConfig,
  stepDecay,
  warmUp,
} from '../../src/optimizers/schedules.js';
import { expectClose } from '../support/numbers.js';

/** The rates of the first n steps. */
const rates = (schedule: Schedule, n: number) => Array.from({ length: n }, (_, t) => schedule(t));

/** Tight: schedules are computed in doubles. */
const TIGHT = { rtol: 1e-14, atol: 0 };

const rate = fc.double({ min: 0, max: 10, noNaN: true });
const gamma = fc.double({ min: 0.1, max: 1, noNaN: true });
const count = fc.integer({ min: 1, max: 50 });

const simple: fc.Arbitrary<Schedule> = fc.oneof(
  rate.map(constantRate),
  fc.tuple(rate, count, gamma).map(([r, every, g]) => stepDecay(r, { every, gamma: g })),
  fc
    .tuple(rate, fc.uniqueArray(count, { minLength: 1, maxLength: 5 }), gamma)
    .map(([r, steps, g]) =>
      multiStepDecay(r, { milestones: steps.sort((a, b) => a - b), gamma: g }),
    ),
  fc.tuple(rate, gamma).map(([r, g]) => exponentialDecay(r, { gamma: g })),
  fc.tuple(rate, count, rate).map(([r, steps, final]) => cosineDecay(r, { steps, final })),
);
const anySchedule = fc.oneof(
  simple,
  fc.tuple(count, simple).map(([steps, schedule]) => warmUp(steps, schedule)),
);

describe('A schedule', () => {
  it('constantRate gives the same rate at every step', () => {
    expect(rates(constantRate(0.3), 3)).to.deep.equal([0.3, 0.3, 0.3]);
  });

  it('stepDecay multiplies by gamma after every so many steps', () => {
    // PyTorch: StepLR(SGD(lr=0.8), step_size=2, gamma=0.5)
    const expected = [0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 0.1];
    expectClose(rates(stepDecay(0.8, { every: 2, gamma: 0.5 }), 7), expected, TIGHT);
    expectClose([stepDecay(1, { every: 3 })(3)], [0.1], TIGHT);
  });

  it('multiStepDecay multiplies by gamma from each milestone on', () => {
    // PyTorch: MultiStepLR(SGD(lr=1), milestones=[2, 3, 5], gamma=0.5)
    const schedule = multiStepDecay(1, { milestones: [2, 3, 5], gamma: 0.5 });
    expectClose(rates(schedule, 7), [1, 1, 0.5, 0.25, 0.25, 0.125, 0.125], TIGHT);
    expectClose([multiStepDecay(1, { milestones: [4] })(4)], [0.1], TIGHT);
  });

  it('keeps the milestones it was made with', () => {
    const milestones = [2];
    const schedule = multiStepDecay(1, { milestones });
    milestones[0] = 1;
    expect(schedule(1)).to.equal(1);
  });

  it('exponentialDecay multiplies by gamma after each step', () => {
    expectClose(rates(exponentialDecay(2, { gamma: 0.5 }), 4), [2, 1, 0.5, 0.25], TIGHT);
  });

  it('cosineDecay follows half a cosine and stays at its end', () => {
    // cos(πt/6) is 1, √3/2, 1/2, 0, −1/2, −√3/2, −1; the rate 0.2 + 0.4 (1 + cos).
    const h = Math.sqrt(3) / 2;
    const expected = [1, 0.6 + 0.4 * h, 0.8, 0.6, 0.4, 0.6 - 0.4 * h, 0.2, 0.2, 0.2];
    const schedule = cosineDecay(1, { steps: 6, final: 0.2 });
    expectClose(rates(schedule, 9), expected, { rtol: 1e-12, atol: 0 });
    expect(cosineDecay(1, { steps: 6 })(6), 'down to 0 exactly').to.equal(0);
  });

  it('warmUp rises to where the other schedule begins, which then runs from its own step 0', () => {
    const schedule = warmUp(4, stepDecay(0.8, { every: 2, gamma: 0.5 }));
    expectClose(rates(schedule, 9), [0.2, 0.4, 0.6, 0.8, 0.8, 0.8, 0.4, 0.4, 0.2], TIGHT);
  });

  it('warmUp takes a function written by hand, which it cannot describe', () => {
    const schedule = warmUp(2, (step) => 1 / (step + 1));
    expectClose(rates(schedule, 5), [0.5, 1, 1, 1 / 2, 1 / 3], TIGHT);
    expect(schedule.config).to.equal(undefined);
  });

  it('of any kind gives a learning rate at every step', () => {
    fc.assert(
      fc.property(anySchedule, fc.nat(1_000_000), (schedule, step) => {
        expect(rateAt(schedule, step)).to.be.at.least(0);
      }),
    );
  });

  it('of any kind never rises, once it is warm, when its end is not above its beginning', () => {
    fc.assert(
      fc.property(simple, fc.nat(200), (schedule, step) => {
        const config = schedule.config as { initial?: number; final?: number };
        fc.pre(!((config.final ?? 0) > (config.initial ?? 0)));
        const rounding = 1e-15 * schedule(0);
        expect(schedule(step + 1)).to.be.at.most(schedule(step) + rounding);
      }),
    );
  });

  it('of any kind is made again from its configuration, also by way of JSON', () => {
    fc.assert(
      fc.property(anySchedule, fc.nat(200), (schedule, step) => {
        const config = JSON.parse(JSON.stringify(schedule.config)) as ScheduleConfig;
        const again = scheduleFromConfig(config);
        // −0 is 0 in JSON.
        expect(again(step) + 0).to.equal(schedule(step) + 0);
        expect(JSON.stringify(again.config)).to.equal(JSON.stringify(schedule.config));
      }),
    );
  });

  it('says what it is made of', () => {
    expect(warmUp(10, cosineDecay(0.1, { steps: 90 })).config).to.deep.equal({
      name: 'warmUp',
      steps: 10,
      schedule: { name: 'cosineDecay', initial: 0.1, steps: 90, final: 0 },
    });
  });
});

describe('A schedule is refused by a sentence', () => {
  const cases: [string, () => unknown, string][] = [
    [
      'a negative rate',
      () => constantRate(-1),
      'rate is a learning rate, a finite number of at least 0, not -1.',
    ],
    [
      'an infinite rate',
      () => exponentialDecay(1 / 0, { gamma: 1 }),
      'initial is a learning rate, a finite number of at least 0, not Infinity.',
    ],
    [
      'a final rate that is none',
      () => cosineDecay(1, { steps: 5, final: Number.NaN }),
      'final is a learning rate, a finite number of at least 0, not NaN.',
    ],
    [
      'no steps',
      () => cosineDecay(1, { steps: 0 }),
      'steps is a number of steps, an integer of at least 1, not 0.',
    ],
    [
      'half a step',
      () => stepDecay(1, { every: 0.5 }),
      'every is a number of steps, an integer of at least 1, not 0.5.',
    ],
    [
      'a warm-up of no steps',
      () => warmUp(0, constantRate(1)),
      'steps is a number of steps, an integer of at least 1, not 0.',
    ],
    [
      'gamma 0',
      () => stepDecay(1, { every: 1, gamma: 0 }),
      'gamma is the factor of the rate, a finite number above 0, not 0.',
    ],
    [
      'gamma that is none',
      () => exponentialDecay(1, {} as { gamma: number }),
      'gamma is the factor of the rate, a finite number above 0, not undefined.',
    ],
    [
      'no milestones',
      () => multiStepDecay(1, { milestones: [] }),
      'milestones is a list of steps, integers of at least 1 in rising order, not [].',
    ],
    [
      'milestones that fall',
      () => multiStepDecay(1, { milestones: [5, 3] }),
      'milestones is a list of steps, integers of at least 1 in rising order, not [5,3].',
    ],
    [
      'a milestone at the first step',
      () => multiStepDecay(1, { milestones: [0, 3] }),
      'milestones is a list of steps, integers of at least 1 in rising order, not [0,3].',
    ],
    [
      'an unknown name',
      () => scheduleFromConfig({ name: 'toString' }),
      'There is no schedule named "toString", only constantRate, stepDecay, multiStepDecay, exponentialDecay, cosineDecay, warmUp.',
    ],
    [
      'a rate that is none',
      () => rateAt((step) => 1 - step, 3),
      'The schedule gives -2 for step 3: a learning rate is a finite number of at least 0.',
    ],
  ];
  for (const [what, make, message] of cases) {
    it(`for ${what}`, () => {
      expect(make).to.throw(RangeError, message);
    });
  }

  it('for no function', () => {
    expect(() => warmUp(5, 0.1 as unknown as Schedule)).to.throw(
      TypeError,
      'A schedule is a function from the step to the learning rate, such as cosineDecay(1e-3, { steps: 1000 }), not 0.1.',
    );
  });
});
