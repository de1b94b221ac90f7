/**
 * Two texts cut to a length so that their first difference stays visible: only the end of a long
 * common beginning is shown.
 *
 * @example
 * ```ts
 * cutPair("a long beginning, then 1", "a long beginning, then 2", 12); // ["…g, then 1", "…g, then 2"]
 * ```
 */
export function cutPair(a: string, b: string, length: number): [a: string, b: string] {
  if (Math.max(a.length, b.length) <= length) return [a, b];
  const common = commonLength(a, b);
  // The difference should be a good part of the text.
  const from = common < length / 2 || a === b ? 0 : common - Math.floor(length / 3);
  const shown = (text: string): string => {
    const rest = from > 0 ? `…${text.slice(from)}` : text;
    return rest.length > length ? `${rest.slice(0, length - 1)}…` : rest;
  };
  return [shown(a), shown(b)];
}

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
