/** Reaching TensorFlow's own ops through `@tensorflow/tfjs-node`, beside those that tf.js has. */
import * as tf from '@tensorflow/tfjs-core';

/** A tensor in native memory, by its number. */
export interface NativeTensor {
  id: number;
  shape: number[];
  dtype: number;
}

/** An op's attributes by name: a number is a float, a list a shape. */
type Attributes = Record<string, number | boolean | string | number[]>;

/** Those of its attributes that are types. */
type TypeAttributes = Record<string, 'float32' | 'int32'>;

interface Binding {
  TF_Version: string;
  TF_ATTR_TYPE: number;
  TF_ATTR_SHAPE: number;
  TF_ATTR_STRING: number;
  TF_ATTR_FLOAT: number;
  TF_ATTR_BOOL: number;
  TF_FLOAT: number;
  TF_INT32: number;
  executeOp(
    name: string,
    attributes: { name: string; type: number; value: unknown }[],
    inputs: number[],
    outputs: number,
  ): NativeTensor[];
  deleteTensor(id: number): void;
}

/** The part of tfjs-node's backend that is used here. */
export interface NativeBackend {
  binding: Binding;
  isUsingGpuDevice: boolean;
  /** Whether the ops in `src/native/` can be called; set where the native library is loaded. */
  hasOwnKernels?: boolean;
  tensorMap: { set(dataId: object, entry: object): void };
  getInputTensorIds(tensors: tf.Tensor[]): number[];
  createOutputTensor(output: NativeTensor): tf.Tensor;
}

/** tfjs-node's backend where it is the current one and computes on the CPU; else null. */
export function nativeBackend(): NativeBackend | null {
  if (tf.getBackend() !== 'tensorflow') {
    return null;
  }
  const backend = tf.backend() as unknown as NativeBackend;
  return backend.isUsingGpuDevice ? null : backend;
}

/**
 * Runs an op of TensorFlow's. It is not on the gradient tape: call it within `tf.customGrad`.
 *
 * @param outputs - how many there are.
 * @param attributes - TensorFlow has default values for most that are left out.
 */
export function runOp(
  native: NativeBackend,
  name: string,
  inputs: tf.Tensor[],
  outputs: number,
  attributes: Attributes = {},
  types: TypeAttributes = { T: 'float32' },
): tf.Tensor[] {
  const ids = native.getInputTensorIds(inputs);
  return execute(native, name, ids, outputs, attributes, types).map((output) =>
    native.createOutputTensor(output),
  );
}

/** The same on native tensors. */
function execute(
  { binding }: NativeBackend,
  name: string,
  inputs: number[],
  outputs: number,
  attributes: Attributes,
  types: TypeAttributes,
): NativeTensor[] {
  const kinds = {
    number: binding.TF_ATTR_FLOAT,
    boolean: binding.TF_ATTR_BOOL,
    string: binding.TF_ATTR_STRING,
    object: binding.TF_ATTR_SHAPE,
  };
  const all = [
    ...Object.entries(types).map(([key, type]) => ({
      name: key,
      type: binding.TF_ATTR_TYPE,
      value: type === 'float32' ? binding.TF_FLOAT : binding.TF_INT32,
    })),
    ...Object.entries(attributes).map(([key, value]) => ({
      name: key,
      type: kinds[typeof value as keyof typeof kinds],
      value,
    })),
  ];
  return binding.executeOp(name, all, inputs, outputs);
}

/** By this name TensorFlow makes a resource that lives as long as its handle. */
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

/** A float32 variable of TensorFlow's own, which ops can write to in place. */
export class Resource {
  private readonly handle: number;
  private freed = false;

  /** @param shape - with −1 for a dimension that may change; values of other shapes can be assigned too. */
  constructor(
    readonly backend: NativeBackend,
    shape: number[],
  ) {
    const attributes = { shape, container: '', shared_name: ANONYMOUS };
    const types: TypeAttributes = { dtype: 'float32' };
    const [handle] = execute(backend, 'VarHandleOp', [], 1, attributes, types);
    this.handle = handle.id;
  }

  /** Takes a tensor's value: its memory, where the tensor is disposed before the next write. */
  assign(value: tf.Tensor): void {
    this.run('AssignVariableOp', [value], 0);
  }

  /** The value, for a tensor of its own or to be put behind one. */
  read(): NativeTensor {
    return this.run('ReadVariableOp', [], 1)[0];
  }

  /** Runs an op of which this variable is the first input, and whose type is `dtype`. */
  run(
    name: string,
    inputs: tf.Tensor[],
    outputs: number,
    types: TypeAttributes = {},
  ): NativeTensor[] {
    const ids = [this.handle, ...this.backend.getInputTensorIds(inputs)];
    return execute(this.backend, name, ids, outputs, {}, { dtype: 'float32', ...types });
  }

  /** Adam's step on this variable and its moments in one pass: `ResourceApplyAdam`. */
  applyAdam(moments: Resource[], scalars: tf.Tensor[], gradient: tf.Tensor): void {
    this.apply('ResourceApplyAdam', moments, [...scalars, gradient]);
  }

  /** Momentum's step on this variable and its accumulation in one pass: `ResourceApplyMomentum`. */
  applyMomentum(
    accumulation: Resource,
    [rate, momentum]: [tf.Scalar, tf.Scalar],
    gradient: tf.Tensor,
    useNesterov: boolean,
  ): void {
    const inputs = [rate, gradient, momentum];
    this.apply('ResourceApplyMomentum', [accumulation], inputs, { use_nesterov: useNesterov });
  }

  /** Subtracts a multiple of a tensor in one pass: `ResourceApplyGradientDescent`. */
  subtract(factor: tf.Scalar, tensor: tf.Tensor): void {
    this.apply('ResourceApplyGradientDescent', [], [factor, tensor]);
  }

  /** Runs an op that writes to this variable and to others, and whose type is `T`. */
  private apply(
    name: string,
    others: Resource[],
    inputs: tf.Tensor[],
    attributes: Attributes = {},
  ): void {
    const handles = [this, ...others].map(({ handle }) => handle);
    const ids = [...handles, ...this.backend.getInputTensorIds(inputs)];
    execute(this.backend, name, ids, 0, attributes, { T: 'float32' });
  }

  /** The value as a tensor, whose memory it then is; the variable is no more. */
  take(): tf.Tensor {
    const value = this.backend.createOutputTensor(this.read());
    this.free();
    return value;
  }

  /** Frees the memory, unless a tensor has it. A second call does nothing. */
  free(): void {
    if (!this.freed) {
      this.freed = true;
      this.backend.binding.deleteTensor(this.handle);
    }
  }
}
