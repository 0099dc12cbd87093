/** The embedding tables that a spec speaks of, found in a model or among those handed over. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { layersOf } from '../layers/layers-of.js';
import { type EmbeddingLayer, nameOfTable, type TableName } from '../optimizers/tables.js';
import { didYouMean } from './nearest.js';
import { type Span, SpecError } from './spec-error.js';
import { quoted, type SpecNode } from './syntax.js';

/** What a spec's `lazy` refers to. */
export interface SpecOptions {
  /** The model whose embedding layers `lazy` updates, nested models' included. */
  model?: LayersModel;
  /** The tables that `lazy` updates; they go before the model's. */
  embeddingLayers?: EmbeddingLayer[];
}

const isEmbedding = (layer: layers.Layer) => layer.getClassName() === 'Embedding';

/** The tables of a `lazy` that names none; undefined where nothing says which. */
export function knownTables({ model, embeddingLayers }: SpecOptions): EmbeddingLayer[] | undefined {
  return embeddingLayers ?? (model && layersOf(model).filter(isEmbedding));
}

/** The tables of a `lazy` that names none. @throws SpecError when there are none. */
export function allTables(options: SpecOptions, at: Span): EmbeddingLayer[] {
  const tables = knownTables(options);
  if (tables === undefined) {
    throw new SpecError(
      'lazy does not know which embedding layers it updates: hand over the model or its embeddingLayers, or name them, as in lazy(adam(1e-3), layers=[embedding]).',
      at,
    );
  }
  if (tables.length === 0) {
    const others = options.model === undefined ? [] : layersOf(options.model);
    const those = others.map((layer) => `${layer.name} (${layer.getClassName()})`).join(', ');
    throw new SpecError(
      options.embeddingLayers === undefined
        ? `The model has no embedding layer for lazy, only ${those}: leave lazy out.`
        : 'lazy needs at least one embedding layer, and embeddingLayers is empty.',
      at,
    );
  }
  return tables;
}

/**
 * The tables that `layers=[…]` names: a layer by its name, a variable by `variable(name)`.
 *
 * @throws SpecError when it is no list of names, or there is no such table.
 */
export function tablesIn(node: SpecNode, options: SpecOptions): EmbeddingLayer[] {
  if (node.type !== 'list' || node.items.length === 0) {
    throw new SpecError(NO_LIST, node);
  }
  return node.items.map((item) => tableNamed(item, options));
}

const NO_LIST =
  'layers is a list of names of embedding layers, as [words, tags]; that of a variable is written variable(name).';

function tableNamed(item: SpecNode, options: SpecOptions): EmbeddingLayer {
  const { name, isVariable } = nameIn(item);
  const tables = knownTables(options);
  const matches = (tables ?? []).filter((table) => {
    const its = nameOfTable(table);
    return its.name === name && its.isVariable === isVariable;
  });
  if (matches.length > 1) {
    throw new SpecError(
      `There are ${matches.length} embedding layers named "${name}": hand those to update to embeddingLayers, and leave layers out.`,
      item,
    );
  }
  if (matches.length === 1) {
    return matches[0];
  }
  if (isVariable) {
    return variableNamed(name, item);
  }
  if (tables !== undefined) {
    throw new SpecError(noSuchLayer(name, tables, options), item);
  }
  return name;
}

function variableNamed(name: string, item: SpecNode): tf.Variable {
  const variable = tf.engine().registeredVariables[name];
  if (variable === undefined) {
    throw new SpecError(`There is no variable named "${name}".`, item);
  }
  return variable;
}

function noSuchLayer(name: string, tables: EmbeddingLayer[], { model }: SpecOptions): string {
  const other = model && layersOf(model).find((layer) => layer.name === name);
  if (other !== undefined && !isEmbedding(other)) {
    return `Layer "${name}" is a ${other.getClassName()} layer, not an embedding.`;
  }
  const names = tables.map((table) => nameOfTable(table).name);
  return names.length === 0
    ? `There is no embedding layer "${name}", nor any other.`
    : `There is no embedding layer "${name}"${didYouMean(name, names)}`;
}

function nameIn(item: SpecNode): TableName {
  if (item.type === 'text') {
    return { name: item.value, isVariable: false };
  }
  if (item.type === 'call' && item.args === undefined) {
    return { name: item.name, isVariable: false };
  }
  if (item.type === 'call' && item.name === 'variable' && item.args?.length === 1) {
    const [{ value, name }] = item.args;
    const inside = name === undefined ? nameIn(value) : undefined;
    if (inside?.isVariable === false) {
      return { ...inside, isVariable: true };
    }
  }
  throw new SpecError(NO_LIST, item);
}

/** A table as it is written in a list of layers. */
export const writtenTable = ({ name, isVariable }: TableName) =>
  isVariable ? `variable(${quoted(name)})` : quoted(name);
