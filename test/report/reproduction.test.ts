import { expect } from 'chai';
import fc from 'fast-check';
import { reproductionTable } from '../../src/report/reproduction.js';
import { REPORTED, sampleRun } from '../charts/sample-runs.js';

const best = (bestValAccuracy: number, seed: number, overrides = {}) =>
  sampleRun({ bestValAccuracy, finalValAccuracy: bestValAccuracy - 0.02, seed, ...overrides });

describe('reproductionTable', () => {
  it('sets the reported figure with its source beside the mean over seeds', () => {
    const { rows } = reproductionTable([best(0.8, 1), best(0.84, 2)], REPORTED);
    expect(rows).to.have.length(1);
    expect(rows[0].reported).to.deep.equal({
      value: 0.837,
      text: 'about 83.7 %',
      source: 'Su Jianlin, 2019-07-30',
      mark: 'read',
    });
    const { bestMean, finalMean, sd, seeds, bestPerSeed } = rows[0].reproduced!;
    expect(bestMean).to.be.closeTo(0.82, 1e-12);
    expect(finalMean).to.be.closeTo(0.8, 1e-12);
    // Deviations ±0.02: sqrt((0.0004 + 0.0004) / (2 − 1)).
    expect(sd).to.be.closeTo(0.02 * Math.SQRT2, 1e-12);
    expect(seeds).to.deep.equal([1, 2]);
    expect(bestPerSeed).to.deep.equal([0.8, 0.84]);
  });

  it('has no deviation with one seed and no reported figure where none is known', () => {
    const [row] = reproductionTable([sampleRun({ optimizer: 'lookahead-adam' })], REPORTED).rows;
    expect(row.reproduced!.sd).to.equal(null);
    expect(row.reported).to.equal(null);
  });

  it('counts completed runs alone and names the others', () => {
    const cut = best(0.99, 2, { status: 'interrupted', epochs: 1 });
    const { rows, notes } = reproductionTable([best(0.8, 1), cut], REPORTED);
    expect(rows[0].reproduced!.seeds).to.deep.equal([1]);
    expect(notes).to.include('not counted: adam, seed 2, interrupted after 1 epoch');
  });

  it('leaves the figure out when no run of an optimizer was completed', () => {
    const diverged = sampleRun({ status: 'diverged' }, { epochs: 0 });
    const [row] = reproductionTable([diverged], REPORTED).rows;
    expect(row.reproduced).to.equal(null);
  });

  it('warns of a subset, of synthetic data and of an unverified copy, and of nothing else', () => {
    const notes = (overrides: object, note?: string) =>
      reproductionTable([sampleRun({ preset: 'full', ...overrides })], [], { note }).notes;
    expect(notes({})).to.deep.equal([]);
    expect(notes({ preset: 'quick' })).to.deep.equal(['undertrained: a subset of the data']);
    expect(notes({ verified: false })[0]).to.match(/^unverified copy/);
    expect(notes({ synthetic: true, verified: false })).to.deep.equal([
      'synthetic data: not comparable with the reported figures',
    ]);
    expect(notes({}, 'gates of Keras 2.2')).to.deep.equal(['gates of Keras 2.2']);
  });

  it('says what differs from the preset, once for all runs', () => {
    const run = (seed: number, overrides: object) =>
      sampleRun({ preset: 'full', seed, overrides: { ...overrides } });
    const runs = [run(1, { epochs: 1, lr: 0.01 }), run(2, { epochs: 1, lr: 0.02 })];
    expect(reproductionTable(runs, []).notes).to.deep.equal([
      'not the preset: epochs 1, lr 0.01, lr 0.02',
    ]);
  });

  it('refuses to average over presets or data sets', () => {
    const mixed = [sampleRun({ preset: 'quick' }), sampleRun({ preset: 'full' })];
    expect(() => reproductionTable(mixed, [])).to.throw(
      'one table compares runs of one preset, not of quick and full',
    );
  });

  it('has a row an optimizer, in running order, whatever was run, and the mean within the range', () => {
    const anyRun = fc
      .record({
        optimizer: fc.constantFrom('adam', 'lazy-adam', 'sgd'),
        seed: fc.nat(9),
        bestValAccuracy: fc.double({ min: 0, max: 1, noNaN: true }),
      })
      .map((summary) => sampleRun(summary));
    fc.assert(
      fc.property(fc.array(anyRun), (runs) => {
        const { rows } = reproductionTable(runs, REPORTED);
        expect(rows.map((row) => row.optimizer)).to.deep.equal([
          ...new Set(runs.map((run) => run.summary.optimizer)),
        ]);
        for (const { reproduced } of rows) {
          const { bestMean, bestPerSeed } = reproduced!;
          expect(bestMean).to.be.within(
            Math.min(...bestPerSeed) - 1e-12,
            Math.max(...bestPerSeed) + 1e-12,
          );
        }
      }),
    );
  });
});
