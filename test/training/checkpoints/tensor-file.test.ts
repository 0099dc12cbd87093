import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  readTensorFile,
  type StoredTensor,
  type TensorSource,
  writeTensorFile,
} from '../../../src/training/checkpoints/tensor-file.js';
import { pythonWith } from '../../support/python.js';
import { skip } from '../../support/skip.js';

describe('a tensor file', () => {
  let folder: string;
  let path: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-tensors-'));
    path = join(folder, 'some.safetensors');
  });
  after(() => rmSync(folder, { recursive: true }));

  const sources = (tensors: Record<string, StoredTensor>) =>
    new Map<string, TensorSource>(
      Object.entries(tensors).map(([name, { elements, ...rest }]) => [
        name,
        { ...rest, elements: () => elements },
      ]),
    );

  const some: Record<string, StoredTensor> = {
    // Three booleans: what comes after them does not begin at a multiple of four.
    flags: { dtype: 'bool', shape: [3], elements: Uint8Array.of(1, 0, 1) },
    table: { dtype: 'float32', shape: [2, 2], elements: Float32Array.of(1, -0, NaN, 0.1) },
    steps: { dtype: 'int32', shape: [], elements: Int32Array.of(-7) },
  };

  it('gives back every bit of what is written, whatever the tensors and texts', () => {
    const tensor = fc.oneof(
      fc
        .float32Array({ maxLength: 9 })
        .map((elements) => ({ dtype: 'float32' as const, elements })),
      fc.int32Array({ maxLength: 9 }).map((elements) => ({ dtype: 'int32' as const, elements })),
      fc
        .uint8Array({ maxLength: 9, max: 1 })
        .map((elements) => ({ dtype: 'bool' as const, elements })),
    );
    const names = fc.string({ unit: 'binary', minLength: 1 }).map((name) => `t/${name}`);
    fc.assert(
      fc.property(
        fc.dictionary(names, tensor, { noNullPrototype: true }),
        fc.string({ unit: 'binary' }),
        (drawn, text) => {
          const tensors = Object.fromEntries(
            Object.entries(drawn).map(([name, one]) => [
              name,
              { ...one, shape: [one.elements.length] } as StoredTensor,
            ]),
          );
          writeTensorFile(path, sources(tensors), { text });
          const read = readTensorFile(path);
          expect(read.metadata).to.deep.equal({ text });
          expect([...read.tensors.keys()].sort()).to.deep.equal(Object.keys(tensors).sort());
          for (const [name, { dtype, shape, elements }] of read.tensors) {
            expect({ dtype, shape }).to.deep.equal({
              dtype: tensors[name].dtype,
              shape: tensors[name].shape,
            });
            expect(bytesOf(elements)).to.deep.equal(bytesOf(tensors[name].elements));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is refused when any of its bytes is another', () => {
    writeTensorFile(path, sources(some), { text: 'hello' });
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] ^= 1 << (at % 8);
      writeFileSync(path, changed);
      expect(() => readTensorFile(path), `byte ${at}`).to.throw(Error);
    }
  });

  it('is refused when it is cut off, wherever', () => {
    writeTensorFile(path, sources(some), {});
    for (let size = readFileSync(path).length - 1; size >= 0; size--) {
      truncateSync(path, size);
      expect(() => readTensorFile(path), `${size} bytes`).to.throw(Error);
    }
  });

  it('is as it was when writing it anew fails, and nothing else is left', () => {
    writeTensorFile(path, sources(some), { text: 'the first' });
    const failing = sources(some);
    failing.set('steps', {
      ...some.steps,
      elements: () => {
        throw new Error('the disk is full');
      },
    });
    expect(() => writeTensorFile(path, failing, {})).to.throw('the disk is full');
    expect(readTensorFile(path).metadata).to.deep.equal({ text: 'the first' });
    expect(readdirSync(folder)).to.deep.equal(['some.safetensors']);
  });

  it("is read by Python's safetensors", async function () {
    const found = await pythonWith(['safetensors', 'numpy']);
    if ('reason' in found) skip(this, found.reason);
    const { flags, ...others } = some;
    writeTensorFile(path, sources({ ...others, flags }), { text: 'hello' });
    const printed = execFileSync(found.python, [
      '-c',
      `import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], "np") as file:
    tensors = {name: file.get_tensor(name).astype("float64").tolist() for name in file.keys()}
    print(json.dumps([tensors, file.metadata()["text"]]))`,
      path,
    ]).toString();
    const [tensors, text] = JSON.parse(printed.replace('NaN', '"NaN"'));
    expect(text).to.equal('hello');
    expect(tensors).to.deep.equal({
      flags: [1, 0, 1],
      table: [
        [1, -0],
        ['NaN', Math.fround(0.1)],
      ],
      steps: -7,
    });
  });
});

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  Buffer.from(buffer, byteOffset, byteLength);
