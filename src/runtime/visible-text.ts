/**
 * Text from outside, of a run's files or a server, as a terminal may have it: control characters, which
 * could move its cursor or rewrite what stands there, are shown as `\\x1b`. Tabs and new lines stay.
 */
export const visibleText = (text: string): string =>
  text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
