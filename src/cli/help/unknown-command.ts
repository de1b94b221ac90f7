import { RewindError } from "../../base/errors.ts";
import { editDistance, nearest } from "../../base/nearest.ts";
import { OTHER_VERBS } from "./other-verbs.ts";

/**
 * What is wrong with a command, or a topic of help, that is none of `known`: the error says which
 * was meant, or what does the work of a verb from elsewhere.
 */
export function unknownCommand(name: string, known: readonly string[]): RewindError {
  const none = `there is no command ${JSON.stringify(name)}`;
  const hint = OTHER_VERBS.get(name.toLowerCase());
  if (hint !== undefined) return new RewindError("USAGE", none, { hint });
  const meant = likeliest(name.toLowerCase(), known);
  const question = meant.length > 0 ? `; did you mean ${meant.join(" or ")}?` : "";
  return new RewindError("USAGE", `${none}${question}`);
}

/** The names that begin so; or else the nearest ones, and none that is further off than these. */
function likeliest(name: string, known: readonly string[]): readonly string[] {
  const begun = known.filter((each) => name.length > 1 && each.startsWith(name));
  if (begun.length > 0) return begun;
  const near = nearest(name, known);
  const best = Math.min(...near.map((each) => editDistance(each, name)));
  return near.filter((each) => editDistance(each, name) === best);
}
