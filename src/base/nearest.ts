/** The names that are most similar to `wanted`, best first, without those that share too little. */
export function nearest(wanted: string, names: Iterable<string>, most = 3): string[] {
  const likely = Math.max(2, Math.ceil(wanted.length / 2));
  return (
    [...new Set(names)]
      .map((name) => ({ name, distance: editDistance(name.toLowerCase(), wanted.toLowerCase()) }))
      // In a name of two letters, two differences leave nothing in common.
      .filter(
        ({ name, distance }) =>
          (distance <= likely && distance < Math.max(name.length, wanted.length)) ||
          name.startsWith(wanted),
      )
      .sort((a, b) => a.distance - b.distance)
      .slice(0, most)
      .map(({ name }) => name)
  );
}

/** Longer texts are only checked for equality, since the work grows with the square of the length. */
const LONGEST = 60;

/** The least number of insertions, deletions and replacements between two texts (Levenshtein). */
export function editDistance(a: string, b: string): number {
  if (a.length > LONGEST || b.length > LONGEST) return a === b ? 0 : LONGEST;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] as number) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
