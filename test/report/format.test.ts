import { expect } from 'chai';
import { METRICS } from '../../src/experiments/metric.js';
import {
  footnotes,
  formatBest,
  formatCount,
  formatDuration,
  formatMark,
  formatValue,
} from '../../src/report/format.js';

describe('formats', () => {
  it('prints shares as percentages with two decimals', () => {
    expect(formatValue(METRICS.accuracy, 0.83744)).to.equal('83.74 %');
    expect(formatValue(METRICS.accuracy, null)).to.equal('–');
  });

  it('prints a deviation only where there is one', () => {
    const one = { bestMean: 0.8, bestPerSeed: [0.8], finalMean: 0.8, seeds: [1], sd: null };
    expect(formatBest(METRICS.accuracy, one)).to.equal('80.00 %');
    expect(formatBest(METRICS.accuracy, { ...one, sd: 0.0021 })).to.equal('80.00 ± 0.21 %');
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
