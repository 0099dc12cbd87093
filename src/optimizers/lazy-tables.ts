/** The embedding tables of a LazyOptimizer, and where they are among the variables it trains. */
import * as tf from '@tensorflow/tfjs-core';
import {
  areAlike,
  type EmbeddingLayer,
  isFrozen,
  mayBeTable,
  nameOfTable,
  positionOfName,
  positionOfRenamed,
  type TableName,
  variableName,
  variableOfTable,
  whyNoTable,
} from './tables.js';

interface Table {
  layer: EmbeddingLayer;
  name: TableName;
}

/** Finds tables by their layers, variables or names, as far as each is known yet. */
export class LazyTables {
  private tables: Table[] = [];
  private readonly found = new Map<Table, number>();
  private warned = false;

  /**
   * @param layers - a table that is there twice counts once, and so does a name beside its layer.
   * @throws TypeError when something other than an embedding is among them.
   */
  constructor(layers: EmbeddingLayer[]) {
    const all = [...new Set(layers)].map((layer) => ({ layer, name: nameOfTable(layer) }));
    const isNamed = ({ layer, name }: Table) =>
      typeof layer === 'string' &&
      all.some((other) => other.layer !== layer && sameName(other.name, name));
    for (const table of all.filter((table) => !isNamed(table))) {
      const own = variableOfTable(table.layer);
      if (!this.tables.some(({ layer }) => own !== undefined && variableOfTable(layer) === own)) {
        this.tables.push(table);
      }
    }
  }

  /**
   * The names by which the tables are found again, in the order given: that of its variable for a
   * layer that shares its own with another.
   *
   * @param variables - among which the tables are to be found.
   * @throws Error when a table has no name of its own.
   */
  names(variables: readonly (tf.Variable | undefined)[]): TableName[] {
    const variableOf = (table: Table) =>
      variableOfTable(table.layer) ?? variables[this.found.get(table) ?? -1];
    const all = [...variables, ...this.tables.map(variableOf)];
    return this.tables.map((table) => {
      const { name } = table;
      const own = variableOf(table);
      const isShared =
        own === undefined
          ? this.tables.some((other) => other !== table && sameName(other.name, name))
          : all.some((other) => other && other !== own && mayBeTable(other, name));
      if (!isShared) return name;
      if (own === undefined) {
        throw new Error(
          `Several embedding layers are named "${name.name}", so that a saved optimizer could not tell their tables apart: give each a name of its own, or build their models first.`,
        );
      }
      return { name: own.name, isVariable: true };
    });
  }

  /** @throws Error when a table has no name, by which a saved optimizer could find it. */
  refuseUnnamed(): void {
    const unnamed = this.tables.find(({ name }) => name.isVariable && /^\d+$/.test(name.name));
    if (unnamed !== undefined) {
      throw new Error(
        `An embedding table has no name but "${unnamed.name.name}", tf.js's running number, which may be another variable's where the optimizer is loaded: give it a name, as in new EmbeddingTable({ …, name: 'words' }).`,
      );
    }
  }

  /** Becomes the tables that were saved under these names. */
  load(names: TableName[]): void {
    this.forget();
    this.tables = names.map((name) => ({ layer: name.name, name }));
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
    const left = () => this.tables.filter((table) => !this.found.has(table));
    for (const table of left()) {
      const own = variableOfTable(table.layer);
      this.take(
        table,
        own === undefined ? positionOfName(variables, table.name) : variables.indexOf(own),
      );
    }
    // A name that tf.js has changed is looked for among the variables that are no other's.
    const renamed = left().filter(({ layer }) => variableOfTable(layer) === undefined);
    for (const table of renamed) {
      const alike = renamed.filter(
        (other) => !this.found.has(other) && areAlike(other.name, table.name),
      );
      const others = new Set(this.found.values());
      this.take(table, positionOfRenamed(variables, table.name, others, alike.length));
    }
    for (const table of left()) {
      const own = variableOfTable(table.layer);
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

  private take(table: Table, position: number): void {
    if (position >= 0) {
      this.found.set(table, position);
      this.warnOfRegularizer(table);
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

/**
 * The names by which tables are found again, each once.
 *
 * @throws Error when one has no name of its own.
 */
export const namesOf = (layers: EmbeddingLayer[]): TableName[] => new LazyTables(layers).names([]);

const sameName = (a: TableName, b: TableName) => a.name === b.name && a.isVariable === b.isVariable;

const exists = (name: TableName) =>
  Object.values(tf.engine().registeredVariables).some((variable) => mayBeTable(variable, name));

function notFound(table: TableName, variables: readonly tf.Variable[]): string {
  const { name, isVariable } = table;
  const namesake = variables.find((variable) => variable.name === variableName(table));
  const reason = namesake && whyNoTable(namesake);
  if (reason !== undefined) {
    return reason;
  }
  const trained = variables.map((variable) => variable.name);
  if (!isVariable && trained.some((variable) => variable.startsWith(`${name}/`))) {
    return `Layer "${name}" is not an embedding: hand over tf.layers.embedding layers only.`;
  }
  return `The embedding ${isVariable ? 'table' : 'layer'} "${name}" is not among the variables being trained: ${trained.join(', ')}.`;
}
