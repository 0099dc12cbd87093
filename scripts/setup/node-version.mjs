import { StepFailure } from './steps.mjs';

const OLDEST = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);

export const nodeVersion = {
  name: 'Node',
  isDone: () => major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]),
  run() {
    throw new StepFailure(
      `this is Node ${process.versions.node}; ${OLDEST.join('.')} or later is needed.`,
      'Install a current Node from https://nodejs.org.',
    );
  },
};
