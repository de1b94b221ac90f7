/** How many places to note: about as many reads find the nearest one. */
const MOST_PLACES = 256;

/** The places, or every second of the earlier ones if they have become many. */
export function thinned<T>(places: readonly T[]): readonly T[] {
  if (places.length <= MOST_PLACES) return places;
  const last = places.length - 2;
  return places.filter((_, i) => i >= last || i % 2 === 0);
}
