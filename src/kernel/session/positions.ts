/** Positions in a text: Jupyter counts characters, JavaScript the halves of those beyond U+FFFF, too. */

/** The index in the string of a position in characters. */
export function indexOf(text: string, position: number): number {
  return Array.from(text).slice(0, position).join('').length;
}

/** The position in characters of an index in the string. */
export function positionOf(text: string, index: number): number {
  return Array.from(text.slice(0, index)).length;
}
