import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { runNotebook } from '../../src/kernel/headless.js';
import { findJupyter } from '../../src/kernel/jupyter.js';
import { type CodeCell, notebookFolder, printed, readCells, resultOf, text } from './notebooks.js';

/** Through the real Jupyter: the compiled kernel of `dist/`, started by nbclient. */
describe('the kernel under Jupyter', () => {
  const folder = notebookFolder();
  after(() => folder.remove());

  describe('a notebook that succeeds', () => {
    const LINES = 3000;
    let cells: CodeCell[];

    before(async () => {
      const file = folder.write('good.ipynb', [
        `import * as tf from '@tensorflow/tfjs-core';
         import { Lookahead } from 'lazyahead';
         import { plot, showProgress, table } from 'lazyahead/notebook';
         const title: string = 'Accuracy';`,
        'Lookahead.prototype instanceof tf.Optimizer',
        `plot({
           data: [{ name: 'Adam', x: new Float32Array([1, 2]), y: [0.5, 0.75] }],
           layout: { title: { text: title } },
         });`,
        `for (let i = 0; i < ${LINES}; i++) console.log('line', i);`,
        `table([{ optimizer: 'Adam', accuracy: '83.7 %' }]);`,
        `const show = showProgress('Adam');
         show({ type: 'step', step: 1, totalSteps: 2, epoch: 1, loss: 0.7, batchLoss: 0.7, accuracy: 0.5, stepsPerSecond: 2, secondsLeft: 1 });
         show({ type: 'epoch', totalEpochs: 1, metrics: { epoch: 1, steps: 2, loss: 0.6, accuracy: 0.6, valLoss: 0.5, valAccuracy: 0.75, seconds: 1 } });`,
      ]);
      await runNotebook(findJupyter(), file, { timeout: 60 });
      cells = readCells(file);
    });

    it('has no error output and nothing on standard error, and its cells are numbered', () => {
      for (const { outputs } of cells) {
        expect(outputs.filter(({ output_type }) => output_type === 'error')).to.deep.equal([]);
        expect(outputs.filter(({ name }) => name === 'stderr')).to.deep.equal([]);
      }
      expect(cells.map((cell) => cell.execution_count)).to.deep.equal([1, 2, 3, 4, 5, 6]);
    });

    it('shares one copy of tf.js between the cells and the library', () => {
      expect(resultOf(cells[1])).to.equal('true');
    });

    it('holds a Plotly figure as an object, typed arrays as lists, with a line of text', () => {
      const [{ output_type, data }] = cells[2].outputs;
      expect(output_type).to.equal('display_data');
      expect(data!['application/vnd.plotly.v1+json']).to.deep.equal({
        data: [{ name: 'Adam', x: [1, 2], y: [0.5, 0.75] }],
        layout: { title: { text: 'Accuracy' } },
      });
      expect(text(data!['text/plain'])).to.equal('[Plotly chart “Accuracy”: Adam]');
    });

    it(`holds all of ${LINES} lines printed at once, in order`, () => {
      const expected = Array.from({ length: LINES }, (_, i) => `line ${i}\n`).join('');
      expect(printed(cells[3])).to.equal(expected);
    });

    it('holds a table as HTML and as text', () => {
      const [{ data }] = cells[4].outputs;
      expect(text(data!['text/html'])).to.contain('<td style="text-align:right">83.7 %</td>');
      expect(text(data!['text/plain'])).to.equal('optimizer  accuracy\nAdam         83.7 %');
    });

    it('holds one line for progress that was drawn twice', () => {
      expect(cells[5].outputs).to.have.length(1);
      expect(text(cells[5].outputs[0].data!['text/plain'])).to.match(
        /^Adam {2}epoch 1\/1 .*75\.0 %/,
      );
    });
  });

  it('ends a failing cell in an error output and aborts the cells queued behind it', () => {
    const python = spawnSync(findJupyter().python, ['-c', QUEUE_THREE_CELLS], {
      env: findJupyter().env,
      encoding: 'utf8',
    });
    expect(python.stderr).to.equal('');
    expect(JSON.parse(python.stdout)).to.deep.equal({
      statuses: ['ok', 'error', 'aborted', 'ok'],
      errors: [['RangeError', 'k must be positive']],
      // The cell after the abort is the third that ran: an aborted one takes no number.
      counts: [1, 2, null, 3],
    });
  });
});

/** Three cells sent at once, the second of which throws, then one more. */
const QUEUE_THREE_CELLS = `
import json
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name='tslab')
replies = {}
def wait(ids):
    while not all(i in replies for i in ids):
        reply = client.get_shell_msg(timeout=60)
        replies[reply['parent_header']['msg_id']] = reply['content']
ids = [client.execute(code) for code in ('1', 'throw new RangeError("k must be positive")', '3')]
wait(ids)
ids.append(client.execute('4'))
wait(ids)
errors, idle = [], 0
while idle < 4:
    message = client.get_iopub_msg(timeout=60)
    if message['parent_header'].get('msg_id') not in ids:
        continue
    if message['msg_type'] == 'error':
        errors.append([message['content']['ename'], message['content']['evalue']])
    idle += message['content'].get('execution_state') == 'idle'
client.stop_channels()
manager.shutdown_kernel()
print(json.dumps({
    'statuses': [replies[i]['status'] for i in ids],
    'errors': errors,
    'counts': [replies[i].get('execution_count') for i in ids]}))
`;
