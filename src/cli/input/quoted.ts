/** A word quoted for a shell: in single quotes, unless every character is harmless. */
export function quoted(word: string): string {
  return /^[\w@%+:,./=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
