/**
 * One half of a training, run by a process of its own: `resume-program.ts <first|second> <folder>`.
 *
 * For every optimizer and composition the first half trains an epoch and saves the model; the second
 * loads it, trains another epoch and prints the bits of all weights.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { startBackend } from '../../src/runtime/backend.js';
import { COMPOSITIONS, TABLE, textModel, trainEpoch } from '../support/compositions.js';
import { bits } from '../support/numbers.js';
import { OPTIMIZERS } from '../support/optimizers.js';

async function main([half, folder]: string[]): Promise<void> {
  await startBackend({ backend: 'auto' });
  const printed: Record<string, number[][]> = {};
  for (const [composition, wrap] of Object.entries(COMPOSITIONS)) {
    for (const [name, make] of Object.entries(OPTIMIZERS)) {
      const file = join(folder, `${composition} ${name}`);
      if (half === 'first') {
        const model = textModel();
        model.compile({ optimizer: wrap(make(), TABLE), loss: 'binaryCrossentropy' });
        await trainEpoch(model);
        await model.save(
          tf.io.withSaveHandler((saved) => save(file, saved)),
          {
            includeOptimizer: true,
          },
        );
      } else {
        const model = await tfl.loadLayersModel(tf.io.fromMemory(load(file)));
        await trainEpoch(model);
        printed[`${composition} ${name}`] = model.getWeights().map(bits);
      }
    }
  }
  console.log(JSON.stringify(printed));
}

async function save(file: string, { weightData, ...rest }: tf.io.ModelArtifacts) {
  writeFileSync(`${file}.json`, JSON.stringify(rest));
  writeFileSync(`${file}.bin`, new Uint8Array(weightData as ArrayBuffer));
  return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } };
}

function load(file: string): tf.io.ModelArtifacts {
  const bytes = new Uint8Array(readFileSync(`${file}.bin`));
  return { ...JSON.parse(readFileSync(`${file}.json`, 'utf8')), weightData: bytes.buffer };
}

void main(process.argv.slice(2));
