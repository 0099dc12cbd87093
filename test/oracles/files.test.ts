import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { casesOf, oracle, type Peer, versionsOf } from './load.js';

const PEERS: Peer[] = ['torch', 'pytorch-optimizer', 'optax', 'keras', 'tfa'];
const REQUIREMENTS: Partial<Record<Peer, string>> = { tfa: 'requirements-tfa.txt' };

describe('Figures of other libraries', () => {
  for (const peer of PEERS) {
    it(`are of the pinned versions: ${peer}`, () => {
      const file = join(__dirname, REQUIREMENTS[peer] ?? 'requirements.txt');
      const pinned = readFileSync(file, 'utf8').split('\n');
      for (const [name, version] of Object.entries(versionsOf(peer))) {
        // The builds of PyTorch for the CPU add `+cpu`.
        const [release] = version.split('+');
        if (name !== 'python') expect(pinned).to.include(`${name}==${release}`);
      }
    });

    it(`have a value of every variable for every gradient, none of them NaN: ${peer}`, () => {
      for (const name of casesOf(peer)) {
        const { shapes, gradients, values, slow = values } = oracle(peer, name);
        const sizes = shapes.map((shape) => shape.reduce((a, b) => a * b));
        for (const figures of [gradients, values, slow]) {
          expect(figures).to.have.length(gradients.length);
          for (const step of figures) {
            expect(step.map((variable) => variable.length)).to.deep.equal(sizes);
            expect(step.flat().every(Number.isFinite), name).to.equal(true);
          }
        }
      }
    });
  }

  it('names the cases there are when asked for another', () => {
    expect(() => oracle('optax', 'emma')).to.throw('optax.json has no "emma", but lookahead adam');
  });
});
