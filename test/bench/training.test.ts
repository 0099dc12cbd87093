import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Computed, demandAgreement, distance } from '../../bench/training/agreement.js';
import { multiplyAdds } from '../../bench/training/arithmetic.js';
import { BATCHES, makeBatches } from '../../bench/training/files.js';
import { type Measured, trainingRow } from '../../bench/training/row.js';
import { trainingTable } from '../../bench/training/table.js';
import { besideIn, workloads } from '../../bench/training/workloads.js';

const ROOT = resolve(__dirname, '../..');
const named = (name: string) => workloads(false).find((workload) => workload.name === name)!;
const times = (ms: number) => ({ median: ms, p10: ms - 1, p90: ms + 1, samples: 30 });

describe('The benchmark of training', () => {
  it('counts the multiply-adds of a step, forwards once and backwards twice', () => {
    // 32 reviews of 80 words, four gates: 4·128·(128 + 128); then 128 to the output.
    expect(multiplyAdds(named('imdb'))).to.equal(3 * 32 * (80 * 131_072 + 128));
    // 400 words; two LSTMs of 4·200·(200 + 200), and 200·10,000.
    expect(multiplyAdds(named('ptb-small'))).to.equal(3 * 400 * (2 * 320_000 + 2_000_000));
    // An image: 1024·27·16 = 442,368 first, without the images' gradient. Stage 1: 2 · 1024·144·16 =
    // 4,718,592. Stage 2: 256·(144 + 16 + 288)·32 = 3,670,016. Stage 3: 64·(288 + 32 + 576)·64 =
    // 3,670,016. Then 64·10.
    const others = 4_718_592 + 3_670_016 + 3_670_016 + 640;
    expect(multiplyAdds(named('cifar-resnet8'))).to.equal(128 * (2 * 442_368 + 3 * others));
    // Two blocks more in each stage: 4 convolutions, each as large as stage 1's.
    const deeper = multiplyAdds(named('cifar-resnet20')) - multiplyAdds(named('cifar-resnet8'));
    expect(deeper).to.equal(128 * 3 * 3 * 4 * 2_359_296);
  });

  it('draws the same batches every time, with labels in range', () => {
    for (const workload of workloads(true)) {
      const { x, xShape, y, yShape } = makeBatches(workload);
      expect(makeBatches(workload).x).to.deep.equal(x);
      expect(x).to.have.lengthOf(BATCHES * xShape.reduce((a, b) => a * b));
      expect(y).to.have.lengthOf(BATCHES * yShape.reduce((a, b) => a * b));
      const { model } = workload;
      const most =
        model.family === 'imdb' ? 1 : model.family === 'cifar' ? 9 : model.vocabulary - 1;
      expect(Math.min(...y)).to.equal(0);
      expect(Math.max(...y)).to.be.at.most(most);
    }
  });

  it('sets the article’s model beside Keras’s own gates and masks', () => {
    expect(besideIn(named('imdb-article')).model).to.deep.equal(named('imdb').model);
  });

  describe('shows that the sides compute the same', () => {
    const variables = [{ name: 'dense/kernel', shape: [2] }];
    const side = (name: string, gradient: number[], losses: number[]): Computed => ({
      side: name,
      gradients: [Float32Array.from(gradient)],
      losses,
    });
    const ours = side('ours', [3, 4], [2, 1]);

    it('by the norm of what two gradients are apart', () => {
      // (0, 0.005) over 5.
      expect(distance(Float32Array.of(3, 4.005), Float32Array.of(3, 4))).to.be.closeTo(1e-3, 1e-6);
      expect(() =>
        demandAgreement([ours, side('torch', [3, 4.004], [2, 1])], variables),
      ).not.throw();
      expect(() => demandAgreement([ours, side('torch', [3, 4.006], [2, 1])], variables)).to.throw(
        'the first gradient of dense/kernel in torch is 1.2e-3 of its norm away from ours',
      );
    });

    it('by losses within one per cent, NaN being none', () => {
      expect(() =>
        demandAgreement([ours, side('keras', [3, 4], [2, 1.009])], variables),
      ).not.throw();
      for (const last of [1.011, Number.NaN]) {
        const other = side('keras', [3, 4], [2, last]);
        expect(() => demandAgreement([ours, other], variables)).to.throw('after 1 steps');
      }
    });

    it('and does not take a loss that hardly falls for proof', () => {
      const slow = side('ours', [3, 4], [2, 1.01]);
      expect(() => demandAgreement([slow], variables)).to.throw('at least half must go');
    });
  });

  it('makes rows and a table of what it has measured', () => {
    const measured: Measured = {
      workload: named('imdb-nodropout'),
      threads: 1,
      rounds: 4,
      times: { ours: times(40), stock: times(400), keras: times(50), torch: times(20) },
      memory: { ours: 500e6, stock: 700e6 },
      lookaheadOverhead: 1.02,
      multiplyAdds: 1e9,
      rate: 5e7,
    };
    const row = trainingRow(measured, true);
    expect(row).to.include({ workload: 'imdb-nodropout', threads: 1, rounds: 4, met: false });
    expect(row).to.include({ ours_ms: 40, stock_ms: 400, keras_ms: 50, torch_ms: 20 });
    expect(row).to.include({ ratio_stock: 0.1, ratio_keras: 0.8, ratio_torch: 2 });
    // 10⁹ / 5·10⁷ a millisecond.
    expect(row).to.include({ gflops_limit_ms: 20, ours_over_limit: 2, gmacs: 50 });
    expect(row.limits).to.deep.equal({
      stock: { at_most: 1, met: true },
      keras: { at_most: 0.8, met: true },
      torch: { at_most: 1.5, met: false },
    });
    const text = trainingTable([row]);
    for (const part of ['40.0 (39.0–41.0)', '2.00 (≤ 1.5)', 'NOT MET', '500 MB', '× 1.02']) {
      expect(text).to.include(part);
    }
    const alone = trainingRow({ ...measured, times: { ours: times(40) } }, true);
    expect(alone).to.include({ keras_ms: null, ratio_keras: null, met: null });
    expect(trainingRow(measured, false)).to.deep.include({ met: null, limits: {} });
  });

  it('checks and times ours and tf.layers in a smoke run', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        ...['--import', 'tsx', 'bench/main.ts', '--smoke', '--no-python', '--json'],
        ...['--threads', '1', '--only', 'imdb-article'],
      ],
      { cwd: ROOT },
    );
    const rows = JSON.parse(stdout.trim().split('\n').at(-1)!);
    expect(rows).to.have.lengthOf(1);
    expect(rows[0]).to.include({ workload: 'imdb-article', threads: 1, keras_ms: null, met: null });
    expect(rows[0].ours_ms).to.be.above(0);
    expect(rows[0].peak_mb.stock).to.be.above(50);
  });
});
