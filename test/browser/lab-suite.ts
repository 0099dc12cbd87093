import type { Page } from 'playwright-core';
import { findChromium } from '../../src/charts/svg/chromium.js';
import { notebookFolder } from '../kernel/notebooks.js';
import { skip } from '../support/skip.js';
import { picture } from './chart-page.js';
import { type LabBrowser, openLab } from './lab-page.js';

/**
 * A folder of notebooks, and over it JupyterLab in a browser for the suite that calls this. Its tests
 * are skipped where there is no Chromium; one that fails leaves a picture.
 */
export function labSuite() {
  const folder = notebookFolder();
  let lab: LabBrowser | undefined;
  const start = async () => {
    lab = await openLab(folder.path);
  };
  before(async function () {
    if (!findChromium()) skip(this, 'no Chromium found; install it or name it in CHROME');
    await start();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture(lab!.page, this.currentTest.title);
  });
  after(async () => {
    await lab?.close();
    folder.remove();
  });
  return {
    folder,
    get lab(): LabBrowser {
      return lab!;
    },
    get page(): Page {
      return lab!.page;
    },
    /** Ends both and starts them anew on the same folder. */
    async restart(): Promise<void> {
      await lab!.close();
      await start();
    },
  };
}
