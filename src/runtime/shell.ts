/** Commands as people can type them. */

/** Words as a shell takes them: those with anything in them that it would read are quoted. */
export const shellCommand = (words: string[]): string =>
  words
    .map((word) => (/^[\w./:=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
