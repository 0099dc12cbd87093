/** Cells in aligned columns. */

/** @param words - the columns that hold words; the others are aligned to the right. */
export function columns(cells: string[][], words: Set<number>): string {
  const widths = cells[0].map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => (words.has(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
