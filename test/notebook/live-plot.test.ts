import { expect } from 'chai';
import { livePlot } from '../../src/notebook/live-plot.js';
import { UsageError } from '../../src/runtime/errors.js';
import { fakeKernel } from './fake-kernel.js';
import { printedBy } from './printed.js';

describe('a live chart', () => {
  it('prints one line outside a notebook, when it is closed', () => {
    const lines = printedBy(() => {
      const chart = livePlot({ data: [{ name: 'loss', y: [] }] });
      chart.extend({ y: [1, 2] });
      chart.close();
      chart.close();
    });
    expect(lines).to.deep.equal(['[Plotly chart: loss]']);
  });

  describe('in a kernel', () => {
    let kernel: ReturnType<typeof fakeKernel>;
    beforeEach(() => {
      kernel = fakeKernel();
    });
    afterEach(() => kernel.uninstall());

    it('leaves the final figure and no script, however often it was changed', () => {
      const figure = { data: [{ y: [] as number[] }] };
      const chart = livePlot(figure);
      for (let i = 0; i < 1000; i++) chart.extend({ y: [i] });
      chart.close();
      const last = new Map(kernel.shown.map(({ displayId, data }) => [displayId, data]));
      const [drawn, script] = [...last.values()];
      const y = Array.from({ length: 1000 }, (_, i) => i);
      expect(drawn['application/vnd.plotly.v1+json']).to.deep.equal({ data: [{ y }], layout: {} });
      expect(script).to.deep.equal({ 'text/html': '', 'text/plain': '' });
      // Throttled: far fewer messages than changes.
      expect(kernel.shown.length).to.be.lessThan(100);
      expect(figure.data[0].y, 'the caller’s own list').to.deep.equal([]);
    });

    it('leaves what there is when it settles, and changes again', () => {
      const chart = livePlot({ data: [{ y: [] }] });
      const saved = () => {
        const last = new Map(kernel.shown.map(({ displayId, data }) => [displayId, data]));
        const [drawn] = last.values();
        return (drawn['application/vnd.plotly.v1+json'] as { data: unknown[] }).data;
      };
      for (const y of [1, 2]) {
        chart.extend({ y: [y] });
        chart.settle();
        expect(saved()).to.deep.equal([{ y: y === 1 ? [1] : [1, 2] }]);
      }
      chart.close();
    });

    it('refuses points for a trace that is not there', () => {
      const chart = livePlot({ data: [{ y: [] }] });
      expect(() => chart.extend({ y: [1] }, 1)).to.throw(UsageError, 'no trace 1: it has 1');
      chart.close();
    });
  });
});
