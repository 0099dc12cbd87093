/** What wrappers have in common that keep weights to evaluate a model on, beside its own. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { wrapEvaluation } from './evaluation-hook.js';
import { lend, loanOf, whenEnded } from './lent-weights.js';
import type { NamedTensor } from './state.js';
import { chainOf, OptimizerWrapper } from './wrapper.js';

/** A wrapper that keeps weights to evaluate on: Lookahead's slow ones, or averages. */
export abstract class EvaluatingWrapper extends OptimizerWrapper {
  /** Callbacks that run on the kept weights just now, and what gives the model its own back. */
  private evaluations = 0;
  private giveBack = () => {};
  /** Of the models that evaluate on the kept weights, what ends that. */
  private readonly undos = new Set<() => void>();

  /** What the kept weights are called, and the methods that evaluate on them. */
  protected abstract readonly names: { weights: string; scope: string; model: string };

  /** How many variables there are kept weights of. */
  protected abstract countKept(): number;

  /** The kept weights, by position. Run inside a tidy. */
  protected abstract keptWeights(): tf.Tensor[];

  /**
   * Runs a callback while the model holds the kept weights, and puts its own back afterwards, also
   * when the callback throws or rejects.
   *
   * @returns what the callback returns.
   * @throws Error when this optimizer or one of its variables was disposed; when it was loaded and does
   *   not know its model yet.
   * @internal
   */
  withEvaluationWeights<T>(callback: () => T): T {
    if (this.evaluations === 0) {
      this.requireVariables();
      tf.tidy(() => {
        this.giveBack = lend(this.variables, this.keptWeights(), this.names);
      });
    }
    this.evaluations += 1;
    return whenEnded(callback, () => {
      this.evaluations -= 1;
      if (this.evaluations === 0) {
        this.giveBack();
      }
    });
  }

  /**
   * Makes a model evaluate on the kept weights, in `evaluate` and in the validation of `fit`, whose
   * callbacks come too late for that: it validates before `onBatchEnd` of an epoch's last batch.
   *
   * @param model - a model compiled with this optimizer, or with a wrapper around it; compiling it
   *   with another undoes this.
   * @returns a function that undoes it.
   * @throws Error when the model is not compiled, or with another optimizer, or this one was disposed;
   *   when a state that was loaded is that of another model.
   */
  protected evaluateOnKeptWeights(model: LayersModel): () => void {
    this.refuseDisposed();
    if (model.optimizer && !chainOf(model.optimizer).includes(this)) {
      throw new Error(
        `Model "${model.name}" is compiled with another optimizer, so that the ${this.names.weights} of this one are not its own: compile it with this one first.`,
      );
    }
    const unwrap = wrapEvaluation(model, (evaluate) => this.withEvaluationWeights(evaluate));
    const undo = () => {
      this.undos.delete(undo);
      unwrap();
    };
    this.undos.add(undo);
    this.attach(model);
    return undo;
  }

  /**
   * Tells which model's variables a loaded state is of, for an evaluation before the next step.
   *
   * @throws Error when it is the state of another model.
   * @internal
   */
  attach(model: LayersModel): void {
    this.register(model.trainableWeights.map((weight) => (weight.read() as tf.Variable).name));
  }

  /**
   * Restores what `getWeights` gave, bit for bit.
   *
   * @throws Error while the model holds the kept weights, and as {@link OptimizerWrapper.setWeights}
   *   does.
   */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    this.refuseWhileEvaluating('setWeights()');
    await super.setWeights(weights);
  }

  /**
   * Makes the whole state as new, the inner optimizer's included.
   *
   * @throws Error while the model holds the kept weights.
   */
  override resetState(): void {
    this.refuseWhileEvaluating('resetState()');
    super.resetState();
    this.loadOwnState({});
  }

  /** Disposes all state; models evaluate on their own weights again. */
  override dispose(): void {
    for (const undo of this.undos) {
      undo();
    }
    super.dispose();
  }

  private refuseDisposed(): void {
    if (this.disposed) {
      throw new Error(
        `This optimizer was disposed, and its ${this.names.weights} with it: make a new one.`,
      );
    }
  }

  /**
   * Checks that there are variables that the kept weights can be assigned to, and kept weights.
   *
   * @throws Error when either was disposed; after a state was loaded, for the model's variables are
   *   known from the next step on only.
   */
  protected requireVariables(): void {
    this.refuseDisposed();
    this.refuseGone();
    if (this.variables.length < this.countKept()) {
      throw new Error(
        `This optimizer was loaded and does not know its model yet: call ${this.names.model}(model), or take a training step, first.`,
      );
    }
  }

  /** Variables are told apart by position: with fewer of them a loaded state would be mixed up. */
  protected refuseFewer(): void {
    const [kept, known] = [this.countKept(), this.variables.length];
    if (known < kept) {
      throw new Error(
        `The loaded optimizer state is of ${kept} variables, and this step names ${known}: train the same ones, or make a new optimizer.`,
      );
    }
  }

  protected refuseWhileEvaluating(what: string): void {
    // Also those that a wrapper around this one, or within, has lent.
    const lent = this.variables.map(loanOf).find((loan) => loan !== undefined);
    if (this.evaluations > 0 || lent !== undefined) {
      const { weights, scope } = lent ?? this.names;
      throw new Error(
        `The model holds the ${weights} just now: ${what} would be undone; wait for ${scope} to end.`,
      );
    }
  }
}
