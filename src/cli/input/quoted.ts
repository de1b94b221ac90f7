/** A word as a shell reads it back: in single quotes, unless every character of it is harmless. */
export function quoted(word: string): string {
  return /^[\w@%+:,./=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
