/**
 * A reader for the one kind of pickle that data sets here need: a numpy object array of lists of
 * integers, as `np.save` of Python 2 and 3 writes it (protocols 2 to 5).
 *
 * A pickle is a program. This reader knows the opcodes that such an array uses and the four names
 * such an array refers to; it builds inert values for them, and refuses anything else by name.
 */

/** The values on the stack. Strings of bytes and of text are both JavaScript strings. */
type Value = number | boolean | null | string | Value[] | Tuple | Global | NumpyDtype | NumpyArray;

class Tuple {
  constructor(readonly items: Value[]) {}
}
class Global {
  constructor(readonly name: string) {}
}
class NumpyDtype {
  constructor(readonly code: string) {}
}
class NumpyArray {
  items: Value[] | undefined;
}

/** Names a pickle may refer to, under both of numpy's module paths. */
const GLOBALS: Record<string, string> = {
  'numpy.core.multiarray._reconstruct': 'reconstruct',
  'numpy._core.multiarray._reconstruct': 'reconstruct',
  'numpy.ndarray': 'ndarray',
  'numpy.dtype': 'dtype',
  '_codecs.encode': 'encode',
};

/** Python's writers append in batches of 1,000, so no honest stack is deeper than a few thousand. */
const MAX_STACK = 100_000;
/** Lists, tuples, strings and memo entries in one pickle; IMDB has 50,000. */
const MAX_OBJECTS = 1_000_000;

/** Opcodes, under the names of Python's `pickletools`. */
const OP = {
  PROTO: 0x80,
  FRAME: 0x95,
  STOP: 0x2e,
  MARK: 0x28,
  GLOBAL: 0x63,
  STACK_GLOBAL: 0x93,
  REDUCE: 0x52,
  BUILD: 0x62,
  NONE: 0x4e,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  BININT: 0x4a,
  BININT1: 0x4b,
  BININT2: 0x4d,
  SHORT_BINSTRING: 0x55,
  SHORT_BINBYTES: 0x43,
  BINUNICODE: 0x58,
  SHORT_BINUNICODE: 0x8c,
  EMPTY_LIST: 0x5d,
  APPEND: 0x61,
  APPENDS: 0x65,
  EMPTY_TUPLE: 0x29,
  TUPLE: 0x74,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  MEMOIZE: 0x94,
  BINGET: 0x68,
  LONG_BINGET: 0x6a,
} as const;

/**
 * Reads a pickled one-dimensional numpy object array of lists of integers.
 *
 * @param bytes - the pickle, from its first opcode.
 * @returns the lists, in order; two entries may be the same list if they were so in Python.
 * @throws Error with one sentence when the pickle is cut short, damaged, or holds anything else:
 *   nothing in it is ever executed.
 */
export function readPickledIntLists(bytes: Uint8Array): number[][] {
  const result = run(bytes);
  if (!(result instanceof NumpyArray) || result.items === undefined) {
    throw new Error('the pickle holds something else than a numpy object array');
  }
  // A few bytes can name one long list a million times over. An integer of an honest list takes
  // two bytes or more, which bounds the sum of all lengths.
  let total = result.items.length;
  for (const item of result.items) {
    if (!Array.isArray(item)) throw notIntegers();
    total += item.length;
    if (total > bytes.length) throw new Error('the pickled array repeats its lists unreasonably');
    if (!item.every((id) => typeof id === 'number')) throw notIntegers();
  }
  return result.items as number[][];
}

const notIntegers = () =>
  new Error('the pickled array holds something else than lists of integers');
const damaged = () => new Error('the pickle is damaged');
const cutShort = () => new Error('the pickle is cut short');

function run(bytes: Uint8Array): Value {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: Value[] = [];
  const marks: number[] = [];
  const memo = new Map<number, Value>();
  let at = 0;
  let objects = 0;

  /** Moves on by n bytes and gives the place they start at. */
  function take(n: number): number {
    const start = at;
    at += n;
    if (at > bytes.length) throw cutShort();
    return start;
  }
  const uint8 = () => bytes[take(1)];
  const uint32 = () => view.getUint32(take(4), true);
  function text(length: number): string {
    const start = take(length);
    return Buffer.from(bytes.subarray(start, start + length)).toString('latin1');
  }
  function line(): string {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) throw cutShort();
    const read = text(end - at);
    take(1);
    return read;
  }
  function push(value: Value): void {
    if (stack.length >= MAX_STACK) throw new Error('the pickle needs an unreasonably deep stack');
    stack.push(value);
  }
  function pushObject(value: Value): void {
    countObject();
    push(value);
  }
  function countObject(): void {
    if (++objects > MAX_OBJECTS) throw new Error('the pickle holds unreasonably many objects');
  }
  /** Pops a value, never one below the innermost mark. */
  function pop(): Value {
    if (stack.length <= (marks.at(-1) ?? 0)) throw damaged();
    return stack.pop()!;
  }
  function popToMark(): Value[] {
    const mark = marks.pop();
    if (mark === undefined) throw damaged();
    return stack.splice(mark);
  }
  function popItems(n: number): Value[] {
    return Array.from({ length: n }, pop).reverse();
  }
  function listOnTop(): Value[] {
    const list = top();
    if (!Array.isArray(list)) throw damaged();
    return list;
  }
  function top(): Value {
    if (stack.length <= (marks.at(-1) ?? 0)) throw damaged();
    return stack[stack.length - 1];
  }
  function memoize(index: number): void {
    countObject();
    memo.set(index, top());
  }
  function recall(index: number): Value {
    const value = memo.get(index);
    if (value === undefined) throw damaged();
    return value;
  }

  for (;;) {
    const opcode = uint8();
    switch (opcode) {
      case OP.BININT1:
        push(uint8());
        break;
      case OP.BININT2:
        push(view.getUint16(take(2), true));
        break;
      case OP.BININT:
        push(view.getInt32(take(4), true));
        break;
      case OP.MARK:
        if (marks.length >= MAX_STACK) throw new Error('the pickle is nested unreasonably deep');
        marks.push(stack.length);
        break;
      case OP.EMPTY_LIST:
        pushObject([]);
        break;
      case OP.APPENDS: {
        const items = popToMark();
        const list = listOnTop();
        for (const item of items) list.push(item);
        break;
      }
      case OP.APPEND: {
        const item = pop();
        listOnTop().push(item);
        break;
      }
      case OP.BINPUT:
        memoize(uint8());
        break;
      case OP.LONG_BINPUT:
        memoize(uint32());
        break;
      case OP.MEMOIZE:
        memoize(memo.size);
        break;
      case OP.BINGET:
        push(recall(uint8()));
        break;
      case OP.LONG_BINGET:
        push(recall(uint32()));
        break;
      case OP.NONE:
        push(null);
        break;
      case OP.NEWTRUE:
        push(true);
        break;
      case OP.NEWFALSE:
        push(false);
        break;
      case OP.SHORT_BINSTRING:
      case OP.SHORT_BINBYTES:
      case OP.SHORT_BINUNICODE:
        pushObject(text(uint8()));
        break;
      case OP.BINUNICODE:
        pushObject(text(uint32()));
        break;
      case OP.EMPTY_TUPLE:
        pushObject(new Tuple([]));
        break;
      case OP.TUPLE:
        pushObject(new Tuple(popToMark()));
        break;
      case OP.TUPLE1:
      case OP.TUPLE2:
      case OP.TUPLE3:
        pushObject(new Tuple(popItems(opcode - OP.TUPLE1 + 1)));
        break;
      case OP.GLOBAL:
        pushObject(findGlobal(line(), line()));
        break;
      case OP.STACK_GLOBAL: {
        const [module, name] = popItems(2);
        if (typeof module !== 'string' || typeof name !== 'string') {
          throw damaged();
        }
        pushObject(findGlobal(module, name));
        break;
      }
      case OP.REDUCE: {
        const [callable, args] = popItems(2);
        pushObject(reduce(callable, args));
        break;
      }
      case OP.BUILD: {
        const state = pop();
        setState(top(), state);
        break;
      }
      case OP.PROTO: {
        const protocol = uint8();
        if (protocol > 5) throw new Error(`the pickle has the unknown protocol ${protocol}`);
        break;
      }
      case OP.FRAME:
        take(8);
        break;
      case OP.STOP:
        return pop();
      default:
        throw new Error(
          `the pickle uses the opcode 0x${opcode.toString(16).padStart(2, '0')} at byte ${at - 1}, which a numpy array of integer lists never does`,
        );
    }
  }
}

function findGlobal(module: string, name: string): Global {
  const path = `${module}.${name}`;
  if (!Object.hasOwn(GLOBALS, path)) {
    const shown = JSON.stringify(path.length > 80 ? `${path.slice(0, 80)}…` : path);
    throw new Error(
      `the pickle refers to ${shown}, which a numpy array of integer lists never does`,
    );
  }
  return new Global(GLOBALS[path]);
}

/** Stands in for a call: an inert value for each of the three that an object array makes. */
function reduce(callable: Value, args: Value): Value {
  if (callable instanceof Global && args instanceof Tuple) {
    const [first] = args.items;
    switch (callable.name) {
      case 'reconstruct':
        if (first instanceof Global && first.name === 'ndarray') return new NumpyArray();
        break;
      case 'dtype':
        if (typeof first === 'string') return new NumpyDtype(first);
        break;
      case 'encode':
        if (typeof first === 'string') return first;
        break;
    }
  }
  throw new Error('the pickle makes a call that a numpy array of integer lists never does');
}

/** `__setstate__`: a dtype's says nothing we need; an array's is (1, shape, dtype, False, items). */
function setState(target: Value, state: Value): void {
  if (target instanceof NumpyDtype && state instanceof Tuple) return;
  if (target instanceof NumpyArray && target.items === undefined && state instanceof Tuple) {
    const [, shape, dtype, , items] = state.items;
    const isObjects = dtype instanceof NumpyDtype && /^\|?O/.test(dtype.code);
    if (isObjects && shape instanceof Tuple && Array.isArray(items)) {
      if (shape.items.length !== 1 || shape.items[0] !== items.length) {
        throw new Error('the pickled array’s shape does not fit the number of its items');
      }
      target.items = items;
      return;
    }
  }
  throw new Error('the pickle holds something else than a numpy object array');
}
