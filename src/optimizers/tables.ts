/** Finding the embedding tables that a user means among the variables that are trained. */
import type * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { EmbeddingTable } from '../embedding/embedding-table.js';

/** An embedding table: its layer, its layer's name, the table itself, or the variable that holds it. */
export type EmbeddingLayer = layers.Layer | string | EmbeddingTable | tf.Variable;

/** The name by which a table is found again when its model is loaded. */
export interface TableName {
  /** The layer's name; for a table without a layer, the variable's. */
  name: string;
  /** Whether `name` is a variable's. */
  isVariable: boolean;
}

const isVariable = (value: object): value is tf.Variable => 'assign' in value && 'dataId' in value;

/**
 * The name of a table.
 *
 * @throws TypeError when it is a layer other than an embedding, or no layer at all.
 */
export function nameOfTable(table: EmbeddingLayer): TableName {
  if (typeof table === 'string') {
    return { name: table, isVariable: false };
  }
  if (table instanceof EmbeddingTable) {
    return nameOfTable(table.variable);
  }
  if (Object(table) === table && isVariable(table)) {
    const reason = whyNoTable(table);
    if (reason !== undefined) {
      throw new TypeError(reason);
    }
    return { name: table.name, isVariable: true };
  }
  const layer = table as layers.Layer | undefined;
  if (typeof layer?.getClassName !== 'function') {
    throw new TypeError(
      `embeddingLayers takes embedding layers, their names or variables, not ${String(table)}.`,
    );
  }
  if (layer.getClassName() !== 'Embedding') {
    throw new TypeError(
      `Layer "${layer.name}" is a ${layer.getClassName()} layer, not an embedding: hand over tf.layers.embedding layers only.`,
    );
  }
  return { name: layer.name, isVariable: false };
}

/** Why a variable is no embedding table, in a sentence; undefined for one that may be. */
export function whyNoTable({ name, rank, shape, dtype }: tf.Variable): string | undefined {
  if (rank !== 2) {
    return `The variable "${name}" has shape [${shape}]: an embedding table has two dimensions, vocabulary and width.`;
  }
  return dtype === 'float32'
    ? undefined
    : `The variable "${name}" is of ${dtype}: an embedding table is of float32.`;
}

/** Whether a layer was handed over that is frozen, and so trains no table. */
export const isFrozen = (table: EmbeddingLayer) =>
  typeof table === 'object' && 'trainable' in table && !table.trainable;

/** The variable that a built layer keeps its table in. */
export function variableOfTable(table: EmbeddingLayer): tf.Variable | undefined {
  if (typeof table === 'string') {
    return undefined;
  }
  if (table instanceof EmbeddingTable) {
    return table.variable;
  }
  return isVariable(table) ? table : (table.weights[0]?.read() as tf.Variable | undefined);
}

/** tf.js makes a name that is taken unique by a number: `embedding/embeddings_1`. */
const plain = (name: string) => name.replace(/_\d+$/, '');

/** The name of the variable that holds a table. */
export const variableName = ({ name, isVariable }: TableName) =>
  isVariable ? name : `${name}/embeddings`;

const isTable = (variable: tf.Variable) => whyNoTable(variable) === undefined;

/** Whether tf.js may have made a variable's name from a table's. */
export const mayBeTable = (variable: tf.Variable, table: TableName) =>
  isTable(variable) && plain(variable.name) === plain(variableName(table));

/** Whether tf.js may have made the names of two tables from the same one. */
export const areAlike = (a: TableName, b: TableName) =>
  plain(variableName(a)) === plain(variableName(b));

/** The position of the variable with exactly a table's name; −1 without one. */
export const positionOfName = (variables: readonly tf.Variable[], table: TableName) =>
  variables.findIndex((variable) => isTable(variable) && variable.name === variableName(table));

/**
 * The position of the only variable whose name tf.js has made from a table's; −1 without one.
 *
 * @param others - positions of other tables.
 * @param alike - how many tables it may be the name of: where there are no more such variables, each
 *   is one of them.
 * @throws Error when there are more.
 */
export function positionOfRenamed(
  variables: readonly tf.Variable[],
  table: TableName,
  others: ReadonlySet<number>,
  alike: number,
): number {
  const similar = variables.filter(
    (variable, position) => mayBeTable(variable, table) && !others.has(position),
  );
  if (similar.length > alike) {
    const names = similar.map((variable) => variable.name).join(', ');
    throw new Error(
      `The embedding table "${variableName(table)}" may be any of ${names}: hand the layer or the variable itself to embeddingLayers.`,
    );
  }
  return similar.length === 0 ? -1 : variables.indexOf(similar[0]);
}
