/**
 * A module's path and the export that `spec` names after a `#`. A path may itself contain a `#`:
 * the path is the longest part of `spec` that `isFile` accepts or, if it accepts no part, the part
 * before the last `#`.
 *
 * @example
 * ```ts
 * splitSpec("runs #2/walk.ts#sir", (path) => path === "runs #2/walk.ts"); // ["runs #2/walk.ts", "sir"]
 * ```
 */
export function splitSpec(
  spec: string,
  isFile: (path: string) => boolean,
): [file: string, exportName: string | undefined] {
  for (let at = spec.length; at !== -1; at = spec.lastIndexOf("#", at - 1)) {
    if (isFile(spec.slice(0, at))) return cut(spec, at);
    if (at === 0) break;
  }
  // A name has no slash: `runs #2/walk.ts` is a path, even if there is no such file.
  const at = spec.lastIndexOf("#");
  return cut(spec, at === -1 || spec.includes("/", at) ? spec.length : at);
}

function cut(spec: string, at: number): [file: string, exportName: string | undefined] {
  return [spec.slice(0, at), at === spec.length ? undefined : spec.slice(at + 1)];
}
