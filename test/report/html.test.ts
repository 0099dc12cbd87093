import { expect } from 'chai';
import { type ReportContent, reportHtml } from '../../src/report/html.js';
import { REPORTED, sampleRun } from '../charts/sample-runs.js';

const CONTENT: ReportContent = {
  title: 'IMDB reviews',
  runs: [sampleRun(), sampleRun({ optimizer: 'lazy-adam', seed: 7 })],
  reported: REPORTED,
  environment: { node: '20.20.2', native: { source: 'wheel' }, gpu: false, commit: null },
};

/** The page without Plotly's four megabytes, in which any string can be found. */
function page(overrides: Partial<ReportContent> = {}): string {
  const html = reportHtml({ ...CONTENT, ...overrides });
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
    expect(html).to.include('<dt>native.source</dt><dd>wheel</dd>');
    expect(html).to.include('<dt>gpu</dt><dd>no</dd>');
    expect(html).not.to.include('commit');
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
    });
    const html = page({
      title: evil,
      runs: [run, sampleRun({ ...run.summary, status: 'completed' })],
      reported: [{ ...REPORTED[0], optimizer: evil, text: evil, source: evil }],
      environment: { [evil]: evil, list: [evil] },
      notes: [evil],
    });
    expect(html).not.to.include('<img');
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
    const second = CONTENT.runs.map((run) => sampleRun({ ...run.summary, seed: 8 }));
    expect(page({ runs: [...CONTENT.runs, ...second] })).to.include('2 seeds: 72.00, 72.00');
  });

  it('shows each note once', () => {
    const html = page({ notes: ['undertrained: a subset of the data', 'of ours'] });
    expect(html.split('<li>undertrained: a subset of the data</li>')).to.have.length(2);
    expect(html).to.include('<li>of ours</li>');
  });

  it('names every run that did not complete, with its reason', () => {
    const message = 'the loss became NaN at step 40';
    const html = page({ runs: [sampleRun({ status: 'diverged', message }, { epochs: 0 })] });
    expect(html).to.include(message);
    expect(html).to.include('No run was completed');
    expect(html).to.include('no completed run');
  });

  it('can be made without a single run', () => {
    expect(page({ runs: [] })).to.include('No run was completed');
  });

  it('is the same for the same content', () => {
    expect(reportHtml(CONTENT)).to.equal(reportHtml(CONTENT));
  });
});
