import * as tf from '@tensorflow/tfjs-core';
import { type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { randomStream } from '../runtime/seeds.js';
import { dropoutMask } from './dropout-mask.js';
import { type LSTMConfig, type OwnOptions, ownOptions, seedFor } from './lstm-config.js';
import { seeded } from './lstm-initializers.js';
import type { RecurrentActivation } from './lstm-recurrence.js';
import { lstmSequence } from './lstm-sequence.js';
import { stockClass } from './stock-class.js';

type StockLayer = ReturnType<typeof layers.lstm>;

const Stock = stockClass(layers.lstm, { units: 1 });

/** The weights, which tf.layers keeps in a cell. */
interface Cell {
  units: number;
  dropout: number;
  recurrentDropout: number;
  kernel: LayerVariable;
  recurrentKernel: LayerVariable;
  /** Null without biases. */
  bias: LayerVariable | null;
}

/**
 * `tf.layers.lstm`, trained many times as fast on tfjs-node, with seeded dropout that may have masks
 * for each gate.
 *
 * Options, weights (gates i, f, c, o), states, masks and saved form are tf.layers' own, and so is the
 * class name: a saved model loads in any tf.js program, and there gets tf.layers' layer. For loaded
 * models to get this one, register it first: `tf.serialization.registerClass(LSTM)`. So too for
 * `tf.layers.bidirectional`, which makes both of its layers anew by the class name.
 *
 * Activations other than `tanh`, or of the gates other than `sigmoid` and `hardSigmoid`, are computed
 * as tf.layers does, and so is a `dropoutFunc`. The gradient of the others cannot be differentiated
 * again.
 */
export class LSTM extends Stock {
  /** @nocollapse */
  static override className = 'LSTM';

  /**
   * Makes one of a saved configuration.
   *
   * @nocollapse
   */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    return new cls(config);
  }

  /**
   * How often the layer has been called in training. The dropout masks of a call depend on this
   * number and the seed alone: set it when a run is resumed.
   */
  dropoutStep = 0;

  private readonly own: OwnOptions;
  /** What masks are drawn from. */
  private readonly seed: number;
  /** The initializers whose seeds are derived from it. */
  private readonly derived: string[];
  private warned = false;
  /** Null where the computation is left to tf.layers. */
  private readonly recurrentActivation: RecurrentActivation | null;

  /** @throws RangeError for a value out of range. */
  constructor(config: LSTMConfig) {
    const own = ownOptions(config);
    const seed = seedFor(own, config.goBackwards);
    const { options, derived } = seeded(config, seed);
    super(options);
    this.own = own;
    this.seed = seed;
    this.derived = derived;
    const { activation = 'tanh', recurrentActivation = 'hardSigmoid', dropoutFunc } = config;
    const known =
      activation === 'tanh' &&
      dropoutFunc === undefined &&
      (recurrentActivation === 'sigmoid' || recurrentActivation === 'hardSigmoid');
    this.recurrentActivation = known ? recurrentActivation : null;
  }

  /** Makes the weights. @param inputShape - `[batch, time, features]`. */
  override build(inputShape: Parameters<StockLayer['build']>[0]): void {
    // tf.layers leaves the parts behind that it makes the bias of.
    tf.tidy(() => super.build(inputShape));
  }

  /** Calls the layer, in a model or on tensors. */
  // tf.layers writes initial states into the arguments, which a model hands to all of its layers.
  override apply(
    inputs: Parameters<StockLayer['apply']>[0],
    kwargs?: Parameters<StockLayer['apply']>[1],
  ) {
    return super.apply(inputs, { ...kwargs });
  }

  /**
   * Runs over the steps.
   *
   * @param inputs - `[batch, time, inputDim]`.
   * @param kwargs - `training: true` applies dropout and counts {@link dropoutStep}; `initialState`
   *   are h and c, `[batch, units]` each; `mask`, `[batch, time]`, is false where a step is passed
   *   over.
   */
  override call(
    inputs: tf.Tensor | tf.Tensor[],
    kwargs: Record<string, unknown>,
  ): tf.Tensor | tf.Tensor[] {
    const { recurrentActivation } = this;
    if (recurrentActivation === null) {
      return super.call(inputs, kwargs);
    }
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor3D;
      const mask = onlyOne(kwargs?.mask as tf.Tensor | tf.Tensor[] | undefined);
      const initial = (kwargs?.initialState ?? (this.stateful ? this.states : undefined)) as
        | [tf.Tensor2D, tf.Tensor2D]
        | undefined;
      if (initial !== undefined && initial.length !== 2) {
        throw new RangeError(
          `An LSTM layer has 2 states, h and c, but initialState holds ${initial.length}.`,
        );
      }
      const training = kwargs?.training === true;
      const { output, states } = lstmSequence(
        this.inOrder(x),
        this.weightTensors(),
        {
          recurrentActivation,
          returnSequences: this.returnSequences,
          returnState: this.returnState || this.stateful,
          seen: mask && this.inOrder(tf.cast(tf.cast(mask, 'bool'), 'float32') as tf.Tensor2D),
          ...(training ? this.drawMasks(x) : {}),
        },
        initial,
      );
      if (this.stateful) {
        this.resetStates(states, training);
      }
      return this.returnState ? [output, ...states!] : output;
    });
  }

  /** In the order of time in which they are gone through. */
  private inOrder<T extends tf.Tensor>(steps: T): T {
    const { goBackwards } = this as unknown as { goBackwards: boolean };
    return goBackwards ? tf.reverse(steps, 1) : steps;
  }

  private get lstmCell(): Cell {
    return this.cell as unknown as Cell;
  }

  private weightTensors() {
    const { kernel, recurrentKernel, bias, units } = this.lstmCell;
    return {
      kernel: kernel.read() as tf.Tensor2D,
      recurrentKernel: recurrentKernel.read() as tf.Tensor2D,
      bias: (bias?.read() ?? tf.zeros([4 * units])) as tf.Tensor1D,
    };
  }

  private drawMasks(x: tf.Tensor3D) {
    const { units, dropout, recurrentDropout } = this.lstmCell;
    const random = randomStream(this.seed, 'dropout', this.dropoutStep);
    this.dropoutStep++;
    const [batch, , inputDim] = x.shape;
    const gates = this.own.dropoutMasks === 'perGate' ? 4 : 1;
    const draw = (rate: number, size: number) =>
      rate > 0 ? dropoutMask([gates, batch, size], rate, random) : undefined;
    return { inputMask: draw(dropout, inputDim), recurrentMask: draw(recurrentDropout, units) };
  }

  /**
   * The options, as JSON keeps them: with the seeds that were given, without those drawn or derived,
   * so that a layer made of them is one made of the same options.
   */
  override getConfig(): tf.serialization.ConfigDict {
    this.warnOfCopies();
    const config = super.getConfig();
    for (const key of this.derived) {
      const initializer = config[key] as { config: tf.serialization.ConfigDict };
      initializer.config.seed = null;
    }
    return { ...config, ...this.own };
  }

  /**
   * Says once that a copy by class name would be a layer of tf.layers. A layer that has weights is
   * being saved, and that is as it should be.
   */
  private warnOfCopies(): void {
    const [registered] = tf.serialization.SerializationMap.getMap().classNameMap.LSTM;
    if (!this.warned && !this.built && (registered as unknown) === Stock) {
      this.warned = true;
      console.warn(
        `What is made of the configuration of "${this.name}", as tf.layers.bidirectional makes its two layers, is an LSTM of tf.layers, without dropoutMasks and seed: call tf.serialization.registerClass(LSTM) first.`,
      );
    }
  }
}

const onlyOne = <T>(value: T | T[] | null | undefined): T | undefined =>
  (Array.isArray(value) ? value[0] : value) ?? undefined;

/**
 * An {@link LSTM} layer: `tf.layers.lstm`, trained faster on tfjs-node.
 *
 * @example
 * ```ts
 * const model = tf.sequential({
 *   layers: [
 *     tf.layers.embedding({ inputDim: 20000, outputDim: 128, inputLength: 80 }),
 *     lstm({ units: 128, dropout: 0.2, recurrentDropout: 0.2, dropoutMasks: 'perGate', seed: 1 }),
 *     tf.layers.dense({ units: 1, activation: 'sigmoid' }),
 *   ],
 * });
 * ```
 *
 * @throws RangeError for a value out of range.
 */
export function lstm(config: LSTMConfig): LSTM {
  return new LSTM(config);
}
