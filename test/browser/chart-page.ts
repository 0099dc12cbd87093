import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** The first trace of the page's first chart, as Plotly holds it. */
export async function chartData(page: Page): Promise<Record<string, unknown>> {
  const chart = page.locator('.js-plotly-plot .main-svg').first();
  await chart.waitFor();
  const json = await page.evaluate(
    `JSON.stringify(document.querySelector('.js-plotly-plot').data[0])`,
  );
  return JSON.parse(json as string);
}

/** Saves the notebook, once the kernel has sent what is to be saved. */
export async function save(page: Page): Promise<void> {
  // A live chart settles two seconds after its last movement; a busy kernel takes its time.
  await page.waitForTimeout(6000);
  const saved = page.waitForResponse(
    (response) => response.request().method() === 'PUT' && response.url().includes('.ipynb'),
  );
  await page.locator('.lm-MenuBar-itemLabel', { hasText: /^File$/ }).click();
  await page.locator('.lm-Menu-itemLabel', { hasText: /^Save Notebook$/ }).click();
  await saved;
}

/** Takes a picture of a page that is not as it should be, and says where it is. */
export async function picture(page: Page, what: string): Promise<void> {
  const path = join(mkdtempSync(join(tmpdir(), 'lazyahead-picture-')), 'page.png');
  await page.screenshot({ path });
  console.log(`\n“${what}” failed; it looks like this: ${path}`);
}
