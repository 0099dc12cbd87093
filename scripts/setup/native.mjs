/** TensorFlow's native library for tfjs-node: chosen, obtained, tried out, noted. */

import { existsSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setupCommand } from './folders.mjs';
import { addonFile, isInstalled, loads } from './native-addon.mjs';
import { download } from './native-official.mjs';
import { addonFolder, buildAgainstWheel, librariesAreThere } from './native-wheel.mjs';
import { readRecord, writeRecord } from './record.mjs';
import { StepFailure } from './steps.mjs';

export const WAYS = ['auto', 'official', 'wheel', 'none'];

const CPU = '@tensorflow/tfjs-node';
const GPU = '@tensorflow/tfjs-node-gpu';

/**
 * @param wanted.flag - the way that `--native=` names.
 * @param wanted.env - the way that LAZYAHEAD_NATIVE names; without either, the last one named stays.
 */
export function native({ flag, env }) {
  return {
    name: `TensorFlow's native library`,

    isDone() {
      const { native: record } = readRecord();
      if (!record) return false;
      const asked = flag ?? env ?? record.asked;
      if (asked !== record.asked) return false;
      if (asked === 'none') return true;
      // Naming a way is also how one asks for another try.
      if (flag && record.source === 'none') return false;
      const gpuFailed = record.gpuFailed && !flag;
      if (isInstalled(GPU) && record.source !== 'gpu' && !gpuFailed) return false;
      return isThere(record.source);
    },

    async run(say) {
      const asked = flag ?? env ?? readRecord().native?.asked ?? 'auto';
      writeRecord({ native: { asked, ...(await obtain(asked, say)) } });
    },
  };
}

function isThere(source) {
  if (source === 'none') return true;
  if (source === 'gpu') return existsSync(addonFile(GPU));
  const addon = addonFile(CPU);
  // Through the link that a built addon is: someone may have emptied the cache folder.
  if (!existsSync(addon)) return false;
  if (source !== 'wheel') return true;
  return basename(dirname(realpathSync(addon))) === addonFolder() && librariesAreThere(addon);
}

async function obtain(way, say) {
  if (way === 'none') {
    for (const packageName of [GPU, CPU]) rmSync(addonFile(packageName), { force: true });
    return { source: 'none', reason: missing('it was left out with --native=none.') };
  }
  const gpuFailed = isInstalled(GPU) ? await cause(gpu, say) : undefined;
  if (gpuFailed === null) return { source: 'gpu' };
  if (gpuFailed) say(`${GPU} is not used: ${gpuFailed}`);

  const attempts = { official, wheel: buildAgainstWheel };
  const causes = [];
  for (const source of way === 'auto' ? ['official', 'wheel'] : [way]) {
    if (causes.length > 0) say(causes[0]);
    const failed = await cause(attempts[source], say);
    if (failed === null) return { source, gpuFailed };
    causes.push(failed);
  }
  rmSync(addonFile(CPU), { force: true });
  if (way !== 'auto') {
    throw new StepFailure(causes[0], 'Take another way with --native=auto or --native=none.');
  }
  const reason = missing(causes.join(' '));
  say(`${reason} Until then training runs on WebAssembly, 3 times slower or more.`);
  return { source: 'none', reason, gpuFailed };
}

/** Null if the attempt gave a library that runs, or else why not. */
async function cause(attempt, say) {
  try {
    await attempt(say);
    return null;
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return error.message;
  }
}

async function gpu(say) {
  await download(GPU, ['gpu', 'download'], say);
  await loads(GPU);
}

async function official(say) {
  await download(CPU, [], say);
  await loads(CPU);
}

function missing(why) {
  return `TensorFlow's native library is missing: ${why} To try again: ${setupCommand('--native=auto')}.`;
}
