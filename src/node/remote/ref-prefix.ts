import { RewindError } from "../../base/errors.ts";
import { isRefName } from "../../store/ref-name.ts";

/**
 * Checks where our refs are to lie in a Git repository: below a folder of `refs/`, so that none of
 * them is somebody's own branch or tag. Throws INVALID_REF_NAME.
 */
export function checkRefPrefix(prefix: string): string {
  const name = /^refs\/[a-z]+\/.+\/$/.test(prefix) ? prefix.slice(0, -1) : "";
  if (isRefName(name)) return prefix;
  throw new RewindError(
    "INVALID_REF_NAME",
    `expected a folder of refs, which begins with refs/ and ends with a slash, got ${JSON.stringify(prefix)}`,
    { name: prefix, problem: "", example: "refs/heads/rewind/" },
  );
}
