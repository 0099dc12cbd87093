import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { findJupyter } from '../../src/kernel/jupyter.js';
import { pythonWith } from '../support/python.js';
import { skip } from '../support/skip.js';
import { notebookFolder } from './notebooks.js';

const execute = promisify(execFile);
const FOLDER = join(__dirname, 'protocol');

/** The tests of `jupyter_kernel_test`, which are not written here. */
const CONFORMANCE = [
  'clear_output completion display_data error execute_result execute_stderr execute_stdout',
  'history inspect is_complete kernel_info pager',
]
  .join(' ')
  .split(' ');

interface Line {
  name: string;
  fault: string | null;
}

/** The kernel through Jupyter's own Python client: each test is one of Python's in `protocol/`. */
describe('the kernel’s protocol', function () {
  this.timeout(900_000);
  const folder = notebookFolder();
  after(() => folder.remove());

  /** Runs a file of Python tests. */
  async function lines(file: string, python: string): Promise<Map<string, string | null>> {
    const { env, venv } = findJupyter();
    const { stdout } = await execute(python, [join(FOLDER, 'run.py'), file], {
      cwd: folder.path,
      env: {
        ...env,
        JUPYTER_PATH: [join(venv, 'share', 'jupyter'), env.JUPYTER_PATH]
          .filter(Boolean)
          .join(delimiter),
        PYTHONDONTWRITEBYTECODE: '1',
      },
    });
    const results = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const faulty = results.filter(({ fault }) => fault !== null);
    return new Map([...results, ...faulty].map(({ name, fault }) => [name, fault]));
  }

  for (const file of ['conformance', 'messages', 'interrupts', 'endings', 'memory']) {
    const source = readFileSync(join(FOLDER, `${file}.py`), 'utf8');
    const names =
      file === 'conformance'
        ? CONFORMANCE
        : [...source.matchAll(/ def test_(\w+)/g)].map(([, name]) => name);

    describe(source.match(/"""(.*?)"""/)![1], () => {
      let results: Map<string, string | null>;

      before(async function () {
        let { python } = findJupyter();
        if (file === 'conformance') {
          const found = await pythonWith(['jupyter_kernel_test']);
          if ('reason' in found) skip(this, found.reason);
          python = found.python;
        }
        results = await lines(file, python);
        // What is wrong before any test, in a kernel's start for example, has another name.
        const [fault] = [...results].filter(([name]) => !name.startsWith('test_'));
        if (fault) throw new Error(fault.join(': '));
      });

      for (const name of names) {
        it(name.replaceAll('_', ' '), () => {
          expect(results.has(`test_${name}`), 'it was run').to.equal(true);
          const fault = results.get(`test_${name}`);
          if (fault) throw new Error(fault);
        });
      }
    });
  }
});
