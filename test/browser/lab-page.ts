import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { launch } from '../../src/charts/svg/chromium.js';
import { findJupyter } from '../../src/kernel/jupyter.js';
import { type LabServer, startLab } from '../../src/kernel/lab-server.js';

/** JupyterLab and a browser, both without anything that a user has configured. */
export interface LabBrowser {
  page: Page;
  /** Opens a notebook of the folder in the page. @param name - its file name. */
  open(name: string): Promise<Page>;
  openLauncher(): Promise<Page>;
  /** Addresses other than JupyterLab's that pages have asked for. */
  foreignRequests: string[];
  close(): Promise<void>;
}

/** How long a busy machine may take to show something (ms); 30 s otherwise. */
const PATIENCE = 120_000;

/** Starts both. @param folder - what JupyterLab shows. */
export async function openLab(folder: string): Promise<LabBrowser> {
  const own = mkdtempSync(join(tmpdir(), 'lazyahead-lab-'));
  let server: LabServer | undefined;
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await server?.stop();
    rmSync(own, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const env: NodeJS.ProcessEnv = {};
    for (const name of ['CONFIG', 'DATA', 'RUNTIME']) {
      env[`JUPYTER_${name}_DIR`] = join(own, name);
      mkdirSync(join(own, name));
    }
    server = await startLab(findJupyter(), { root: folder, env });
    browser = await launch();
  } catch (error) {
    await close();
    throw error;
  }
  const { port, token } = server;
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(PATIENCE);
  const foreignRequests: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.hostname !== '127.0.0.1') {
      foreignRequests.push(url.href);
    }
  });
  // "reset": without what an earlier notebook has left open.
  const goTo = (path: string) =>
    page.goto(`http://127.0.0.1:${port}/lab${path}?reset&token=${token}`);
  return {
    page,
    close,
    foreignRequests,
    async open(name) {
      await goTo(`/tree/${name}`);
      // "TypeScript … | Idle" in the status bar: cells run earlier make JupyterLab ask for a kernel.
      await page.getByText(/\| Idle$/).waitFor();
      return page;
    },
    async openLauncher() {
      await goTo('');
      await page.locator('.jp-LauncherCard').first().waitFor();
      return page;
    },
  };
}

/** Runs all cells by the menu, as a user does. */
export async function runAll(page: Page): Promise<void> {
  await page.locator('.lm-MenuBar-itemLabel', { hasText: /^Run$/ }).click();
  await page.locator('.lm-Menu-itemLabel', { hasText: /^Run All Cells$/ }).click();
}

/**
 * Moves the mouse onto a chart's first point.
 *
 * @returns the text of the label that appears there.
 */
export async function hoverFirstPoint(page: Page): Promise<string> {
  const point = page.locator('.js-plotly-plot .scatterlayer .point').first();
  // JupyterLab hides what is far out of sight, and Playwright scrolls to nothing that is hidden.
  await point.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await point.waitFor();
  return labelAt(page, point);
}

/** Moves the mouse onto a point of a chart. @returns the text of the label that appears. */
export async function labelAt(page: Page, point: Locator): Promise<string> {
  const label = page.locator('.js-plotly-plot .hoverlayer .hovertext').first();
  // Anew until there is one: what is being drawn at the moment does not feel the mouse.
  for (let i = 0; i < 60 && !(await label.isVisible()); i++) {
    const box = (await point.boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    // Plotly takes notice of a mouse that moves, not of one that is there.
    await page.mouse.move(x - 40, y);
    await page.mouse.move(x, y, { steps: 8 });
    await page.waitForTimeout(500);
  }
  return (await label.textContent()) ?? '';
}
