/** Sees every tensor that a function makes. */
import * as tf from '@tensorflow/tfjs-core';

interface Tracker {
  trackTensor(tensor: tf.Tensor, backend: unknown): void;
}

interface Binding {
  executeOp(name: string, ...rest: unknown[]): { id: number; shape: number[] }[];
  deleteTensor(id: number): void;
}

/**
 * The shapes of all tensors made while a function runs; those of a promise, until it is settled.
 *
 * tf.js's engine tracks what kernels make and what is made from values; TensorFlow's own ops, which
 * need not go through it, are seen at the binding.
 */
export function tensorsMade<T>(f: () => T): { shapes: number[][]; result: T } {
  const shapes: number[][] = [];
  const engine = tf.engine() as unknown as Tracker;
  const undoTracker = replace(
    engine,
    'trackTensor',
    (track) =>
      function (this: Tracker, tensor, backend) {
        shapes.push(tensor.shape);
        track.call(this, tensor, backend);
      },
  );
  const undoBinding = watchBinding((_, outputs) => {
    shapes.push(...outputs.map(({ shape }) => shape));
  });
  const undo = () => {
    undoTracker();
    undoBinding();
  };
  let result: T;
  try {
    result = f();
  } catch (error) {
    undo();
    throw error;
  }
  if (result instanceof Promise) {
    result = result.finally(undo) as T;
  } else {
    undo();
  }
  return { shapes, result };
}

/**
 * Runs a function that can ask how many of TensorFlow's own variables it has made are still there.
 * They live as long as their handles, and `tf.memory()` knows nothing of them.
 */
export function countingResources(f: (count: () => number) => void): void {
  const handles = new Set<number>();
  const undo = watchBinding(
    (name, [handle]) => {
      if (name === 'VarHandleOp') handles.add(handle.id);
    },
    (id) => handles.delete(id),
  );
  try {
    f(() => handles.size);
  } finally {
    undo();
  }
}

/** Watches ops, and tensors that are deleted, at the binding; returns what ends it. */
function watchBinding(
  onOp: (name: string, outputs: ReturnType<Binding['executeOp']>) => void,
  onDelete: (id: number) => void = () => {},
): () => void {
  const backend = tf.backend() as unknown as { binding: Binding };
  return replace(backend, 'binding', (binding) =>
    Object.create(binding, {
      executeOp: {
        value: (name: string, ...rest: unknown[]) => {
          const outputs = binding.executeOp(name, ...rest);
          onOp(name, outputs);
          return outputs;
        },
      },
      deleteTensor: {
        value: (id: number) => {
          onDelete(id);
          binding.deleteTensor(id);
        },
      },
    }),
  );
}

/** Replaces a property of an object; returns what puts it back. */
function replace<O, K extends keyof O>(object: O, name: K, by: (value: O[K]) => O[K]): () => void {
  const before = Object.getOwnPropertyDescriptor(object, name);
  object[name] = by(object[name]);
  return () => {
    if (before === undefined) {
      delete object[name];
    } else {
      Object.defineProperty(object, name, before);
    }
  };
}
