import type { RewindError } from "../base/errors.ts";
import { placeText } from "../base/place-text.ts";
import type { LiveSegment } from "./segment.ts";

/**
 * Where the class is that an error about a state names, if it belongs to a package: its name in a
 * bundle may be another than the one that the package exports. Empty if that is not known.
 */
export function classPlace(error: RewindError, { program }: LiveSegment): string {
  const [, name] = /^is an instance of ([^\s,]+)/.exec(String(Object(error.data).found)) ?? [];
  const place = name === undefined ? undefined : program.classPlace?.(name);
  if (place?.package === undefined) return "";
  return `; ${name} is at ${placeText(place)}, in ${place.package}`;
}
