import { onBestBackend } from '../../support/backends.js';
import { expectSurvival } from './kill.js';
import { RUNS } from './runs.js';

/** Moments are others each time; a failure names the seed that they came from. */
const SEED = Number(process.env.LAZYAHEAD_TEST_SEED ?? Date.now() % 1_000_000);

describe('a run that is killed at random moments', () => {
  onBestBackend();

  for (const name of Object.keys(RUNS)) {
    it(`comes to the same weights, metrics and losses, bit for bit: ${name}`, async () => {
      await expectSurvival(name, 4, SEED);
    });
  }
});
