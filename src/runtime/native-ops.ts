/** Reaching TensorFlow's own ops through `@tensorflow/tfjs-node`, beside those that tf.js has. */
import * as tf from '@tensorflow/tfjs-core';

/** A tensor in native memory, by its number. */
export interface NativeTensor {
  id: number;
  shape: number[];
  dtype: number;
}

/** An op's attribute, as the binding takes it. */
export interface OpAttribute {
  name: string;
  type: number;
  value: unknown;
}

interface Binding {
  TF_Version: string;
  TF_ATTR_TYPE: number;
  TF_ATTR_SHAPE: number;
  TF_ATTR_STRING: number;
  TF_ATTR_INT: number;
  TF_ATTR_BOOL: number;
  TF_FLOAT: number;
  TF_INT32: number;
  executeOp(
    name: string,
    attributes: OpAttribute[],
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

/** An attribute that is a type: float32 or int32. */
export function typeAttribute(
  { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 }: Binding,
  name: string,
  dtype: 'float32' | 'int32',
): OpAttribute {
  return { name, type: TF_ATTR_TYPE, value: dtype === 'float32' ? TF_FLOAT : TF_INT32 };
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
    const { binding } = backend;
    const [handle] = binding.executeOp(
      'VarHandleOp',
      [
        typeAttribute(binding, 'dtype', 'float32'),
        { name: 'shape', type: binding.TF_ATTR_SHAPE, value: shape },
        { name: 'container', type: binding.TF_ATTR_STRING, value: '' },
        { name: 'shared_name', type: binding.TF_ATTR_STRING, value: ANONYMOUS },
      ],
      [],
      1,
    );
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
    attributes: OpAttribute[] = [],
  ): NativeTensor[] {
    const { binding } = this.backend;
    const dtype = typeAttribute(binding, 'dtype', 'float32');
    return binding.executeOp(
      name,
      [dtype, ...attributes],
      [this.handle, ...this.backend.getInputTensorIds(inputs)],
      outputs,
    );
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
    const type = this.backend.binding.TF_ATTR_BOOL;
    this.apply(
      'ResourceApplyMomentum',
      [accumulation],
      [rate, gradient, momentum],
      [{ name: 'use_nesterov', type, value: useNesterov }],
    );
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
    attributes: OpAttribute[] = [],
  ): void {
    const { binding } = this.backend;
    const handles = [this, ...others].map(({ handle }) => handle);
    const ids = [...handles, ...this.backend.getInputTensorIds(inputs)];
    binding.executeOp(name, [typeAttribute(binding, 'T', 'float32'), ...attributes], ids, 0);
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
