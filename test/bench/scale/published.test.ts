import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { scaleChart } from '../../../bench/scale/chart.js';
import type { MeasuredRow, ScaleRow, SimulatedRow } from '../../../bench/scale/row.js';
import { driverParts, simulations } from '../../../bench/scale/simulated.js';
import { scaleTable } from '../../../bench/scale/table.js';
import { figureSvg } from '../../../src/charts/figure-svg.js';
import { PACKAGE } from '../../../src/runtime/folders.js';

const read = (...path: string[]) => readFileSync(join(PACKAGE, ...path), 'utf8');
const rows: ScaleRow[] = JSON.parse(read('results', 'bench-scale.json'));
const measured = rows.filter((row): row is MeasuredRow => row.kind === 'measured');
const simulated = rows.filter((row): row is SimulatedRow => row.kind === 'simulated');

describe('the published simulations', () => {
  it('come from the measured rows beside them, to the last digit', () => {
    expect(simulations(measured)).to.deep.equal(simulated);
  });

  it('are the chart and the table that are published', () => {
    expect(read('docs', 'cluster', 'scale.svg')).to.equal(figureSvg(scaleChart(simulated)));
    expect(read('results', 'bench-scale.txt')).to.contain(scaleTable(rows));
  });

  it('are what the page quotes, figure by figure', () => {
    const numbersIn = (text: string) =>
      new Set(text.match(/\d+(,\d{3})*(\.\d+)?/g)!.map((each) => each.replaceAll(',', '')));
    const known = numbersIn(read('results', 'bench-scale.txt'));
    // Those with a fraction, or of five digits: what is smaller is a round number of the text's own.
    const quoted = [...numbersIn(read('docs', 'cluster', 'scale.md'))].filter((each) =>
      /\.|\d{5}/.test(each),
    );
    expect(quoted.length).to.be.above(30);
    expect(quoted.filter((each) => !known.has(each))).to.deep.equal([]);
  });

  it('finish no more trials than the driver takes', () => {
    const slowest = Math.max(...driverParts(measured).map(({ result }) => result));
    for (const { trials_a_minute } of simulated)
      expect(trials_a_minute).to.be.at.most(60 / slowest);
  });

  it('cannot be made without a quantity that they need', () => {
    const fewer = measured.filter(({ name }) => !name.startsWith('ray: a trial starts again'));
    expect(() => simulations(fewer)).to.throw('There is no "ray: a trial starts again');
  });
});
