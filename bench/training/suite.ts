/** The suite `training`: a training step of ours, stock tf.layers, Keras and PyTorch, in turn. */
import { findPython } from '../python/environment.js';
import type { Request, Suite } from '../suite.js';
import { measure } from './measure.js';
import type { TrainingRow } from './row.js';
import { trainingTable } from './table.js';
import { workloads } from './workloads.js';

export const TRAINING: Suite<TrainingRow> = {
  names: workloads(false).map(({ name }) => name),
  defaultThreads: [1, 2],
  async *measure(request, say) {
    const python = await pythonFor(request, say);
    for (const workload of workloads(request.smoke)) {
      if (request.only && !request.only.includes(workload.name)) continue;
      say(`${workload.name} …`);
      try {
        yield* measure(workload, { ...request, python });
      } catch (error) {
        // The others may still be measured; the command then ends with a failure.
        say(`${workload.name} failed: ${(error as Error).message}`);
        process.exitCode = 1;
      }
    }
  },
  table: trainingTable,
};

/** null where Keras and PyTorch are left out, having said why. */
async function pythonFor(request: Request, say: (line: string) => void): Promise<string | null> {
  if (!request.python) {
    say('Keras and PyTorch are left out: --no-python.');
    return null;
  }
  const found = await findPython(['tensorflow', 'keras', 'torch'], say);
  if ('reason' in found) {
    say(`Keras and PyTorch are left out: ${found.reason}`);
    return null;
  }
  const { tensorflow, keras, torch } = found.versions;
  say(`Keras ${keras} on TensorFlow ${tensorflow}, PyTorch ${torch} (${found.python})`);
  return found.python;
}
