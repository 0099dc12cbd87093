/** Lazy updates of embedding tables (Su Jianlin 2019, keras_lazyoptimizer). */
import * as tf from '@tensorflow/tfjs-core';
import { captureLookups } from '../embedding/capture.js';
import { canReadAtOnce, releaseRows } from '../embedding/rows.js';
import { sampledRowsOf, sparseGradient, toDense } from '../embedding/sparse-gradient.js';
import { refuseInside } from './composition.js';
import { keepUnsampledRows } from './restoring-way.js';
import { hasRowRule } from './row-rules.js';
import { type Slot, slotsOf } from './slots.js';
import { SparseTable } from './sparse-table.js';
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
export type LazyRows = 'auto' | 'gradient' | 'indices';

const MOMENTS: LazyMoments[] = ['decay', 'freeze'];
const ROWS: LazyRows[] = ['auto', 'gradient', 'indices'];

/** Options of {@link LazyOptimizer}. */
export interface LazyOptions {
  /**
   * The tables to update lazily: `tf.layers.embedding` layers, their names, {@link EmbeddingTable}s, or
   * variables of shape [vocabulary, width].
   */
  embeddingLayers: EmbeddingLayer[];
  /**
   * How sampled rows are found.
   *
   * - `indices`: by the token ids that were looked up, captured while gradients are computed.
   * - `gradient`: by any non-zero component in the row's gradient, the article's approximation.
   * - `auto` (default): by the ids; by the gradient in a step in which it is dense, as that of a
   *   table with tied weights or a regularizer, or one given to `applyGradients` alone.
   */
  rows?: LazyRows;
  /**
   * The moments of rows that are not sampled: `decay` (default, the article's) lets the inner
   * optimizer shrink them as ever, `freeze` (as LazyAdam, SparseAdam) leaves them untouched.
   */
  moments?: LazyMoments;
}

/** One table, and what is known of it. */
interface Table {
  layer: EmbeddingLayer;
  name: TableName;
  /** Its state, where its steps are taken on the sampled rows alone. */
  sparse?: SparseTable;
}

/**
 * Wraps any optimizer so that rows of embedding tables move only in steps in which they are sampled:
 * old momentum no longer moves the vectors of words that the batch does not contain. All other
 * variables get exactly the inner optimizer's step, and its clock ticks once a step.
 *
 * Around tf.js's own optimizers a step reads and writes the sampled rows alone: it costs the same for
 * a vocabulary of 20 thousand and of a million. Around any other, and with `rows: 'gradient'`, the
 * inner optimizer takes its whole step, and the rows that were not sampled are put back.
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

  private readonly tables: Table[];
  /** The tables found among the variables, by position. */
  private readonly found = new Map<number, Table>();
  /** Stands for the tables in what the inner optimizer gets, so that it keeps no slots for them. */
  private standIn: tf.Variable | null = null;
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
    if (!ROWS.includes(rows)) {
      throw new RangeError(`rows is one of ${ROWS.join(', ')}, not "${rows}".`);
    }
    if (!MOMENTS.includes(moments)) {
      throw new RangeError(`moments is one of ${MOMENTS.join(', ')}, not "${moments}".`);
    }
    refuseInside('LazyOptimizer', inner);
    refuseCentered(inner);
    this.rows = rows;
    this.moments = moments;
    this.tables = embeddingLayers.map((layer) => ({ layer, name: nameOfTable(layer) }));
    if (moments === 'freeze') {
      this.slots(); // throws for an optimizer whose state is not known
    }
  }

  override computeGradients(f: () => tf.Scalar, varList?: tf.Variable[]) {
    if (this.rows === 'gradient' || !canReadAtOnce()) {
      return super.computeGradients(f, varList);
    }
    const isTable = (variable: tf.Variable) =>
      variable.trainable &&
      (varList === undefined || varList.includes(variable)) &&
      this.hasTable(variable);
    return captureLookups(f, isTable, (loss, anchor) =>
      super.computeGradients(loss, varList && [...varList, anchor]),
    );
  }

  /** Whether a variable is one of the tables that are updated lazily. */
  hasTable(variable: tf.Variable): boolean {
    return this.tables.some(({ layer, name }) => {
      const own = variableOfTable(layer);
      return own === undefined ? mayBeTable(variable, name) : variable === own;
    });
  }

  protected override step(gradients: Gradient[], complete: boolean): void {
    this.findTables(complete);
    const restore: (() => void)[] = [];
    const left = [...gradients];
    for (const [position, table] of this.found) {
      const { variable, tensor } = gradients[position];
      if (tensor !== null) {
        this.checkGradient(variable, tensor);
      }
      if (this.stepsOnRows()) {
        const sparse = this.sparseTable(table, position);
        if (tensor !== null) {
          sparse.step(variable, sampledRowsOf(tensor));
        }
        this.standIn ??= tf.variable(tf.scalar(0), false);
        left[position] = { variable: this.standIn, tensor: null };
      } else if (table.sparse !== undefined) {
        throw new Error(
          "The loaded optimizer state was saved by steps on sampled rows alone, but this LazyOptimizer has rows: 'gradient': make it with rows: 'auto' to go on.",
        );
      } else if (tensor !== null) {
        const slots = this.moments === 'freeze' ? () => super.slots() : undefined;
        restore.push(keepUnsampledRows(variable, tensor, position, slots));
        left[position] = { variable, tensor: toDense(tensor) };
      }
    }
    this.stepInner(left, complete);
    for (const putBack of restore) {
      putBack();
    }
  }

  /** Whether the steps of the tables are taken on the sampled rows alone. */
  private stepsOnRows(): boolean {
    return this.rows !== 'gradient' && hasRowRule(this.inner) && canReadAtOnce();
  }

  private sparseTable(table: Table, position: number): SparseTable {
    if (table.sparse === undefined) {
      const { shape } = this.variables[position];
      const inner = slotsOf(this.inner)!.map(({ variables }) => variables[position]);
      if (inner.some((slot) => slot !== undefined && slot.shape.length > 0)) {
        throw new Error(
          `The loaded optimizer state was saved with rows: 'gradient', but this LazyOptimizer has rows: '${this.rows}': make it with rows: 'gradient' to go on.`,
        );
      }
      table.sparse = new SparseTable(this.inner, shape, position, this.moments === 'freeze');
    }
    return table.sparse;
  }

  private checkGradient({ name, shape }: tf.Variable, gradient: tf.Tensor): void {
    if (sparseGradient(gradient) !== undefined) {
      return;
    }
    if (!tf.util.arraysEqual(gradient.shape, shape)) {
      throw new Error(
        `The gradient of "${name}" has shape [${gradient.shape}] and no ids of rows, the table has [${shape}]: use mapGradient to change a gradient of sampled rows.`,
      );
    }
    if (this.rows === 'indices') {
      throw new Error(
        `The gradient of "${name}" is dense, so that rows: 'indices' cannot tell which rows were sampled: the table is used by more than lookups (tied weights, a regularizer), or its gradient was given to applyGradients; use rows: 'auto'.`,
      );
    }
  }

  /** Looks for the tables among the variables until all are found. */
  private findTables(complete: boolean): void {
    if (this.found.size === this.tables.length) {
      return;
    }
    this.found.clear();
    for (const table of this.tables) {
      const { layer, name } = table;
      const own = variableOfTable(layer);
      const position =
        own === undefined ? positionOfTable(this.variables, name) : this.variables.indexOf(own);
      if (position >= 0) {
        this.found.set(position, table);
      } else if (!isFrozen(layer) && (complete || !exists(own, name))) {
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
      ({ layer }) =>
        Object(layer) === layer &&
        (layer as { embeddingsRegularizer?: unknown }).embeddingsRegularizer != null,
    );
    if (regularized !== undefined && !this.warned) {
      this.warned = true;
      console.warn(
        `Embedding layer "${regularized.name.name}" has a regularizer: it gives every row a gradient, so that LazyOptimizer takes every row for sampled.`,
      );
    }
  }

  /** The inner optimizer's slots and those of the tables: up-to-date copies of the latter. */
  override slots(): Slot[] {
    return super.slots().map((slot, i) => {
      const variables = [...slot.variables];
      for (const [position, { sparse }] of this.found) {
        if (sparse !== undefined) {
          variables[position] = sparse.slot(i);
        }
      }
      return { ...slot, variables };
    });
  }

  protected override resetInner(): void {
    super.resetInner();
    for (const { sparse } of this.tables) {
      sparse?.reset();
    }
  }

  override ownState(): NamedState {
    const state: NamedState = {};
    for (const [i, { sparse }] of this.tables.entries()) {
      for (const [key, tensor] of Object.entries(sparse?.state() ?? {})) {
        state[`table${i}.${key}`] = tensor;
      }
    }
    return state;
  }

  override loadOwnState(state: NamedState): void {
    this.found.clear();
    for (const [i, table] of this.tables.entries()) {
      const prefix = `table${i}.`;
      const own = Object.entries(state).filter(([key]) => key.startsWith(prefix));
      table.sparse?.dispose();
      table.sparse =
        own.length === 0
          ? undefined
          : SparseTable.from(
              this.inner,
              Object.fromEntries(own.map(([key, tensor]) => [key.slice(prefix.length), tensor])),
              this.moments === 'freeze',
            );
    }
  }

  protected override shapeOfState(position: number): number[] | undefined {
    const table = this.tables.find(({ sparse }) => sparse?.position === position);
    return table?.sparse?.shape ?? super.shapeOfState(position);
  }

  override dispose(): void {
    for (const [position, table] of this.found) {
      releaseRows(this.variables[position]);
      table.sparse?.dispose();
      table.sparse = undefined;
    }
    this.standIn?.dispose();
    super.dispose();
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

function refuseCentered(inner: tf.Optimizer): void {
  const innermost = chainOf(inner).at(-1)!;
  if (innermost.getClassName() === 'RMSProp' && innermost.getConfig().centered === true) {
    throw new TypeError(
      "LazyOptimizer cannot wrap tf.js's centered RMSProp, whose step is NaN wherever a gradient is zero: use tf.train.rmsprop without centered.",
    );
  }
}

tf.serialization.registerClass(LazyOptimizer);
