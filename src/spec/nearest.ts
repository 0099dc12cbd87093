/** What a mistyped name was meant to be. */

/**
 * A question after the nearest of some names, whatever their case.
 *
 * @param otherwise - what is said where none is near. Default: the list of them.
 * @returns `; did you mean adam?`, or `, only adam, sgd.`, to end a sentence with.
 */
export function didYouMean(
  name: string,
  names: readonly string[],
  otherwise = `, only ${names.join(', ')}.`,
): string {
  const [nearest] = names
    .map((known) => ({ known, distance: editDistance(name.toLowerCase(), known.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  // A name that shares less than half its letters is no slip of the pen.
  return nearest !== undefined && nearest.distance <= name.length / 2
    ? `; did you mean ${nearest.known}?`
    : otherwise;
}

/** The number of letters to insert, delete or replace (Levenshtein 1966). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const last = row;
    row = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = last[j] + (a[i] === b[j] ? 0 : 1);
      row.push(Math.min(replaced, last[j + 1] + 1, row[j] + 1));
    }
  }
  return row[b.length];
}
