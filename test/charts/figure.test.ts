import { expect } from 'chai';
import fc from 'fast-check';
import {
  datasetLabel,
  epochLayout,
  figureJson,
  optimizerStyle,
  plotlyText,
  themeColors,
} from '../../src/charts/figure.js';
import { EXPERIMENTS } from '../../src/experiments/config.js';

/** Contrast of two colours as WCAG 2 defines it, from 1 to 21. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [r, g, blue] = [1, 3, 5].map((i) => {
      const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe('figureJson', () => {
  it('has typed arrays as the lists that Plotly takes, and a layout', () => {
    const figure = { data: [{ y: Float32Array.of(1, 0.5), z: [Int32Array.of(3)] }] };
    expect(JSON.parse(figureJson(figure))).to.deep.equal({
      data: [{ y: [1, 0.5], z: [[3]] }],
      layout: {},
    });
  });
});

describe('chart style', () => {
  it('gives each of an experiment’s optimizers a colour and a symbol of its own', () => {
    for (const { optimizers } of Object.values(EXPERIMENTS)) {
      const names = Object.keys(optimizers);
      const styles = names.map(optimizerStyle);
      expect(new Set(styles.map((s) => s.color)).size).to.equal(names.length);
      expect(new Set(styles.map((s) => s.symbol)).size).to.equal(names.length);
      for (const [i, { label }] of styles.entries()) expect(label).not.to.equal(names[i]);
    }
  });

  it('names optimizers as the field does', () => {
    expect(optimizerStyle('lookahead-lazy-adam').label).to.equal('Lookahead(Lazy(Adam))');
  });

  it('labels an optimizer that is given by a spec with the spec', () => {
    const spec = 'lookahead(lazy(adam(1e-3)), k=5, alpha=0.5)';
    expect(optimizerStyle(spec).label).to.equal(spec);
    const quoted = 'lazy(adam(1e-3), layers=["<b>a & b</b>"])';
    expect(plotlyText(optimizerStyle(quoted).label)).to.equal(
      'lazy(adam(1e-3), layers=["&lt;b&gt;a &amp; b&lt;/b&gt;"])',
    );
  });

  it('gives any other name a valid style that depends on the name alone', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const style = optimizerStyle(name);
        expect(style).to.deep.equal(optimizerStyle(name));
        expect(style.color).to.match(/^#[0-9A-F]{6}$/);
        expect(style.symbol).to.be.a('string');
      }),
      { examples: [['constructor'], ['__proto__'], ['']] },
    );
  });

  for (const theme of ['light', 'dark'] as const) {
    it(`keeps text and curves readable on the ${theme} theme`, () => {
      const { 'font.color': ink, paper_bgcolor: paper } = themeColors(theme);
      expect(contrast(ink, paper)).to.be.above(7);
      for (const name of Object.values(EXPERIMENTS).flatMap((e) => Object.keys(e.optimizers))) {
        expect(contrast(optimizerStyle(name).color, paper), name).to.be.above(2);
      }
    });
  }

  it('shows an unknown data set under its own name', () => {
    expect(datasetLabel('imdb')).to.equal('IMDB reviews');
    expect(datasetLabel('toString')).to.equal('toString');
  });

  it('lets no markup through to Plotly', () => {
    fc.assert(fc.property(fc.string(), (text) => !/[<>]/.test(plotlyText(text))));
    expect(plotlyText('a < b & c')).to.equal('a &lt; b &amp; c');
  });

  it('puts at most fifteen ticks on the axis of epochs, at whole numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (epochs) => {
        const chart = { title: '', subtitles: [], yTitle: '', epochs, legendEntries: 0 };
        const { dtick } = epochLayout(chart).xaxis as { dtick: number };
        expect(Number.isInteger(dtick)).to.equal(true);
        expect(epochs / dtick).to.be.at.most(15);
      }),
    );
  });
});
