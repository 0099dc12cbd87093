import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { PlotlyFigure } from '../../src/charts/figure.js';
import { interact } from '../../src/notebook/interact.js';
import { IntSlider } from '../../src/notebook/widgets/index.js';
import { fakeKernel } from './fake-kernel.js';
import { printedBy } from './printed.js';

const PLOTLY = 'application/vnd.plotly.v1+json';
const sliderOfK = () => new IntSlider({ description: 'k', value: 5, min: 1, max: 20 });

/** A figure that comes when it is told to. */
function lateFigure(figure: PlotlyFigure) {
  let come!: () => void;
  const coming = new Promise<PlotlyFigure>((done) => {
    come = () => done(figure);
  });
  return { coming, come };
}

describe('interact', () => {
  it('prints the chart of the first values outside a notebook', () => {
    const lines = printedBy(() => {
      interact({ k: sliderOfK() }, ({ k }) => ({ data: [{ name: `k ${k}`, y: [k] }] }));
    });
    expect(lines.at(-1)).to.equal('[Plotly chart: k 5]');
  });

  it('prints it when it comes, where it takes a while', async () => {
    const lines: string[] = [];
    const { log } = console;
    console.log = (line: string) => lines.push(line);
    try {
      const { coming, come } = lateFigure({ data: [{ name: 'late', y: [1] }] });
      interact({ k: sliderOfK() }, () => coming);
      await turn();
      const before = lines.length;
      come();
      await turn();
      expect(lines.slice(before)).to.deep.equal(['[Plotly chart: late]']);
    } finally {
      console.log = log;
    }
  });

  describe('in a kernel', () => {
    let kernel: ReturnType<typeof fakeKernel>;
    beforeEach(() => {
      kernel = fakeKernel();
    });
    afterEach(() => kernel.uninstall());

    /** The data of the chart as it would be saved. */
    const saved = () => {
      const bundles = kernel.shown.flatMap(({ data }) => (data[PLOTLY] ? [data[PLOTLY]] : []));
      return (bundles.at(-1) as { data: unknown }).data;
    };

    it('draws anew once for all changes that came in meanwhile', async () => {
      const k = sliderOfK();
      const drawn: number[] = [];
      const { close } = interact({ k }, (values) => {
        drawn.push(values.k);
        return { data: [{ y: [values.k] }] };
      });
      for (const value of [6, 7, 8]) k.value = value;
      await turn();
      await turn();
      close();
      expect(drawn).to.deep.equal([5, 8]);
      expect(saved()).to.deep.equal([{ y: [8] }]);
    });

    it('waits for a figure that takes a while, and then draws the latest values alone', async () => {
      const k = sliderOfK();
      const drawn: number[] = [];
      const figures: ReturnType<typeof lateFigure>[] = [];
      const { close } = interact({ k }, (values) => {
        drawn.push(values.k);
        figures.push(lateFigure({ data: [{ y: [values.k] }] }));
        return figures.at(-1)!.coming;
      });
      for (const value of [6, 7, 8]) k.value = value;
      await turn();
      expect(drawn).to.deep.equal([5]);
      figures[0].come();
      await turn();
      expect(drawn).to.deep.equal([5, 8]);
      figures[1].come();
      await turn();
      k.value = 9;
      await turn();
      await turn();
      expect(drawn).to.deep.equal([5, 8, 9]);
      figures[2].come();
      await turn();
      close();
      expect(saved()).to.deep.equal([{ y: [9] }]);
    });
  });
});
