/** What unpacks to more is refused. */
export const LARGEST_CONTENT: number = 2 ** 32;
/**
 * Nor may it unpack to more than this plus a multiple of its length: a few kilobytes must not fill
 * the memory. It holds each object once, so real runs hardly ever compress that well.
 */
const SMALL_CONTENT = 1 << 26;
const LARGEST_RATIO = 1000;

/** How much a pack or an artifact of this length may unpack to in all. */
export function largestContent(length: number): number {
  return Math.min(LARGEST_CONTENT, SMALL_CONTENT + LARGEST_RATIO * length);
}
