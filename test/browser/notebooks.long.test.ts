import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runAll } from './lab-page.js';
import { labSuite } from './lab-suite.js';

/** Pictures of the notebooks as a reader sees them, for a person to look at. */
const PICTURES = join('coverage', 'notebooks');
/** So tall that nothing has to be scrolled to. */
const TALL = { width: 1200, height: 7000 };

describe('the notebooks in JupyterLab, run with their defaults', function () {
  this.timeout(600_000);
  const suite = labSuite();

  before(() => {
    rmSync(PICTURES, { recursive: true, force: true });
    mkdirSync(PICTURES, { recursive: true });
  });

  for (const file of readdirSync('notebooks').filter((name) => name.endsWith('.ipynb'))) {
    it(`${file} runs to its end, draws every chart and asks nothing of the network`, async () => {
      cpSync(join('notebooks', file), join(suite.folder.path, file));
      const page = await suite.lab.open(file);
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
      expect(suite.lab.foreignRequests, 'requests that leave this machine').to.deep.equal([]);
      await page.screenshot({ path: join(PICTURES, file.replace('.ipynb', '.png')) });
    });
  }
});
