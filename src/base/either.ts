/** Words to choose from, for a message: `bash, zsh or fish`. */
export function either(words: readonly string[]): string {
  const first = words.slice(0, -1);
  const last = words.at(-1) ?? "";
  return first.length === 0 ? last : `${first.join(", ")} or ${last}`;
}
