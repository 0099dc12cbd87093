/** The embedding tables of a LazyOptimizer, and where they are among the variables it trains. */
import * as tf from '@tensorflow/tfjs-core';
import {
  type EmbeddingLayer,
  isFrozen,
  mayBeTable,
  nameOfTable,
  positionOfTable,
  type TableName,
  variableOfTable,
} from './tables.js';

interface Table {
  layer: EmbeddingLayer;
  name: TableName;
}

/** Finds tables by their layers, variables or names, as far as each is known yet. */
export class LazyTables {
  private readonly tables: Table[] = [];
  private readonly found = new Map<Table, number>();
  private warned = false;

  /**
   * @param layers - a table that is there twice counts once.
   * @throws TypeError when something other than an embedding is among them.
   */
  constructor(layers: EmbeddingLayer[]) {
    for (const layer of layers) {
      const name = nameOfTable(layer);
      const same = (table: Table) =>
        table.layer === layer ||
        (table.name.name === name.name && table.name.isVariable === name.isVariable);
      if (!this.tables.some(same)) {
        this.tables.push({ layer, name });
      }
    }
  }

  /** The tables' names, in the order given. */
  get names(): TableName[] {
    return this.tables.map(({ name }) => name);
  }

  /** Gives the tables the names under which they were saved. */
  rename(names: TableName[]): void {
    for (const [i, name] of names.entries()) {
      this.tables[i].name = name;
    }
  }

  /** The tables' positions among the variables, of those found. */
  get positions(): number[] {
    return [...new Set(this.found.values())];
  }

  /** Whether a variable is a table, as far as that can be told before all are found. */
  has(variable: tf.Variable, variables: readonly tf.Variable[]): boolean {
    return this.tables.some((table) => {
      const position = this.found.get(table);
      const own = position === undefined ? variableOfTable(table.layer) : variables[position];
      return own === undefined ? mayBeTable(variable, table.name) : variable === own;
    });
  }

  /**
   * Looks for the tables among the variables until all are found.
   *
   * @param complete - whether these are all variables that are trained.
   * @throws Error when several tables may be meant by a name, or none exists; when a layer or
   *   variable that was handed over is not among all variables and is not frozen.
   */
  find(variables: readonly tf.Variable[], complete: boolean): void {
    for (const table of this.tables.filter((table) => !this.found.has(table))) {
      const own = variableOfTable(table.layer);
      const position =
        own === undefined ? positionOfTable(variables, table.name) : variables.indexOf(own);
      if (position >= 0) {
        this.found.set(table, position);
        this.warnOfRegularizer(table);
      } else {
        // A name alone does not tell whether its layer is frozen.
        const isMissing =
          own === undefined
            ? !exists(table.name)
            : complete && own.trainable && !isFrozen(table.layer);
        if (isMissing) {
          throw new Error(notFound(table.name, variables));
        }
      }
    }
  }

  /** Forgets where the tables are. */
  forget(): void {
    this.found.clear();
  }

  /** Says once that a table's gradient reaches every row, so that none is left alone. */
  warnOfDenseGradient(name: string): void {
    if (!this.warned) {
      this.warned = true;
      console.warn(
        `Every row of the embedding table "${name}" has a gradient, by a regularizer or tied weights: LazyOptimizer takes every row for sampled.`,
      );
    }
  }

  private warnOfRegularizer({ layer, name }: Table): void {
    const { embeddingsRegularizer } = Object(layer) as { embeddingsRegularizer?: unknown };
    if (embeddingsRegularizer != null) {
      this.warnOfDenseGradient(name.name);
    }
  }
}

const exists = (name: TableName) =>
  Object.values(tf.engine().registeredVariables).some((variable) => mayBeTable(variable, name));

function notFound({ name, isVariable }: TableName, variables: readonly tf.Variable[]): string {
  const trained = variables.map((variable) => variable.name);
  if (!isVariable && trained.some((variable) => variable.startsWith(`${name}/`))) {
    return `Layer "${name}" is not an embedding: hand over tf.layers.embedding layers only.`;
  }
  return `The embedding ${isVariable ? 'table' : 'layer'} "${name}" is not among the variables being trained: ${trained.join(', ')}.`;
}
