/** The system's Chromium, driven through playwright-core where that is installed. */
import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';

/** The system's Chromium: the file named by CHROME, or one in the usual places; null without. */
export function findChromium(): string | null {
  const places = [
    process.env.CHROME,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ];
  return places.find((place) => place && existsSync(place)) ?? null;
}

/**
 * A headless browser with a profile of its own, which speaks to nobody unless a page asks it to.
 *
 * @throws Error when there is no Chromium, or no playwright-core to drive it.
 */
export async function launch(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('no Chromium found: install it or name it in CHROME');
  const { chromium } = await import('playwright-core').catch(() => {
    throw new Error('playwright-core is not installed: npm install playwright-core');
  });
  return chromium.launch({
    executablePath,
    timeout: 120_000, // Playwright's 30 s are too few for a machine that trains.
    // The signals are for the program: a kernel is interrupted by one.
    ...{ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
