/**
 * Lines of at most `width` characters, broken at white space that breaks, and inside a word only where the
 * word itself is longer; a number stays with its %. Neither a chart's legend nor a table's cell wraps by
 * itself.
 */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.trim().split(/[^\S\u00a0]+(?![^\S\u00a0]*%)/)) {
    for (let start = 0; start < word.length; start += width) {
      const piece = word.slice(start, start + width);
      const last = lines[lines.length - 1];
      if (last === '') lines[lines.length - 1] = piece;
      else if (last.length + 1 + piece.length <= width) lines[lines.length - 1] += ` ${piece}`;
      else lines.push(piece);
    }
  }
  return lines;
}
