import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT, ROOT } from './folders.mjs';

const SOURCE = join(ROOT, 'notebooks');
const TARGET = join(PROJECT, 'notebooks');
const TSCONFIG = join(PROJECT, 'tsconfig.json');

/** The notebooks, and a tsconfig.json for cells and programs, laid down where there are none yet. */
export const notebooks = {
  name: 'notebooks',

  isDone: () => existsSync(TSCONFIG) && missing().length === 0,

  run(say) {
    for (const name of missing()) {
      mkdirSync(dirname(join(TARGET, name)), { recursive: true });
      copyFileSync(join(SOURCE, name), join(TARGET, name), constants.COPYFILE_EXCL);
      say(join('notebooks', name));
    }
    if (existsSync(TSCONFIG)) return;
    const compilerOptions = {
      target: 'es2022',
      module: 'nodenext',
      strict: true,
      skipLibCheck: true,
      noEmit: true,
    };
    writeFileSync(TSCONFIG, `${JSON.stringify({ compilerOptions }, null, 2)}\n`);
    say('tsconfig.json');
  },
};

/** Files of ours that the project has none of that name of. */
function missing() {
  return readdirSync(SOURCE)
    .filter((name) => name.endsWith('.ipynb'))
    .filter((name) => !existsSync(join(TARGET, name)));
}
