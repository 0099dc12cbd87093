/** Options of the wrappers, checked for callers without TypeScript. */
import type * as tf from '@tensorflow/tfjs-core';

/**
 * The options that a wrapper was given, none for undefined.
 *
 * @param names - the options that there are.
 * @throws TypeError when the options are no object, or one has none of these names.
 */
export function optionsOf<T extends object>(
  wrapper: tf.Optimizer,
  options: T | undefined,
  names: readonly string[] & readonly (keyof T)[],
): Partial<T> {
  const given = options ?? {};
  const name = wrapper.getClassName();
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new TypeError(
      `${name} takes its options as an object, { ${names.join(', ')} }, not ${describe(given)}.`,
    );
  }
  const unknown = Object.keys(given).find((option) => !names.includes(option));
  if (unknown !== undefined) {
    throw new TypeError(`${name} has no option "${unknown}": its options are ${names.join(', ')}.`);
  }
  return given;
}

/** A value as an error names it. */
export function describe(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? `an object of class ${value.constructor?.name ?? 'Object'}`
    : typeof value === 'string'
      ? `"${value}"`
      : typeof value === 'function'
        ? `the function ${value.name}`
        : String(value);
}
