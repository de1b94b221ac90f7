import type { ErrorData, RevisionErrors } from "../../base/error-data.ts";
import { someOf } from "../../base/some-of.ts";
import { shortId } from "../../object/id.ts";
import { quoted } from "../input/quoted.ts";
import { waysBack } from "../show/none-left.ts";
import { commandIn, type Hints } from "./hint.ts";

/** Hints for errors of refs, revisions and branches. */
export const revisionHints: Hints<keyof RevisionErrors> = {
  INVALID_REF_NAME: ({ example }) =>
    example === undefined
      ? "use letters, digits, -, _ and / such as fix/clamp-2"
      : `for example ${example}`,
  REF_EXISTS: ({ branch, tag, ensemble, taken }, argv) =>
    ensemble !== undefined
      ? taken === "ensemble"
        ? `choose another name, or go on with \`rewind sweep --continue ${quoted(ensemble)}\``
        : `choose another name: an ensemble and a ${taken} cannot share one`
      : tag === undefined && commandIn(argv) === "record"
        ? "record on another branch with -b NAME, or again on this one with --restart"
        : tag === undefined
          ? `choose another name, or look at it with \`rewind show ${quoted(String(branch))}\``
          : `move it with --force, or look at it with \`rewind show ${quoted(tag)}\``,
  REF_CONFLICT: () => "choose another name",
  REF_MOVED: ({ verb, ref, archived }) =>
    archived !== undefined
      ? `look at it with \`rewind show ${quoted(String(archived[0]))}\`; \`rewind reflog\` shows what happened`
      : verb === undefined || ref === undefined
        ? "someone changed it in the meantime; look at it with `rewind log` and try again"
        : `something else has changed it since; \`rewind reflog ${quoted(ref.replace(/^refs\/(heads\/)?/, ""))}\` lists what it has named`,
  REF_NOT_FOUND: ({ branch, names, known, total, tag, ensemble, tracking: [theirs] = [], gone }) =>
    ensemble !== undefined
      ? names.length > 0
        ? namesHint(names, known, total)
        : "`rewind table` lists the ensembles"
      : theirs !== undefined && gone?.back === undefined
        ? `a remote has it: \`rewind branch ${quoted(String(branch))} ${quoted(theirs)}\` makes a branch of ${theirs}`
        : gone !== undefined
          ? goneHint(gone)
          : tag === undefined || names.length > 0
            ? namesHint(names, known, total)
            : "`rewind tag` lists the tags",
  UNKNOWN_REVISION: ({ base, names, known, total, log, gone, ensemble }) =>
    ensemble !== undefined
      ? `\`rewind table ${quoted(ensemble)}\` lists its runs`
      : gone?.back === undefined && names?.some((name) => name.endsWith(`/${base}`)) === true
        ? namesHint(names)
        : gone !== undefined
          ? goneHint(gone)
          : log === undefined
            ? namesHint(names, known, total)
            : `\`rewind reflog ${quoted(log)}\` lists them`,
  REF_IN_CONFLICT: () => "`rewind doctor --settle` keeps both runs, theirs under another name",
  INVALID_REVISION: ({ range, ends = [], runs, ref }) =>
    ref === true
      ? "name only a branch, a tag or HEAD, as in `rewind reflog main`"
      : runs === true
        ? "leave the steps out: main..fix, main.. or ..fix; `rewind help revisions` explains ranges"
        : ends.length > 0
          ? `name one step, such as ${ends.map(quoted).join(" or ")}; \`rewind find\` and \`stats\` take a range of steps, \`diff\` and \`log\` one of runs`
          : range === true
            ? "ranges read main@100..main@200, main@100..@200, main@100.. or ..main@200"
            : "revisions read main, main@842137, main@50%, main@-1, HEAD~100 or an id's first digits",
  AMBIGUOUS_ID: ({ matches, ref }) =>
    ref !== undefined
      ? `write ${quoted(ref)}, or more digits of the id: ${matches[0]?.slice(0, 24)}`
      : `give more digits: ${someOf(matches.map(shortId))}`,
  NOTHING_TO_UNDO: () => "`rewind log --all` lists all runs",
  NOTHING_TO_RESUME: ({ branch }) =>
    `make it longer with \`rewind extend ${quoted(branch)} --by N\``,
  BRANCH_UNFINISHED: ({ branch }) =>
    `continue it with \`rewind resume ${quoted(branch)}\`, or record again with --restart, which archives it`,
  RECORDED_OTHERWISE: ({ branch, differences }) =>
    `\`rewind resume ${quoted(branch)}\` continues it as recorded; ${otherwise(branch, differences)}`,
};

function namesHint(
  names: readonly string[] = [],
  known: readonly string[] = [],
  total?: number,
): string {
  if (names.length > 0) return `did you mean ${names.join(" or ")}?`;
  if (known.length > 0) return `there is ${someOf(known, total)}`;
  return "nothing is recorded yet: `rewind record <module> --steps N`";
}

/** What was named before: the store still has it. */
function goneHint({ log, back }: NonNullable<ErrorData["REF_NOT_FOUND"]["gone"]>): string {
  const ways = waysBack(log, back);
  return log === "HEAD" ? `no branch and no tag is left: ${ways}` : ways;
}

type Differences = ErrorData["RECORDED_OTHERWISE"]["differences"];

/** How to get the other values: a finished run becomes longer or shorter; anything else is a fork. */
function otherwise(branch: string, differences: Differences): string {
  const [first, ...others] = differences;
  if (first?.name !== "steps" || others.length > 0) {
    const fork = `rewind branch NAME ${quoted(`${branch}@STEP`)}${forkOptions(differences)}`;
    return `to change it after some step, fork: \`${fork}\``;
  }
  return Number(first.given) > Number(first.recorded)
    ? `then \`rewind extend ${quoted(branch)} --steps ${first.given}\` makes it longer`
    : `then \`rewind reset ${quoted(`${branch}@${first.given}`)}\` makes it shorter`;
}

/** The options that give a fork these values, without values that a fork cannot change. */
function forkOptions(differences: Differences): string {
  const options = differences.map(({ name, given, recorded }) => {
    if (recorded === undefined) return "";
    if (name === "program.source") return " --program working";
    const value = typeof given === "object" ? JSON.stringify(given) : String(given);
    if (name.startsWith("params."))
      return ` --param ${quoted(`${name.slice("params.".length)}=${value}`)}`;
    const isLonger = name === "steps" && Number(given) > Number(recorded);
    return name === "seed" || isLonger ? ` --${name} ${value}` : "";
  });
  return options.join("");
}
