import { expect } from 'chai';
import { findChromium } from '../../src/charts/svg/chromium.js';
import { startBackend } from '../../src/runtime/backend.js';
import { skip } from '../support/skip.js';
import { blocksOf, type Program, programsOf } from './blocks.js';
import { documents, read } from './markdown.js';
import { folderFor, type Outcome, PATIENCE, run, unprinted, write } from './run.js';

/** The documents that have code: those at the top, and the guide. */
export const WITH_CODE = documents('docs').filter((file) => /^ *(```|~~~)/m.test(read(file)));

/**
 * Defines a test for each program of the documents, which runs it.
 *
 * @param wanted - which of them; the others of the same document are run before, where they are not
 *   long, for they may have left what it needs.
 */
export function runPrograms(wanted: (program: Program) => boolean): void {
  for (const document of WITH_CODE) {
    const programs = readPrograms(document);
    if (programs === null) continue;
    if (!programs.some(({ program }) => wanted(program))) continue;

    describe(document, function () {
      this.timeout(PATIENCE + 30_000);
      const folder = folderFor(document);
      for (const { program, prints } of programs) {
        if (program.long && !wanted(program)) continue;
        it(`runs the ${program.lang} program in line ${program.line}`, async function () {
          if (program.file) write(folder, program);
          await skipWhatCannotRun(this, program);
          const outcome = await run(folder, program);
          if (isWithoutNet(program, outcome)) skip(this, 'the registry cannot be reached');
          if (isInBrowser(program)) expect(prints, 'printed blocks').not.to.have.length(0);
          const expected = prints.flatMap((text) => unprinted(text, outcome));
          expect(expected, `of what it prints: ${outcome.out}${outcome.err}`).to.deep.equal([]);
          if (!refuses(prints)) expect(outcome.code, outcome.err).to.equal(0);
        });
      }
    });
  }
}

/** A document's programs; where they cannot be told, null and a test that says why. */
function readPrograms(document: string): ReturnType<typeof programsOf> | null {
  try {
    return programsOf(blocksOf(read(document)));
  } catch (error) {
    it(`reads ${document}`, () => {
      throw error;
    });
    return null;
  }
}

const isInBrowser = ({ inBrowser, lang }: Program) => inBrowser || lang === 'html';

/** Whether what a program prints is that it refuses. */
const refuses = (prints: string[]) =>
  prints.some((text) => /^(lazyahead: |\w*Error: )/m.test(text));

async function skipWhatCannotRun(context: Mocha.Context, program: Program): Promise<void> {
  if (program.notRun) skip(context, program.notRun);
  if (isInBrowser(program) && !findChromium()) skip(context, 'no Chromium found');
  if (program.source.includes('@tensorflow/tfjs-node')) {
    const { name, reason } = await startBackend();
    if (name !== 'tensorflow') skip(context, reason);
  }
}

const isWithoutNet = ({ needsNet }: Program, { code, err }: Outcome) =>
  needsNet &&
  code !== 0 &&
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|NewConnectionError/.test(err);
