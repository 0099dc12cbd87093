import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

type LayerConfig = ConstructorParameters<typeof tfl.layers.Layer>[0];

/**
 * An output layer with the weights of an embedding (Press & Wolf 2017, arXiv 1608.05859) and biases
 * of its own: `[batch, steps, size]` to logits `[batch, steps, vocabulary]`.
 *
 * It cannot be saved: its weights are another layer's.
 */
export class TiedLogits extends tfl.layers.Layer {
  /** @nocollapse */
  static className = 'TiedLogits';

  private readonly embedding: tfl.layers.Layer;
  private bias!: tfl.LayerVariable;

  /** @param config.embedding - one that has been applied. */
  constructor({ embedding, ...config }: LayerConfig & { embedding: tfl.layers.Layer }) {
    super(config);
    this.embedding = embedding;
  }

  private get table(): tf.Tensor2D {
    return this.embedding.weights[0].read() as tf.Tensor2D;
  }

  override build(): void {
    const [vocabulary] = this.table.shape;
    this.bias = this.addWeight('bias', [vocabulary], 'float32', tfl.initializers.zeros());
    this.built = true;
  }

  override computeOutputShape(inputShape: tfl.Shape): tfl.Shape {
    return [...inputShape.slice(0, -1), this.table.shape[0]];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const [vocabulary, size] = this.table.shape;
      const rows = tf.reshape(x, [-1, size]) as tf.Tensor2D;
      const logits = tf.add(tf.matMul(rows, this.table, false, true), this.bias.read());
      return tf.reshape(logits, [...x.shape.slice(0, -1), vocabulary]);
    });
  }
}
