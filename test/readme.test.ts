/**
 * Figures in README.md, in the guide and in notebooks stand between two comments that name where they come from:
 *
 *     <!-- from results/imdb-quick: text -->    the table that `lazyahead report` prints of that folder
 *     <!-- from results/README.md: lines -->    each line, or part of one, stands in that file
 *     <!-- from results/bench.txt: rows -->     a row's figures are those of one line of that file that
 *                                               names what the row does, in its order, rounded
 *     <!-- end -->
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { reportOn } from '../src/report/report.js';
import { reportText } from '../src/report/text.js';

const ROOT = resolve(__dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const README = read('README.md');

const QUOTE = /<!-- from (\S+): (\w+) -->(.*?)<!-- end -->/gs;

/** The lines of a quote that hold something. */
const linesOf = (quote: string) =>
  quote
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Whether a figure is what a number comes to with as many digits: 6.4 for 6.41. */
function isRounded(figure: string, number: string): boolean {
  const digits = figure.split('.')[1]?.length ?? 0;
  return Number(number.replaceAll(',', '')).toFixed(digits) === figure.replaceAll(',', '');
}

/** Whether a line has all these figures, in this order. */
function standInOrder(figures: string[], line: string): boolean {
  const numbers = line.match(/\d[\d,]*(\.\d+)?/g) ?? [];
  let from = 0;
  return figures.every((figure) => {
    from = 1 + numbers.findIndex((number, i) => i >= from && isRounded(figure, number));
    return from > 0;
  });
}

/** The numbers of a row that have been measured: not those of what was done. */
const FIGURES = /\d+\.\d+(?= *(\||ms|MB|×))|\d[\d,]*(?= (ms|MB))|\d+(?= × (faster|the))/g;

/** Why a quote is not what it says; nothing where it is. */
const CHECKS: Record<string, (from: string, quote: string) => string[]> = {
  text(from, quote) {
    const { title, ...content } = reportOn([join(ROOT, from)]);
    const table = `\`\`\`text\n${reportText(content as never)}\n\`\`\``;
    return quote.trim() === table ? [] : [`it should be:\n${table}`];
  },

  lines: (from, quote) => linesOf(quote).filter((line) => !read(from).includes(line)),

  rows(from, quote) {
    const sources = read(from).split('\n');
    let label = '';
    const rows = linesOf(quote);
    const body = rows.slice(1 + rows.findIndex((row) => /^\|[ |:-]+$/.test(row)));
    return body.filter((row) => {
      // A row without a label has that of the row above it.
      label = row.match(/^\|\s*([^\s|:]*[^\s|:,])/)?.[1] ?? label;
      const figures = row.match(FIGURES) ?? [];
      const named = sources.filter((line) => line.toLowerCase().includes(label.toLowerCase()));
      return figures.length > 0 && !named.some((line) => standInOrder(figures, line));
    });
  },
};

/** What is wrong with a text's quotes. */
const faults = (text: string) =>
  [...text.matchAll(QUOTE)].flatMap(([, from, kind, quote]) =>
    (CHECKS[kind] ?? (() => ['there is no such kind']))(from, quote).map(
      (fault) => `from ${from}: ${kind}: ${fault}`,
    ),
  );

describe('README.md', () => {
  it('quotes figures as they stand in results/', () => {
    const kinds = [...README.matchAll(QUOTE)].map(([, , kind]) => kind);
    expect(kinds).to.include.members(['text', 'rows']);
    expect(faults(README)).to.deep.equal([]);
  });

  it('has no accuracy or perplexity of ours but in a quote', () => {
    const rest = README.replace(QUOTE, '');
    expect(rest.match(/\d\d\.\d\d? %|perplexity (of )?\d+\.\d+/g)).to.equal(null);
    expect(rest).not.to.match(/<!-- (from|end)/);
  });

  it('could not quote another figure', () => {
    const [[text], rows] = ['text', 'rows'].map((kind) =>
      [...README.matchAll(QUOTE)].filter((quote) => quote[2] === kind).map(([whole]) => whole),
    );
    expect(faults(text.replace(/84\.\d/, '85.0'))).to.have.length(1);
    // Nor ours in another column, nor under another label.
    const training = rows.find((quote) => quote.includes('imdb-nodropout'))!;
    expect(faults(training.replace('| 40.9 | 190.1 |', '| 190.1 | 40.9 |'))).to.have.length(1);
    expect(faults(training.replace('imdb-nodropout', 'cifar-resnet20'))).to.have.length(2);
    for (const quote of rows) {
      expect(
        faults(
          quote.replace(/(\d)\.(\d)(?= *(?:\||ms))/, (_, a, b) => `${a}.${(Number(b) + 1) % 10}`),
        ),
      ).to.have.length(1);
    }
    const line = (figure: string) =>
      `<!-- from results/bench-training.txt: lines -->${figure}<!-- end -->`;
    expect(faults(line('109.6 (91.4–135.2)'))).to.deep.equal([]);
    expect(faults(line('109.6 (91.4–135.3)'))).to.have.length(1);
    expect(faults('<!-- from results/x: rwos -->1.0<!-- end -->')).to.have.length(1);
  });
});

describe('the guide', () => {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const text = pages.map((name) => read(`docs/${name}`)).join('\n');

  it('quotes figures as they stand in results/', () => {
    expect(text.match(QUOTE)).to.have.length.above(3);
    expect(faults(text)).to.deep.equal([]);
  });

  it('has no accuracy or perplexity of ours but in a quote', () => {
    expect(text.replace(QUOTE, '').match(/\d\d\.\d\d? %|perplexity (of )?\d+\.\d+/g)).to.equal(
      null,
    );
  });
});

describe('the notebooks’ texts', () => {
  const notebooks = readdirSync(join(ROOT, 'notebooks')).filter((name) => name.endsWith('.ipynb'));

  it('quote figures as they stand in results/', () => {
    const texts = notebooks.flatMap((name) =>
      (JSON.parse(read(`notebooks/${name}`)).cells as { cell_type: string; source: string[] }[])
        .filter((cell) => cell.cell_type === 'markdown')
        .map((cell) => cell.source.join('')),
    );
    expect(texts.join('').match(QUOTE)).to.have.length(8);
    expect(texts.flatMap(faults)).to.deep.equal([]);
  });
});
