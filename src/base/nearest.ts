/** The names that are most similar to `wanted`, best first, without those that share too little. */
export function nearest(wanted: string, names: Iterable<string>, most = 3): string[] {
  const likely = Math.max(1, Math.floor((wanted.length + 1) / 3));
  return [...new Set(names)]
    .map((name) => ({ name, distance: editDistance(name.toLowerCase(), wanted.toLowerCase()) }))
    .filter(({ name, distance }) => isLike(name, wanted, distance, likely))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ name }) => name);
}

/**
 * One letter in three may be wrong, if something is left in common; or they begin alike. Between two
 * names of two letters the first must be right, and one letter means nothing.
 */
function isLike(name: string, wanted: string, distance: number, likely: number): boolean {
  if (wanted.length < 2) return false;
  const areShort = wanted.length === 2 && name.length === 2;
  const isOther = areShort && wanted[0]?.toLowerCase() !== name[0]?.toLowerCase();
  const isClose = distance <= likely && distance < Math.max(name.length, wanted.length);
  return (isClose && !isOther) || name.startsWith(wanted) || beginAlike(name, wanted);
}

/** Such as `statistics` and `stats`, or `main.ts` and `main`: a beginning of four letters. */
function beginAlike(a: string, b: string): boolean {
  return a.slice(0, 4) === b.slice(0, 4) && Math.min(a.length, b.length) >= 4;
}

/** Longer texts are only checked for equality, since the work grows with the square of the length. */
const LONGEST = 60;

/**
 * The least number of insertions, deletions, replacements and swaps of neighbours between two texts
 * (Damerau and Levenshtein, optimal string alignment).
 */
export function editDistance(a: string, b: string): number {
  if (a.length > LONGEST || b.length > LONGEST) return a === b ? 0 : LONGEST;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] as number) + (a[i] === b[j] ? 0 : 1);
      const isSwap = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j];
      const swapped = isSwap ? (before[j - 1] as number) + 1 : replaced;
      next.push(Math.min(replaced, swapped, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length] as number;
}
