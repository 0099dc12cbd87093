/** Lazy updates of embedding tables (Su Jianlin 2019, keras_lazyoptimizer). */
import * as tf from '@tensorflow/tfjs-core';
import { captureLookups } from '../embedding/capture.js';
import { canReadAtOnce, releaseRows } from '../embedding/rows.js';
import { sampledRowsOf, sparseGradient, toDense } from '../embedding/sparse-gradient.js';
import { refuseInside } from './composition.js';
import { innerFromConfig } from './inner-config.js';
import { keepUnsampledRows } from './keep-unsampled-rows.js';
import { refuseOtherTables, type SlotsOfTables, stateOfTables, statesIn } from './lazy-state.js';
import { LazyTables } from './lazy-tables.js';
import { optionsOf } from './options.js';
import { hasRowRule } from './row-rules.js';
import type { Slot } from './slots.js';
import type { NamedState } from './state.js';
import { TableSlots } from './table-slots.js';
import { type EmbeddingLayer, type TableName, variableOfTable } from './tables.js';
import { chainOf, type Gradient, OptimizerWrapper } from './wrapper.js';

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

/**
 * Wraps any optimizer so that rows of embedding tables move only in steps in which they are sampled:
 * old momentum no longer moves the vectors of words that the batch does not contain. All other
 * variables get exactly the inner optimizer's step, and its clock ticks once a step.
 *
 * Around tf.js's own optimizers a step reads and writes the sampled rows alone: it costs hardly more
 * for a vocabulary of a million than for one of 20 thousand (on WebGL, one copy of the table besides).
 * Around any other, and with `rows: 'gradient'`, the inner optimizer takes its whole step, and the rows
 * that were not sampled are put back.
 *
 * @example
 * const embedding = tf.layers.embedding({ inputDim: 20000, outputDim: 128, inputLength: 80 });
 * const optimizer = new LazyOptimizer(tf.train.adam(1e-3), { embeddingLayers: [embedding] });
 * model.compile({ optimizer, loss: 'binaryCrossentropy' });
 */
export class LazyOptimizer extends OptimizerWrapper {
  /**
   * The name under which tf.js saves and loads it.
   *
   * @nocollapse
   */
  static get className(): string {
    return 'LazyOptimizer';
  }

  /** How sampled rows are found. */
  readonly rows: LazyRows;
  /** The moments of rows that are not sampled. */
  readonly moments: LazyMoments;

  private readonly tables: LazyTables;
  /** The slots of tables whose steps are taken on the sampled rows alone, by position. */
  private readonly tableSlots: SlotsOfTables = new Map();
  /** Stands for the tables in what the inner optimizer gets, so that it keeps no slots for them. */
  private standIn: tf.Variable | null = null;
  /** Whether a state was loaded, which may be that of other tables. */
  private resumed = false;
  /** Whether it was looked whether a table's dense gradient reaches every row. */
  private looked = false;

  /**
   * @param inner - the optimizer that takes the steps.
   * @throws RangeError when an option has none of its values.
   * @throws TypeError when `inner` is no optimizer or cannot be wrapped, or, for `freeze`, hides its
   *   state; when something other than an embedding is among the layers; when there is no such option.
   */
  constructor(inner: tf.Optimizer, options: LazyOptions) {
    super(inner);
    const given = optionsOf(this, options, ['embeddingLayers', 'rows', 'moments']);
    const { embeddingLayers, rows = 'auto', moments = 'decay' } = given;
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
    this.tables = new LazyTables(embeddingLayers);
    if (moments === 'freeze') {
      this.slots(); // throws for an optimizer whose state is not known
    }
  }

  /**
   * @returns gradients by variable name. Those of tables hold the sampled rows alone and are meant for
   *   {@link applyGradients} of this optimizer; see `sparseGradient`, `mapGradient` and `toDense`.
   */
  override computeGradients(f: () => tf.Scalar, varList?: tf.Variable[]) {
    if (this.rows === 'gradient' || !canReadAtOnce()) {
      return super.computeGradients(f, varList);
    }
    const isTable = (variable: tf.Variable) =>
      variable.trainable &&
      (varList === undefined || varList.includes(variable)) &&
      this.hasTable(variable);
    const computed = captureLookups(f, isTable, (loss, anchor) =>
      super.computeGradients(loss, varList && [...varList, anchor]),
    );
    this.lookForDenseGradients(computed.grads);
    return computed;
  }

  /** Whether a variable is one of the tables that are updated lazily. */
  hasTable(variable: tf.Variable): boolean {
    return this.tables.has(variable, this.variables);
  }

  private lookForDenseGradients(gradients: tf.NamedTensorMap): void {
    for (const position of this.looked ? [] : this.tables.positions) {
      const { name } = this.variables[position];
      const gradient = gradients[name] ?? null;
      if (gradient !== null && sparseGradient(gradient) === undefined) {
        this.looked = true;
        if (tf.tidy(() => sampledRowsOf(gradient).ids.length === gradient.shape[0])) {
          this.tables.warnOfDenseGradient(name);
        }
      }
    }
  }

  protected override step(gradients: Gradient[], complete: boolean): void {
    this.tables.find(this.variables, complete);
    const onRows = this.stepsOnRows();
    const positions = new Set(this.tables.positions);
    if (this.resumed) {
      const { variables, inner } = this;
      refuseOtherTables(this.tableSlots, { variables, positions, inner, onRows });
    }
    const restore: (() => void)[] = [];
    for (const position of positions) {
      this.checkGradient(gradients[position]);
    }
    for (const position of positions) {
      const { variable, tensor } = gradients[position];
      if (onRows) {
        this.stepOnRows(variable, tensor, position);
      } else if (tensor !== null) {
        const slots = this.moments === 'freeze' ? () => super.slots() : undefined;
        restore.push(keepUnsampledRows(variable, tensor, position, slots));
      }
    }
    this.standIn ??= tf.variable(tf.scalar(0), false);
    const standIn = { variable: this.standIn, tensor: null };
    const left = gradients.map(({ variable, tensor }, position) =>
      // A gradient of rows may also be that of a second variable that answers to a table's name.
      onRows && positions.has(position)
        ? standIn
        : { variable, tensor: tensor === null ? null : toDense(tensor) },
    );
    this.stepInner(left, complete);
    for (const putBack of restore) {
      putBack();
    }
  }

  /** Whether the steps of the tables are taken on the sampled rows alone. */
  private stepsOnRows(): boolean {
    return this.rows !== 'gradient' && hasRowRule(this.inner) && canReadAtOnce();
  }

  private stepOnRows(variable: tf.Variable, gradient: tf.Tensor | null, position: number): void {
    let slots = this.tableSlots.get(position);
    if (slots === undefined) {
      slots = new TableSlots(this.inner, variable.shape, this.moments === 'freeze');
      this.tableSlots.set(position, slots);
    }
    if (gradient !== null) {
      slots.step(variable, sampledRowsOf(gradient));
    }
  }

  private checkGradient({ variable: { name, shape }, tensor }: Gradient): void {
    if (tensor === null || sparseGradient(tensor) !== undefined) {
      return;
    }
    if (!tf.util.arraysEqual(tensor.shape, shape)) {
      throw new Error(
        `The gradient of "${name}" has shape [${tensor.shape}], the table [${shape}]: change a gradient of sampled rows with mapGradient, or make it dense with toDense first.`,
      );
    }
    if (this.rows === 'indices') {
      throw new Error(
        `The gradient of "${name}" is dense, by tied weights, a regularizer or applyGradients, so that rows: 'indices' has none: use rows: 'auto'.`,
      );
    }
  }

  /** The inner optimizer's slots and those of the tables: up-to-date copies of the latter. */
  override slots(): Slot[] {
    return super.slots().map((slot, i) => {
      const variables = [...slot.variables];
      for (const [position, table] of this.tableSlots) {
        variables[position] = table.slot(i);
      }
      return { ...slot, variables };
    });
  }

  protected override resetInner(): void {
    super.resetInner();
    for (const slots of this.tableSlots.values()) {
      slots.reset();
    }
  }

  override ownState(): NamedState {
    return stateOfTables(this.tableSlots);
  }

  override loadOwnState(state: NamedState): void {
    const states = statesIn(state);
    const frozen = this.moments === 'freeze';
    for (const one of states.values()) {
      TableSlots.check(this.inner, one, frozen);
    }
    this.resumed = true;
    this.tables.forget();
    this.disposeTableSlots();
    for (const [position, one] of states) {
      this.tableSlots.set(position, TableSlots.from(this.inner, one, frozen));
    }
  }

  private disposeTableSlots(): void {
    for (const slots of this.tableSlots.values()) {
      slots.dispose();
    }
    this.tableSlots.clear();
  }

  protected override shapeOfState(position: number): number[] | undefined {
    return this.tableSlots.get(position)?.shape ?? super.shapeOfState(position);
  }

  override dispose(): void {
    for (const position of this.tables.positions) {
      releaseRows(this.variables[position]);
    }
    this.disposeTableSlots();
    this.standIn?.dispose();
    super.dispose();
  }

  /**
   * The names by which the tables are found again, in the order given.
   *
   * @param beside - other layers and tables of the model, whose names must not be theirs.
   * @throws Error when a table has no name that no other has.
   * @internal
   */
  tableNames(beside: EmbeddingLayer[] = []): TableName[] {
    return this.tables.names([...this.variables, ...beside.map(variableOfTable)]);
  }

  /** @throws Error when a table has no name, or none that no other has. */
  override getConfig(): tf.serialization.ConfigDict {
    this.tables.refuseUnnamed();
    const { rows, moments } = this;
    // Under the key `name` alone does tf.js leave strings as they are when it loads a model.
    const embeddingLayers = this.tableNames().map((name) => ({ ...name }));
    return { inner: this.innerConfig(), embeddingLayers, rows, moments };
  }

  /**
   * Makes one of a saved configuration.
   *
   * @nocollapse
   */
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
    optimizer.tables.load(embeddingLayers as unknown as TableName[]);
    return optimizer as unknown as T;
  }
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
