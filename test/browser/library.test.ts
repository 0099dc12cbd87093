import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launch } from '../../src/charts/svg/chromium.js';
import { startBackend } from '../../src/runtime/backend.js';
import { expectClose } from '../support/numbers.js';
import { skip } from '../support/skip.js';
import {
  bundleLibrary,
  bundlePage,
  errorsWithoutNode,
  importsOfLibrary,
  ROOT,
} from './library/bundle.js';
import {
  initialTable,
  type OptimizerName,
  type Outcome,
  PROGRAMS,
  type ProgramName,
  SAMPLED,
  VOCABULARY,
  WIDTH,
} from './library/program.js';

/** In bytes without tf.js, minified and gzipped. */
const LARGEST = { 'index.ts': 20_000, 'layers/index.ts': 8_000 };

describe('the library as a bundle', () => {
  for (const [entry, largest] of Object.entries(LARGEST)) {
    it(`has at most ${largest} bytes of ${entry}`, async () => {
      const { outputFiles } = await bundleLibrary(entry as keyof typeof LARGEST);
      const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length;
      expect(bytes, 'bytes').to.be.at.most(largest);
    });
  }

  it('imports tf.js and tf.layers, and nothing else', async () => {
    expect([...(await importsOfLibrary())]).to.have.members([
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
    ]);
  });

  it('uses no global name that Node alone has', () => {
    expect(errorsWithoutNode()).to.deep.equal([]);
  });
});

/** The backends that tf.js has for browsers, and how close to Node's their numbers are. */
const BACKENDS = [
  { backend: 'cpu', rtol: 1e-5, copiesTables: false, hasSegmentSum: true },
  { backend: 'wasm', rtol: 1e-5, copiesTables: false, hasSegmentSum: false },
  { backend: 'webgl', rtol: 1e-4, copiesTables: true, hasSegmentSum: true },
];
const PROGRAM_NAMES = Object.keys(PROGRAMS) as ProgramName[];
const OURS = 'Lookahead(Lazy(Adam))';

describe('the library in a browser', () => {
  const onNode = new Map<ProgramName, Outcome>();
  let browser: Browser;
  let page: Page;
  /** What the page logs, throws, or asks anybody but these tests for. */
  const problems: string[] = [];

  before(async function () {
    if (!findChromium()) skip(this, 'no Chromium found; install it or name it in CHROME');
    await startBackend({ backend: 'auto' });
    for (const name of PROGRAM_NAMES) {
      onNode.set(name, await PROGRAMS[name](OURS));
    }
    browser = await launch();
    page = await openPage(browser, problems);
  });
  after(() => browser?.close());

  const run = (program: ProgramName, optimizer: OptimizerName) =>
    call<Outcome>(page, 'run', program, optimizer);

  it('names its classes in errors, though a bundle shortens their names', async () => {
    expect(await call(page, 'errorOfNoOptimizer')).to.equal(
      'Lookahead wraps a tf.Optimizer such as tf.train.adam(1e-3), not "adam".',
    );
  });

  for (const { backend, rtol, copiesTables, hasSegmentSum } of BACKENDS) {
    describe(`on ${backend}`, () => {
      before(async function () {
        const { length } = problems;
        if (!(await call<boolean>(page, 'start', backend))) {
          problems.length = length; // tf.js has logged why
          skip(this, `this Chromium has no ${backend}`);
        }
      });

      for (const program of PROGRAM_NAMES) {
        describe(program, () => {
          let outcome: Outcome;
          before(async () => {
            outcome = await run(program, OURS);
          });

          it(`comes to Node's losses and weights, to ${rtol}`, () => {
            const expected = onNode.get(program)!;
            expectClose(outcome.losses, expected.losses, { rtol });
            expect(outcome.weights.length).to.equal(expected.weights.length);
            for (const [i, weights] of outcome.weights.entries()) {
              // Weights are some 0.1; those near zero are sums of larger terms.
              expectClose(weights, expected.weights[i], { rtol, atol: 0.1 * rtol });
            }
          });

          it('moves the rows that were sampled, and leaves the others as they were', () => {
            const [table, initial] = [outcome.weights[0], [...initialTable()]];
            const sampled = SAMPLED * WIDTH;
            expect(table.slice(sampled)).to.deep.equal(initial.slice(sampled));
            expect(table.slice(0, sampled)).not.to.deep.equal(initial.slice(0, sampled));
          });

          it('makes no dense gradient, nor anything else of the size of the table', () => {
            const { kernels } = outcome;
            expect(kernels, 'Adam’s own root was seen').to.have.property('Sqrt');
            expect(kernels).not.to.have.property('UnsortedSegmentSum');
            const large = Object.keys(kernels).filter((name) => kernels[name] >= VOCABULARY);
            // WebGL cannot write into a texture: the table is copied with its new rows.
            expect(large).to.deep.equal(copiesTables ? ['TensorScatterUpdate'] : []);
          });

          it('leaves no tensor behind', () => {
            expect(outcome.leaked).to.equal(0);
          });
        });
      }

      it(
        hasSegmentSum
          ? 'makes the dense gradient for Adam alone, which shows that the tests above can see it'
          : 'trains what Adam alone cannot, for want of a kernel',
        async () => {
          const adam = run('model.fit with an embedding layer', 'Adam').then(
            ({ kernels }) => `UnsortedSegmentSum made ${kernels.UnsortedSegmentSum}`,
            (error: Error) => error.message,
          );
          expect(await adam).to.include(
            hasSegmentSum
              ? `UnsortedSegmentSum made ${VOCABULARY * WIDTH}`
              : "Kernel 'UnsortedSegmentSum' not registered",
          );
        },
      );
    });
  }

  it('trains on webgpu', function () {
    skip(this, 'tf.js keeps its WebGPU backend in a package of its own, which is not installed');
  });

  describe('all the while', () => {
    it('logs nothing, throws nothing and asks nobody else for anything', () => {
      expect(problems).to.deep.equal([]);
    });
  });
});

/** A page with everything on it, that gets its files from this process and nowhere else. */
async function openPage(browser: Browser, problems: string[]): Promise<Page> {
  const { outputFiles } = await bundlePage();
  const page = await browser.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // Chromium's own remark on reading a texture, of which tests do much.
    if (!message.text().includes('GPU stall due to ReadPixels')) problems.push(message.text());
  });
  await page.route('**', (route) => {
    const { origin, pathname } = new URL(route.request().url());
    if (origin === 'http://localhost' && pathname === '/') {
      return route.fulfill({ contentType: 'text/html', body: '<script src="page.js"></script>' });
    }
    if (origin === 'http://localhost' && pathname === '/page.js') {
      return route.fulfill({ contentType: 'text/javascript', body: outputFiles[0].text });
    }
    if (origin === 'http://localhost' && /^\/[\w-]+\.wasm$/.test(pathname)) {
      const folder = join(ROOT, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist');
      return route.fulfill({ contentType: 'application/wasm', path: join(folder, pathname) });
    }
    problems.push(`asked for ${route.request().url()}`);
    return route.abort();
  });
  await page.goto('http://localhost/');
  return page;
}

/** Calls one of the page's functions; both ways goes what JSON can hold. */
function call<T>(page: Page, name: string, ...args: string[]): Promise<T> {
  return page.evaluate(`library.${name}(...${JSON.stringify(args)})`) as Promise<T>;
}
