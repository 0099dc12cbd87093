/** Lazy updates of embedding tables (Su Jianlin 2019, keras_lazyoptimizer). */
import * as tf from '@tensorflow/tfjs-core';
import { Lookahead } from './lookahead.js';
import type { Slot } from './slots.js';
import type { NamedState } from './state.js';
import {
  type EmbeddingLayer,
  isFrozen,
  mayBeTable,
  nameOfTable,
  positionOfTable,
  type TableName,
  variableOfTable,
} from './tables.js';
import { chainOf, type Gradient, innerFromConfig, OptimizerWrapper } from './wrapper.js';

/** What happens to the moments of a row that is not sampled. */
export type LazyMoments = 'decay' | 'freeze';

/** How the sampled rows are found. */
export type LazyRows = 'auto' | 'gradient';

/** Options of {@link LazyOptimizer}. */
export interface LazyOptions {
  /**
   * The tables to update lazily: `tf.layers.embedding` layers, their names, or the variables
   * themselves, of shape [vocabulary, width].
   */
  embeddingLayers: EmbeddingLayer[];
  /**
   * How sampled rows are found. `gradient`: any non-zero component in the row's gradient, the
   * article's approximation. `auto` (default): the best way there is, today `gradient`.
   */
  rows?: LazyRows;
  /**
   * The moments of rows that are not sampled: `decay` (default, the article's) lets the inner
   * optimizer shrink them as ever, `freeze` (as LazyAdam, SparseAdam) leaves them untouched.
   */
  moments?: LazyMoments;
}

/**
 * Wraps any optimizer so that rows of embedding tables move only in steps in which they are sampled:
 * old momentum no longer moves the vectors of words that the batch does not contain. All other
 * variables get exactly the inner optimizer's step, and its clock ticks once a step.
 *
 * The inner optimizer takes its whole step; then the rows that were not sampled are put back.
 *
 * @example
 * const embedding = tf.layers.embedding({ inputDim: 20000, outputDim: 128, inputLength: 80 });
 * const optimizer = new LazyOptimizer(tf.train.adam(1e-3), { embeddingLayers: [embedding] });
 * model.compile({ optimizer, loss: 'binaryCrossentropy' });
 */
export class LazyOptimizer extends OptimizerWrapper {
  /** @nocollapse */
  static get className(): string {
    return 'LazyOptimizer';
  }

  /** How sampled rows are found. */
  readonly rows: LazyRows;
  /** The moments of rows that are not sampled. */
  readonly moments: LazyMoments;

  private readonly tables: { table: EmbeddingLayer; name: TableName }[];
  /** Positions of the tables among the variables. */
  private readonly positions = new Set<number>();
  private warned = false;

  /**
   * @param inner - the optimizer that takes the steps.
   * @throws RangeError when an option has none of its values.
   * @throws TypeError when `inner` is no optimizer or cannot be wrapped, or when something other than
   *   an embedding is among the layers.
   */
  constructor(inner: tf.Optimizer, options: LazyOptions) {
    super(inner);
    const { embeddingLayers, rows = 'auto', moments = 'decay' } = options ?? {};
    if (!Array.isArray(embeddingLayers) || embeddingLayers.length === 0) {
      throw new TypeError('embeddingLayers is a list of at least one embedding layer.');
    }
    if (rows !== 'auto' && rows !== 'gradient') {
      throw new RangeError(`rows is one of auto, gradient, not "${rows}".`);
    }
    if (moments !== 'decay' && moments !== 'freeze') {
      throw new RangeError(`moments is one of decay, freeze, not "${moments}".`);
    }
    refuseInner(inner);
    this.rows = rows;
    this.moments = moments;
    this.tables = embeddingLayers.map((table) => ({ table, name: nameOfTable(table) }));
    if (moments === 'freeze') {
      this.slots(); // throws for an optimizer whose state is not known
    }
  }

  protected override step(gradients: Gradient[], complete: boolean): void {
    this.findTables(complete);
    const sampled = [...this.positions].flatMap((position) => {
      const { variable, tensor } = gradients[position];
      return tensor === null ? [] : [this.snapshot(position, variable, tensor)];
    });
    this.stepInner(gradients, complete);
    for (const restore of sampled) {
      restore();
    }
  }

  /** Keeps what a table's rows are before the step; the result puts back those not sampled. */
  private snapshot(position: number, table: tf.Variable, gradient: tf.Tensor): () => void {
    const sampled = tf.any(tf.notEqual(gradient, 0), 1, true);
    const restoreWeights = keepRows(table, sampled);
    if (this.moments === 'decay') {
      return restoreWeights;
    }
    const before = this.slots().map(({ variables }) => variables[position]?.clone());
    return () => {
      restoreWeights();
      for (const [i, slot] of this.slots().entries()) {
        restoreSlot(slot, position, sampled, before[i]);
      }
    };
  }

  /** Looks for the tables among the variables until all are found. */
  private findTables(complete: boolean): void {
    if (this.positions.size === this.tables.length) {
      return;
    }
    this.positions.clear();
    for (const { table, name } of this.tables) {
      const own = variableOfTable(table);
      const position =
        own === undefined ? positionOfTable(this.variables, name) : this.variables.indexOf(own);
      if (position >= 0) {
        this.positions.add(position);
      } else if (!isFrozen(table) && (complete || !exists(own, name))) {
        throw new Error(this.notFound(name));
      }
    }
    this.warnOfRegularizers();
  }

  private notFound({ name, isVariable }: TableName): string {
    const trained = this.variables.map((variable) => variable.name);
    if (!isVariable && trained.some((variable) => variable.startsWith(`${name}/`))) {
      return `Layer "${name}" is not an embedding: hand over tf.layers.embedding layers only.`;
    }
    return `The embedding ${isVariable ? 'table' : 'layer'} "${name}" is not among the variables being trained: ${trained.join(', ')}.`;
  }

  private warnOfRegularizers(): void {
    const regularized = this.tables.find(
      ({ table }) =>
        Object(table) === table &&
        (table as { embeddingsRegularizer?: unknown }).embeddingsRegularizer != null,
    );
    if (regularized !== undefined && !this.warned) {
      this.warned = true;
      console.warn(
        `Embedding layer "${regularized.name.name}" has a regularizer: it gives every row a gradient, so that LazyOptimizer takes every row for sampled.`,
      );
    }
  }

  override ownState(): NamedState {
    return {};
  }

  override loadOwnState(): void {
    this.positions.clear();
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { rows, moments } = this;
    // Under the key `name` alone does tf.js leave strings as they are when it loads a model.
    const embeddingLayers = this.tables.map(({ name }) => ({ ...name }));
    return { inner: this.innerConfig(), embeddingLayers, rows, moments };
  }

  /** @nocollapse */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    const { inner, embeddingLayers, rows, moments } = config;
    const optimizer = new (cls as unknown as typeof LazyOptimizer)(
      innerFromConfig(inner as tf.serialization.ConfigDict),
      {
        embeddingLayers: (embeddingLayers as unknown as TableName[]).map(({ name }) => name),
        rows,
        moments,
      } as LazyOptions,
    );
    for (const [i, name] of (embeddingLayers as unknown as TableName[]).entries()) {
      optimizer.tables[i].name = name;
    }
    return optimizer as unknown as T;
  }
}

/** Whether there is such a table at all, though this step's loss does not reach it. */
function exists(own: tf.Variable | undefined, name: TableName): boolean {
  const all = Object.values(tf.engine().registeredVariables);
  return own !== undefined || all.some((variable) => mayBeTable(variable, name));
}

function refuseInner(inner: tf.Optimizer): void {
  const chain = chainOf(inner);
  if (chain.some((optimizer) => optimizer instanceof Lookahead)) {
    throw new TypeError(
      'LazyOptimizer around Lookahead would undo its syncs: write new Lookahead(new LazyOptimizer(optimizer, …)).',
    );
  }
  if (chain.some((optimizer) => optimizer instanceof LazyOptimizer)) {
    throw new TypeError(
      'LazyOptimizer cannot wrap another LazyOptimizer: name all embedding layers in one.',
    );
  }
  const innermost = chain[chain.length - 1];
  if (innermost.getClassName() === 'RMSProp' && innermost.getConfig().centered === true) {
    throw new TypeError(
      "LazyOptimizer cannot wrap tf.js's centered RMSProp, whose step is NaN wherever a gradient is zero: use tf.train.rmsprop without centered.",
    );
  }
}

/** Remembers a variable's value; the result puts the rows outside the mask back to it. */
function keepRows(variable: tf.Variable, sampled: tf.Tensor): () => void {
  const before = variable.clone();
  return () => variable.assign(tf.where(sampled, variable, before));
}

function restoreSlot(slot: Slot, position: number, sampled: tf.Tensor, before?: tf.Tensor): void {
  const variable = slot.variables[position];
  if (variable !== undefined) {
    // A slot made in this very step was its initial value before.
    const old = before ?? tf.fill(variable.shape, slot.initialValue);
    variable.assign(tf.where(sampled, variable, old));
  }
}

tf.serialization.registerClass(LazyOptimizer);
