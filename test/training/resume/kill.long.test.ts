import { onBestBackend } from '../../support/backends.js';
import { expectSurvival } from './kill.js';
import { RUNS } from './runs.js';

const SEED = Number(process.env.LAZYAHEAD_TEST_SEED ?? Date.now() % 1_000_000);
const ROUNDS = 10;

describe('runs that are killed at very many random moments', () => {
  onBestBackend();

  for (const name of Object.keys(RUNS)) {
    for (let round = 0; round < ROUNDS; round++) {
      it(`come to the same weights, metrics and losses: ${name}, ${round + 1}`, async function () {
        this.timeout(600_000);
        await expectSurvival(name, 20, SEED + round);
      });
    }
  }
});
