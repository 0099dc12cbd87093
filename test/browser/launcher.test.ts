import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decode } from 'fast-png';
import type { Page } from 'playwright-core';
import { labSuite } from './lab-suite.js';

const LOGOS = join(__dirname, '..', '..', 'scripts', 'setup', 'logo');
/** Is rejected where an image cannot be shown. */
const DECODED = 'image => image.decode()';

describe('the launcher of JupyterLab', () => {
  const suite = labSuite();
  let page: Page;
  const card = (category: string) =>
    page.locator(`.jp-LauncherCard[data-category=${category}]`, { hasText: 'lazyahead' });

  before(async () => {
    page = await suite.lab.openLauncher();
  });

  for (const category of ['Notebook', 'Console']) {
    it(`has lazyahead under ${category}, with its name and logo`, async () => {
      expect((await card(category).innerText()).split(/\s+/)).to.deep.equal([
        'lazyahead',
        '(TypeScript)',
      ]);
      const logo = card(category).locator('img');
      expect(await logo.getAttribute('src')).to.match(/tslab\/logo-svg\.svg$/);
      await logo.evaluate(DECODED);
    });
  }

  for (const size of [32, 64]) {
    it(`has that drawing in ${size} × ${size} pixels too, for front ends without SVG`, async () => {
      const svg = readFileSync(join(LOGOS, 'logo-svg.svg')).toString('base64');
      const url = `data:image/svg+xml;base64,${svg}`;
      const drawing = await page.context().browser()!.newPage();
      await drawing.setViewportSize({ width: size, height: size });
      await drawing.setContent(
        `<body style="margin: 0"><img src="${url}" width="${size}" style="display: block">`,
      );
      await drawing.locator('img').evaluate(DECODED);
      const drawn = decode(await drawing.screenshot({ omitBackground: true }));
      await drawing.close();
      const kept = decode(readFileSync(join(LOGOS, `logo-${size}x${size}.png`)));
      expect([kept.width, kept.height, kept.channels]).to.deep.equal([size, size, 4]);
      expect(drawn.data.length).to.equal(kept.data.length);
      // Of 255; versions of Chromium smooth edges differently.
      expect(meanDifference(drawn.data, kept.data)).to.be.below(4);
    });
  }

  it('opens a notebook of ours on a click', async () => {
    await card('Notebook').click();
    await page.getByText('lazyahead (TypeScript) | Idle').waitFor();
  });
});

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}
