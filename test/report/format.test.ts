import { expect } from 'chai';
import { METRICS } from '../../src/experiments/metric.js';
import {
  bestText,
  footnotes,
  formatCount,
  formatDifference,
  formatDuration,
  formatInterval,
  formatMark,
  formatSample,
  formatValue,
} from '../../src/report/format.js';
import { sampleRun } from '../charts/sample-runs.js';

describe('formats', () => {
  it('prints shares as percentages with two decimals', () => {
    expect(formatValue(METRICS.accuracy, 0.83744)).to.equal('83.74 %');
    expect(formatValue(METRICS.accuracy, null)).to.equal('–');
  });

  it('prints a deviation only where there is one', () => {
    const format = (sd: number | null) => formatSample(METRICS.accuracy, { mean: 0.8, sd });
    expect(format(null)).to.equal('80.00 %');
    expect(format(0.0021)).to.equal('80.00 ± 0.21 %');
  });

  it('prints intervals and differences with the minus that is as wide as the plus', () => {
    const { accuracy, perplexity } = METRICS;
    expect(formatInterval(accuracy, [-0.0105, 0.0405])).to.equal('−1.05 to 4.05');
    expect(formatInterval(accuracy, null)).to.equal('–');
    expect(formatDifference(accuracy, 0.0093)).to.equal('+0.93 points');
    expect(formatDifference(perplexity, -1.2)).to.equal('−1.20');
  });

  it('says what came of a run', () => {
    expect(bestText(sampleRun().summary)).to.equal('best 72.00 %');
    const none = sampleRun({ bestValAccuracy: null }).summary;
    expect(bestText(none)).to.equal('no epoch was completed');
  });

  it('prints durations without ever showing 60 seconds', () => {
    expect(formatDuration(8.42)).to.equal('8.4 s');
    expect(formatDuration(59.96)).to.equal('1 min 00 s');
    expect(formatDuration(185.4)).to.equal('3 min 05 s');
    expect(formatDuration(119.7)).to.equal('2 min 00 s');
    expect(formatDuration(7800)).to.equal('2 h 10 min');
  });

  it('groups thousands', () => {
    expect(formatCount(11730)).to.equal('11,730');
  });

  it('says of a recalled figure that it was not checked', () => {
    expect(formatMark('recalled')).to.equal('recalled, not checked');
  });

  it('numbers each source once, and a recalled figure of it apart', () => {
    const read = { source: 'paper', mark: 'read' as const, value: 0.8, text: '80 %' };
    const recalled = { ...read, mark: 'recalled' as const };
    const notes = footnotes([
      { reported: read },
      { reported: null },
      { reported: recalled },
      { reported: { ...read, text: '81 %' } as typeof read },
    ]);
    expect(notes.sources).to.deep.equal([
      { source: 'paper', mark: 'read' },
      { source: 'paper', mark: 'recalled' },
    ]);
    expect(notes.numberOf(recalled)).to.equal(2);
  });
});
