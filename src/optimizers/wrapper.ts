/** What every optimizer that wraps another one has in common. */
import * as tf from '@tensorflow/tfjs-core';
import { listOfGradients } from './gradients.js';
import { innerFromConfig, innerToConfig } from './inner-config.js';
import { learningRateOf, setLearningRate } from './learning-rate.js';
import { describe } from './options.js';
import { disposeOptimizer, resetState, type Slot, slotsOf } from './slots.js';
import {
  disposeStepCounter,
  loadChain,
  type NamedState,
  type NamedTensor,
  saveChain,
} from './state.js';

/** A variable of the model and its gradient in this step, null when the loss does not reach it. */
export interface Gradient {
  variable: tf.Variable;
  tensor: tf.Tensor | null;
}

type Config = tf.serialization.ConfigDict;

/**
 * An optimizer that takes its steps through another one.
 *
 * It hands the inner optimizer the same full list of variables, in the same order, at every step:
 * tf.js keeps slots by position, so a list with a variable more or less would mix them up.
 */
export abstract class OptimizerWrapper extends tf.Optimizer {
  /** The optimizer that takes the steps. The wrapper owns it: `dispose` disposes both. */
  readonly inner: tf.Optimizer;

  /** The variables seen so far, in the order in which the inner optimizer has their slots. */
  protected readonly variables: tf.Variable[] = [];
  /** Whether all state is gone. */
  protected disposed = false;

  /** tf.js's own check calls anything with the three methods an instance, of any subclass too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: every subclass asks for itself.
    return Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /**
   * @param inner - any tf.js optimizer, or a wrapper around one.
   * @throws TypeError when `inner` is not an optimizer.
   */
  constructor(inner: tf.Optimizer) {
    super();
    if (!(Object(inner) instanceof tf.Optimizer)) {
      throw new TypeError(
        `${this.getClassName()} wraps a tf.Optimizer such as tf.train.adam(1e-3), not ${describe(inner)}.`,
      );
    }
    this.inner = inner;
  }

  /** The learning rate of the next step, the innermost optimizer's. Setting it works at once. */
  get learningRate(): number {
    return learningRateOf(this);
  }

  /**
   * @throws RangeError when it is not a finite number of at least 0.
   * @throws Error when a schedule sets the rate, and would undo the change.
   * @throws TypeError when the innermost optimizer has no way to set it.
   */
  set learningRate(value: number) {
    setLearningRate(this, value);
  }

  override computeGradients(f: () => tf.Scalar, varList?: tf.Variable[]) {
    return this.inner.computeGradients(f, varList);
  }

  /**
   * Takes one step.
   *
   * @param gradients - by variable name, or a list of names and tensors; a null tensor stands for a
   *   variable that has no gradient in this step.
   * @throws Error when this optimizer, or a variable that it trains, was disposed; when there is no
   *   variable of a name; when a state that was loaded does not fit.
   */
  override applyGradients(gradients: tf.NamedTensorMap | NamedTensor[]): void {
    if (this.disposed) {
      throw new Error('This optimizer was disposed: make a new one to train further.');
    }
    const tensors = new Map(
      listOfGradients(gradients).map(({ name, tensor }) => [name, tensor ?? null]),
    );
    this.register([...tensors.keys()]);
    this.refuseGone();
    tf.tidy(() =>
      this.step(
        this.variables.map((variable) => ({
          variable,
          tensor: tensors.get(variable.name) ?? null,
        })),
        Array.isArray(gradients),
      ),
    );
    this.incrementIterations();
  }

  /**
   * One step over all variables seen so far, run inside a tidy.
   *
   * @param gradients - by position.
   * @param complete - whether the caller named every variable it trains, also those without gradient.
   */
  protected abstract step(gradients: Gradient[], complete: boolean): void;

  /** The inner optimizer's step, with the arguments of {@link step}. */
  protected stepInner(gradients: Gradient[], complete: boolean): void {
    // tf.js skips null tensors, though its types do not say so; a list keeps its order.
    const list = gradients.map(({ variable, tensor }) => ({
      name: variable.name,
      tensor: tensor as tf.Tensor,
    }));
    this.inner.applyGradients(
      complete || !(this.inner instanceof OptimizerWrapper)
        ? list
        : Object.fromEntries(list.map(({ name, tensor }) => [name, tensor])),
    );
  }

  /** The wrapped optimizer's slots, live. @throws TypeError when the inner optimizer hides them. */
  slots(): Slot[] {
    const slots = slotsOf(this.inner);
    if (slots === null) {
      throw new TypeError(
        `${this.inner.getClassName()} is not one of tf.js's optimizers and has no slots() method that shows its state.`,
      );
    }
    return slots;
  }

  /** Makes the whole state as new, the inner optimizer's included. */
  resetState(): void {
    this.resetInner();
    this.iterations_ = 0;
  }

  protected resetInner(): void {
    if (canReset(this.inner)) {
      this.inner.resetState();
    } else {
      resetState(this.inner);
    }
  }

  /** This wrapper's own state, without the inner optimizer's: live tensors, not copies. */
  abstract ownState(): NamedState;

  /** The lists in its own state that have a tensor for each variable, from the first step on. */
  get stateLists(): readonly string[] {
    return [];
  }

  /** Puts back what {@link ownState} gave; the tensors are the caller's and are copied. */
  abstract loadOwnState(state: NamedState): void;

  /**
   * The complete state, inner optimizer included: live tensors that must not be disposed, and are to
   * be read before the next step.
   */
  override async getWeights(): Promise<NamedTensor[]> {
    return saveChain(chainOf(this));
  }

  /**
   * Restores what {@link getWeights} gave, bit for bit.
   *
   * Variables are told apart by their position: go on with the same variables in the same order, as
   * `model.fit` does by itself, and `minimize` with a `varList`.
   *
   * @throws Error when the state is of another composition of optimizers, or not complete; it is then
   *   left as it was.
   */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const chain = chainOf(this);
    await loadChain(chain, weights);
    for (const optimizer of chain) {
      if (optimizer instanceof OptimizerWrapper) {
        optimizer.variables.length = 0;
      }
    }
  }

  /** Disposes all state, the inner optimizer's included. A second call does nothing. */
  override dispose(): void {
    if (!this.disposed) {
      this.disposed = true;
      tf.dispose(Object.values(this.ownState()));
      for (const optimizer of [this, this.inner]) {
        disposeStepCounter(optimizer);
      }
      disposeOptimizer(this.inner);
    }
  }

  /**
   * Makes a wrapper of a configuration in which its options stand beside `inner`.
   *
   * @nocollapse
   */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    // tf.js adds its custom objects to a configuration that it loads.
    { inner, customObjects: _, ...options }: Config,
  ): T {
    return new (cls as unknown as new (inner: tf.Optimizer, options: Config) => T)(
      innerFromConfig(inner as Config),
      options,
    );
  }

  /** The inner optimizer's part of a wrapper's configuration. */
  protected innerConfig(): Config {
    return innerToConfig(this.inner);
  }

  /**
   * Gives variables that are new their positions.
   *
   * @throws Error when a state that was loaded has another shape at that position.
   */
  protected register(names: string[]): void {
    const known = new Set(this.variables.map(({ name }) => name));
    // A layer that a model has twice names its weights twice.
    for (const name of new Set(names.filter((name) => !known.has(name)))) {
      const variable = tf.engine().registeredVariables[name];
      if (variable === undefined) {
        throw new Error(`There is no variable named "${name}" to apply a gradient to.`);
      }
      const saved = this.shapeOfState(this.variables.length) ?? variable.shape;
      if (!tf.util.arraysEqual(saved, variable.shape)) {
        throw new Error(
          `The loaded optimizer state has shape [${saved}] where this model has "${name}" of shape [${variable.shape}]: load the state of the same model.`,
        );
      }
      this.variables.push(variable);
    }
  }

  /** @throws Error when a variable was disposed, e.g. one of several models that share this optimizer. */
  protected refuseGone(): void {
    const gone = this.variables.find((variable) => variable.isDisposed);
    if (gone !== undefined) {
      throw new Error(
        `The variable "${gone.name}" that this optimizer trains was disposed: make a new optimizer for a new model.`,
      );
    }
  }

  /** The shape of the state at a position, where there is any. */
  protected shapeOfState(position: number): number[] | undefined {
    if (this.inner instanceof OptimizerWrapper) {
      return this.inner.shapeOfState(position);
    }
    return slotsOf(this.inner)?.find((slot) => position in slot.variables)?.variables[position]
      .shape;
  }
}

/** Whether an optimizer can make its own state as new. */
export function canReset(
  optimizer: tf.Optimizer,
): optimizer is tf.Optimizer & { resetState(): void } {
  return 'resetState' in optimizer;
}

/** Every optimizer of a chain of wrappers, outermost first. */
export function chainOf(optimizer: tf.Optimizer): tf.Optimizer[] {
  return optimizer instanceof OptimizerWrapper
    ? [optimizer, ...chainOf(optimizer.inner)]
    : [optimizer];
}
