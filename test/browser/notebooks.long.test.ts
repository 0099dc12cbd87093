import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findChromium } from '../../src/charts/svg/chromium.js';
import { notebookFolder } from '../kernel/notebooks.js';
import { skip } from '../support/skip.js';
import { type LabBrowser, openLab, runAll } from './lab-page.js';

/** Pictures of the notebooks as a reader sees them, for a person to look at. */
const PICTURES = join('coverage', 'notebooks');
/** So tall that nothing has to be scrolled to. */
const TALL = { width: 1200, height: 7000 };

describe('the notebooks in JupyterLab, run with their defaults', function () {
  this.timeout(600_000);
  const folder = notebookFolder();
  let lab: LabBrowser | undefined;

  before(async function () {
    if (!findChromium()) skip(this, 'no Chromium found; install it or name it in CHROME');
    rmSync(PICTURES, { recursive: true, force: true });
    mkdirSync(PICTURES, { recursive: true });
    lab = await openLab(folder.path);
  });
  after(async () => {
    await lab?.close();
    folder.remove();
  });

  for (const file of readdirSync('notebooks').filter((name) => name.endsWith('.ipynb'))) {
    it(`${file} runs to its end, draws every chart and asks nothing of the network`, async () => {
      cpSync(join('notebooks', file), join(folder.path, file));
      const page = await lab!.open(file);
      await page.setViewportSize(TALL);
      await runAll(page);
      const isDone = `(() => {
        const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
        return prompts.length > 0 && prompts.every((prompt) => /\\d/.test(prompt.textContent));
      })()`;
      // What was there before it ran has numbers too: first they have to go.
      await page.waitForFunction(`!${isDone}`);
      await page.waitForFunction(isDone, undefined, { timeout: 400_000 });
      await page.waitForTimeout(3000);
      const errors = page.locator(
        '.jp-OutputArea-output[data-mime-type$=stderr], .jp-OutputArea-output[data-mime-type$=error]',
      );
      expect(await errors.allTextContents()).to.deep.equal([]);
      expect(await page.getByText('Error displaying widget').count()).to.equal(0);
      const charts = page.locator('.js-plotly-plot .main-svg');
      expect(await charts.count()).to.be.greaterThan(0);
      expect(lab!.foreignRequests, 'requests that leave this machine').to.deep.equal([]);
      await page.screenshot({ path: join(PICTURES, file.replace('.ipynb', '.png')) });
    });
  }
});
