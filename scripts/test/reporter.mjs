import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** A dot a test for people; the totals as JSON, for scripts/test.mjs, in the file `totals`. */
export default class Reporter extends Mocha.reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    runner.on('pending', (test) => {
      skipped.push({ title: test.fullTitle(), reason: reasonOf(test) });
    });
    runner.once('end', () => {
      const { passes: passed, failures: failed } = this.stats;
      writeFileSync(options.reporterOptions.totals, JSON.stringify({ passed, failed, skipped }));
    });
  }
}

/** What test/support/skip.ts has left at the test, or at a hook of a suite around it. */
function reasonOf(test) {
  if (test.skipReason) return test.skipReason;
  for (let suite = test.parent; suite; suite = suite.parent) {
    const hook = [...suite._beforeAll, ...suite._beforeEach].find(({ skipReason }) => skipReason);
    if (hook) return hook.skipReason;
  }
  return undefined;
}
