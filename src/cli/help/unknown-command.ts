import { RewindError } from "../../base/errors.ts";
import { editDistance, nearest } from "../../base/nearest.ts";
import { OTHER_VERBS } from "./other-verbs.ts";

/**
 * The error for a command or a help topic that is not among `known`. It suggests a similar name or,
 * for a verb of another tool, the counterpart here.
 */
export function unknownCommand(name: string, known: readonly string[]): RewindError {
  const problem = `there is no command ${JSON.stringify(name)}`;
  const hint = OTHER_VERBS.get(name.toLowerCase());
  if (hint !== undefined) return new RewindError("USAGE", problem, { hint });
  const meant = likeliest(name.toLowerCase(), known);
  const question = meant.length > 0 ? `; did you mean ${meant.join(" or ")}?` : "";
  return new RewindError("USAGE", `${problem}${question}`);
}

/** The names that begin with this one, or else the most similar ones. */
function likeliest(name: string, known: readonly string[]): readonly string[] {
  if (known.includes(name)) return [name];
  const begun = known.filter((each) => name.length > 1 && each.startsWith(name));
  if (begun.length > 0) return begun;
  const near = nearest(name, known);
  const best = Math.min(...near.map((each) => editDistance(each, name)));
  return near.filter((each) => editDistance(each, name) === best);
}
