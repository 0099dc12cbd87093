/** What a cell's last expression looks like. */
import { types } from 'node:util';
import type { MimeBundle } from '../../runtime/cell-api.js';
import { figureBundle, isFigure } from './figure.js';
import { JUPYTER_DISPLAY } from './jupyter-display.js';
import { promiseText } from './promise.js';
import { isRows, mapBundle, rowsBundle } from './rows.js';
import { signatureOf } from './signature.js';
import { isLayersModel, isTensor, modelBundle, tensorBundle, tensorsBundle } from './tensor.js';
import { reasonOf, textOf } from './text.js';

/**
 * A value in the forms in which a notebook shows it:
 *
 * - what has a method `[Symbol.for('Jupyter.display')]()`, which may be async, as that says;
 * - a tensor or variable of tf.js as shape, type and first values, a model as its summary;
 * - a list of plain objects and a map as a table, a Plotly figure as a chart;
 * - a promise as its state, a function or class as its signature;
 * - everything else as Node prints it.
 *
 * Whatever the value's getters and methods do, this neither throws nor rejects.
 */
export function displayOf(value: unknown): MimeBundle | Promise<MimeBundle> {
  try {
    const shown = bundleOf(value);
    return shown instanceof Promise ? shown.catch((error) => failed(value, error)) : shown;
  } catch (error) {
    return failed(value, error);
  }
}

function bundleOf(value: unknown): MimeBundle | Promise<MimeBundle> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
    return { 'text/plain': textOf(value) };
  }
  const display = (value as Record<symbol, unknown>)[JUPYTER_DISPLAY];
  if (typeof display === 'function') return ownBundle(value, display.call(value));
  if (typeof value === 'function') {
    return { 'text/plain': signatureOf(value as (...args: never[]) => unknown) };
  }
  if (types.isPromise(value)) return promiseText(value).then((text) => ({ 'text/plain': text }));
  if (isTensor(value)) return tensorBundle(value);
  if (isTensors(value)) return tensorsBundle(value);
  if (isLayersModel(value)) return modelBundle(value);
  if (isFigure(value)) return figureBundle(value);
  if (isRows(value)) return rowsBundle(value);
  if (types.isMap(value) && value.size > 0) return mapBundle(value);
  return { 'text/plain': textOf(value) };
}

/** Whether the value is a list, not an empty one, of tensors. `every` alone passes over holes. */
function isTensors(value: object): value is Parameters<typeof tensorsBundle>[0] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every(isTensor) && !(value as unknown[]).includes(undefined);
}

/** What a display method gave, as JSON carries it: later changes are not shown. */
function ownBundle(value: object, given: unknown): MimeBundle | Promise<MimeBundle> {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`its [Symbol.for('Jupyter.display')]() gave no MIME bundle`);
  }
  if ('then' in given) return Promise.resolve(given).then((bundle) => ownBundle(value, bundle));
  const bundle = JSON.parse(JSON.stringify(given)) as Partial<MimeBundle>;
  return { ...bundle, 'text/plain': bundle['text/plain'] ?? textOf(value) } as MimeBundle;
}

function failed(value: unknown, error: unknown): MimeBundle {
  return { 'text/plain': `${textOf(value)}\n(not shown richly: ${reasonOf(error)})` };
}
