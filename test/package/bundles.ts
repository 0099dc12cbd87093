/** Programs bundled from an installed package, run in a browser. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { launch } from '../../src/charts/svg/chromium.js';

/** @param entry - a file of the project. */
export async function bundleByEsbuild(folder: string, entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, entry)],
    absWorkingDir: folder,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    minify: true,
    logLevel: 'silent',
    write: false,
  });
  return outputFiles[0].text;
}

/** Likewise by Vite, as a page's production build. */
export async function bundleByVite(folder: string, entry: string): Promise<string> {
  const { build } = await import('vite');
  await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    build: { outDir: 'built', rolldownOptions: { input: join(folder, entry) } },
  });
  const assets = join(folder, 'built', 'assets');
  const [file] = readdirSync(assets).filter((name) => name.endsWith('.js'));
  return readFileSync(join(assets, file), 'utf8');
}

/** Time until a page logs its first line (ms). */
const PATIENCE = 60_000;

/** The first line that a program logs in a page of its own, or a page at an address; or the error. */
export async function firstLogged(program: string | { url: string }): Promise<string> {
  let browser: Browser | undefined;
  try {
    browser = await launch();
    const page = await browser.newPage();
    const logged = new Promise<string>((resolve, reject) => {
      setTimeout(() => reject(new Error('The page has logged nothing.')), PATIENCE).unref();
      page.on('console', (message) => message.type() === 'log' && resolve(message.text()));
      page.on('pageerror', (error) => resolve(error.stack ?? error.message));
    });
    if (typeof program === 'string') await page.addScriptTag({ content: program, type: 'module' });
    else await page.goto(program.url);
    return await logged;
  } finally {
    await browser?.close();
  }
}
