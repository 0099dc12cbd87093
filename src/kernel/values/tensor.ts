/** Tensors and models of TensorFlow.js, told by what they can do: the kernel itself has no tf.js. */
import type { MimeBundle } from '../../runtime/cell-api.js';
import { tableBundle } from './tabulate.js';
import { lineOf, reasonOf } from './text.js';

/** What a `tf.Tensor` of any copy of tf.js has. */
export interface TensorLike {
  readonly shape: number[];
  readonly dtype: string;
  readonly size: number;
  readonly isDisposed: boolean;
  data(): Promise<ArrayLike<unknown>>;
  dispose(): void;
  /** Not there where a program has imported tfjs-core without its chained ops. */
  slice?(begin: number[], size: number[]): TensorLike;
  /** A variable's. */
  readonly name?: string;
  readonly trainable?: boolean;
}

/** Rows and columns that are shown. */
const MOST = 8;

/** Values that are read as a whole; of more, the shown part is cut out before. */
const MOST_WHOLE = 1000;

/** Values that are read where nothing can be cut out: some megabyte. */
const MOST_READ = 250_000;

export function isTensor(value: unknown): value is TensorLike {
  const tensor = value as Partial<TensorLike> | null;
  return (
    typeof tensor === 'object' &&
    tensor !== null &&
    'dataId' in tensor &&
    Array.isArray(tensor.shape) &&
    typeof tensor.dtype === 'string' &&
    typeof tensor.isDisposed === 'boolean' &&
    typeof tensor.data === 'function'
  );
}

/** What a tensor is, on one line: `Tensor float32 [2, 3]`. */
export function tensorTitle(tensor: TensorLike): string {
  const variable = typeof tensor.trainable === 'boolean';
  return [
    variable ? `Variable ${tensor.name}` : 'Tensor',
    tensor.dtype,
    `[${tensor.shape.join(', ')}]`,
    ...(variable && !tensor.trainable ? ['(not trainable)'] : []),
    ...(tensor.isDisposed ? ['(disposed)'] : []),
  ].join(' ');
}

/** A tensor's shape and type, and its first values. */
export async function tensorBundle(tensor: TensorLike): Promise<MimeBundle> {
  const title = tensorTitle(tensor);
  if (tensor.isDisposed || tensor.size === 0) return { 'text/plain': title };
  const cut = tensor.size > MOST_WHOLE && tensor.slice !== undefined;
  if (!cut && tensor.size > MOST_READ) {
    return { 'text/plain': `${title}: too many values to show` };
  }
  let part = tensor;
  try {
    if (cut)
      part = tensor.slice!(
        tensor.shape.map(() => 0),
        shownShape(tensor.shape),
      );
    const values = await part.data();
    return valuesBundle(title, tensor, part.shape, values);
  } catch (error) {
    return { 'text/plain': `${title}: its values cannot be read: ${reasonOf(error)}` };
  } finally {
    if (part !== tensor) part.dispose();
  }
}

/** Several tensors, such as a model's weights: what they are, without their values. */
export function tensorsBundle(tensors: TensorLike[]): MimeBundle {
  const rows = tensors.slice(0, 100).map((tensor, i) => [String(i), tensorTitle(tensor)]);
  const more = tensors.length - rows.length;
  return tableBundle({
    columns: [
      { name: '', align: 'right' },
      { name: `${tensors.length} tensors`, align: 'left' },
    ],
    rows,
    note: more > 0 ? `… ${more} more` : undefined,
  });
}

/** The first rows and columns of the first matrix. */
function shownShape(shape: number[]): number[] {
  return shape.map((length, i) => (i < shape.length - 2 ? 1 : Math.min(length, MOST)));
}

/** @param held - the shape of what `values` are: all of the tensor, or its beginning. */
function valuesBundle(
  title: string,
  { shape, dtype }: TensorLike,
  held: number[],
  values: ArrayLike<unknown>,
): MimeBundle {
  const at = (i: number) => (dtype === 'complex64' ? complex(values, i) : format(dtype, values[i]));
  if (shape.length === 0) return { 'text/plain': `${title}: ${at(0)}` };
  const rank = shape.length;
  const [height, width] = [rank > 1 ? shape[rank - 2] : 1, shape[rank - 1]];
  const [rows, columns] = [Math.min(height, MOST), Math.min(width, MOST)];
  const align = dtype === 'string' ? 'left' : 'right';
  const more = columns < width;
  return tableBundle({
    title,
    rowNames: true,
    columns: [
      { name: '', align: 'right' },
      ...counting(columns).map((name) => ({ name, align }) as const),
      ...(more ? [{ name: '…', align: 'left' } as const] : []),
    ],
    rows: counting(rows).map((name, row) => [
      rank > 1 ? name : '',
      ...Array.from({ length: columns }, (_, column) => at(row * held[rank - 1] + column)),
      ...(more ? ['…'] : []),
    ]),
    note: whatIsShown(shape, rows, columns),
  });
}

const counting = (n: number) => Array.from({ length: n }, (_, i) => String(i));

function whatIsShown(shape: number[], rows: number, columns: number): string | undefined {
  const rank = shape.length;
  const n = (value: number) => value.toLocaleString('en-US');
  const parts = [];
  if (rank > 1 && rows < shape[rank - 2]) parts.push(`${rows} of ${n(shape[rank - 2])} rows`);
  if (columns < shape[rank - 1]) {
    parts.push(`${columns} of ${n(shape[rank - 1])} ${rank > 1 ? 'columns' : 'values'}`);
  }
  const matrices = shape.slice(0, -2).reduce((product, length) => product * length, 1);
  if (matrices > 1) parts.push(`the first of ${n(matrices)} matrices`);
  return parts.length > 0 ? `shown: ${parts.join(', ')}` : undefined;
}

function format(dtype: string, value: unknown): string {
  if (dtype === 'bool') return value ? 'true' : 'false';
  // float32 has some seven digits; five tell values apart and keep columns narrow.
  if (typeof value === 'number')
    return String(Number(value.toPrecision(dtype === 'int32' ? 10 : 5)));
  return lineOf(value, 40);
}

function complex(values: ArrayLike<unknown>, i: number): string {
  const [real, imaginary] = [
    format('float32', values[2 * i]),
    format('float32', values[2 * i + 1]),
  ];
  return `${real} ${imaginary.startsWith('-') ? '−' : '+'} ${imaginary.replace('-', '')}i`;
}

/** What a `tf.LayersModel` has. */
interface ModelLike {
  readonly name: string;
  summary(lineLength?: number, positions?: number[], print?: (line: string) => void): void;
}

export function isLayersModel(value: unknown): value is ModelLike {
  const model = value as { [key: string]: unknown } | null;
  return (
    typeof model === 'object' &&
    model !== null &&
    typeof model.summary === 'function' &&
    typeof model.predict === 'function' &&
    typeof model.getWeights === 'function'
  );
}

/** The model's own summary. */
export function modelBundle(model: ModelLike): MimeBundle {
  const lines: string[] = [];
  try {
    model.summary(undefined, undefined, (line) => lines.push(line));
    return { 'text/plain': lines.join('\n') };
  } catch (error) {
    return { 'text/plain': `Model ${model.name}, without a summary: ${reasonOf(error)}` };
  }
}
