import { expect } from 'chai';
import { type ReportContent, type ReportSection, reportHtml } from '../../src/report/html.js';
import { REPORTED, sampleRun } from '../charts/sample-runs.js';

const CONTENT: ReportContent = {
  title: 'IMDB reviews',
  sections: [
    { runs: [sampleRun(), sampleRun({ optimizer: 'lazy-adam', seed: 7 })], reported: REPORTED },
  ],
  environments: [{ node: '20.20.2', memory: 25.3e9, gpu: false, commit: null }],
};

/** What differs in a report of one section. */
type Overrides = Partial<ReportContent> & Partial<ReportSection>;

/** The page without Plotly's four megabytes, in which any string can be found. */
function page({ runs, reported, ...overrides }: Overrides = {}): string {
  const [section] = CONTENT.sections;
  const sections = [{ runs: runs ?? section.runs, reported: reported ?? section.reported }];
  const html = reportHtml({ ...CONTENT, sections, ...overrides });
  const plotly = html.indexOf('<script>', html.indexOf('id="themes"'));
  return html.slice(0, plotly) + html.slice(html.indexOf('</script>', plotly));
}

/** The figure that the page hands to Plotly. */
function figure(html: string, id: string): { data: { name: string }[] } {
  return JSON.parse(html.split(`id="figure-${id}">`)[1].split('</script>')[0]);
}

describe('reportHtml', () => {
  it('holds both charts, the table with its source, the runs and the environment', () => {
    const html = page();
    expect(figure(html, 'accuracy').data.map((trace) => trace.name)).to.include('Lazy(Adam)');
    expect(figure(html, 'loss').data).to.have.length(4);
    expect(html).to.include('about 83.7 %<sup><a href="#source-1">1</a></sup>');
    expect(html).to.include('<li id="source-1">Su Jianlin, 2019-07-30; read in the source itself');
    expect(html).to.include('a1b2c3d4e5f6');
    expect(html).to.include('<dt>Memory</dt><dd>25.3 GB</dd>');
    expect(html).to.include('<dt>gpu</dt><dd>no</dd>');
    expect(html).not.to.include('Commit');
  });

  it('says when a run is not the preset it is called after', () => {
    const html = page({ runs: [sampleRun({ preset: 'full', overrides: { epochs: 1 } })] });
    expect(html).to.include('<li>not the preset: epochs 1</li>');
  });

  it('refers to nothing outside itself', () => {
    const html = reportHtml(CONTENT);
    expect(html).to.include('window.Plotly');
    expect(page()).not.to.match(/(src|href)\s*=\s*["']?(https?:)?\/\//i);
    expect(page()).not.to.match(/@import|url\(/i);
    expect(page()).to.include(`content="default-src 'none';`);
  });

  it('escapes every text it is given', () => {
    const evil = `</script><img src=x onerror="alert('x')">`;
    const run = sampleRun({
      optimizer: evil,
      message: evil,
      weightsSha256: evil,
      experiment: evil,
      dataset: evil,
      preset: evil,
      status: 'diverged',
      ...({ seed: evil, steps: evil, epochs: evil } as object),
    });
    const html = page({
      title: evil,
      runs: [run, sampleRun({ ...run.summary, status: 'completed' })],
      reported: [{ ...REPORTED[0], optimizer: evil, text: evil, source: evil }],
      environments: [{ [evil]: evil, list: [evil] }],
      notes: [evil],
    });
    // A sweep has charts of its own, each called by its optimizer.
    const cell = (lr: number, k: number) =>
      sampleRun({ optimizer: evil, overrides: { lr, k }, seed: lr });
    const sweep = page({ runs: [cell(1, 5), cell(2, 5), cell(1, 10), cell(2, 10)] });
    expect(sweep).to.include('figure-map-');
    for (const text of [html, sweep]) expect(text).not.to.include('<img');
    expect(html).to.include(
      '&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;x&#39;)&quot;&gt;',
    );
  });

  it('labels a recalled figure where it stands and in its source', () => {
    const html = page({ reported: [{ ...REPORTED[0], mark: 'recalled' }] });
    expect(html).to.include('<span class="small">recalled, not checked</span>');
    expect(html).to.include('Su Jianlin, 2019-07-30; recalled, not checked');
  });

  it('prints the number of seeds beside each figure, and warns against ranking by one', () => {
    expect(page()).to.include('<span class="small">1 seed</span>');
    expect(page()).to.include('too few to rank');
    const [{ runs }] = CONTENT.sections;
    const others = [8, 9].map((seed) => runs.map((run) => sampleRun({ ...run.summary, seed })));
    expect(page({ runs: [...runs, ...others.flat()] })).to.include('3 seeds: 72.00 to 72.00');
    // Of two values the interval may be narrow, or wide, by chance.
    expect(page({ runs: [...runs, ...others[0]] })).to.include('>2 seeds</span>');
  });

  it('tells of dotted lines where there are some: not in a sweep, whose curves are of no optimizer', () => {
    const runs = [sampleRun(), sampleRun({ overrides: { lr: 0.01 } })];
    expect(page({ runs: runs.slice(0, 1) })).to.include('Dotted: as reported by Su Jianlin');
    expect(page({ runs })).not.to.include('Dotted');
  });

  it('shows each note once', () => {
    const html = page({ notes: ['of ours', 'of ours'] });
    expect(html.split('<li>undertrained: a short run</li>')).to.have.length(2);
    expect(html.split('<li>of ours</li>')).to.have.length(2);
  });

  it('names every run that did not complete, with its reason', () => {
    const message = 'the loss became NaN at step 40';
    const html = page({ runs: [sampleRun({ status: 'diverged', message }, { epochs: 0 })] });
    expect(html).to.include(message);
    expect(html).to.include('No run was completed');
    expect(html).to.include('no completed run');
  });

  it('says by the rule what is reproduced, and how optimizers differ on equal seeds', () => {
    const runs = [1, 2, 3, 4, 5].flatMap((seed) => [
      sampleRun({ preset: 'full', seed }, { start: 0.815 + 0.001 * seed }),
      sampleRun({ preset: 'full', seed, optimizer: 'lazy-adam' }, { start: 0.84 + 0.001 * seed }),
    ]);
    const html = page({ runs });
    // Best epochs 83.6 to 84.0 %: 83.8 ± 2.776 · 0.158 · √1.2 is 83.32 to 84.28.
    expect(html).to.include('about 83.7 % reproduced (95 % prediction interval 83.32 to 84.28');
    expect(html).to.include('about 84.9 % not reproduced');
    expect(html).to.include('<span class="strong">+2.50 points</span>');
    expect(html).to.include('prediction interval for one more run');
    expect(page()).not.to.include('prediction interval for one more run');
  });

  it('draws a heat map of two hyperparameters, whose ids are free of one another', () => {
    const runs = [5, 10].flatMap((k) =>
      [0.2, 0.5].map((alpha) =>
        sampleRun({ optimizer: 'lookahead-adam', overrides: { k, alpha } }),
      ),
    );
    const section = { runs, reported: [] };
    const html = page({ sections: [section, section] });
    const [map] = figure(html, 'map-lookahead-adam').data as { z?: number[][] }[];
    expect(map.z).to.deep.equal([
      [72, 72],
      [72, 72],
    ]);
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    expect(html.split('<h2 class="part-title">')).to.have.length(3);
    // A sweep's charts have a colour a setting; elsewhere a row has its optimizer's.
    expect(html).not.to.include('<span class="swatch"');
    expect(page()).to.include('<span class="swatch"');
  });

  it('can be made without a single run', () => {
    expect(page({ runs: [] })).to.include('No run was completed');
  });

  it('is the same for the same content', () => {
    expect(reportHtml(CONTENT)).to.equal(reportHtml(CONTENT));
  });
});
