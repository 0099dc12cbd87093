/** What a function prints with `console.log`, a string a call. */
export function printedBy(run: () => void): string[] {
  const lines: string[] = [];
  const original = console.log;
  console.log = (...values: unknown[]) => lines.push(values.join(' '));
  try {
    run();
  } finally {
    console.log = original;
  }
  return lines;
}
