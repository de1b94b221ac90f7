import { expect, test } from "vitest";
import { type ErrorCode, RewindError } from "../../src/base/errors.ts";
import { hintFor } from "../../src/cli/errors/hints.ts";

const NAME = "a$(touch\u0024{IFS}PWNED)";

test.each<[ErrorCode, Record<string, unknown>]>([
  ["NOTHING_TO_RESUME", { branch: NAME }],
  ["BRANCH_UNFINISHED", { branch: NAME }],
  ["RECORDED_OTHERWISE", { branch: NAME, differences: [] }],
  ["REF_EXISTS", { branch: NAME }],
  ["REF_EXISTS", { tag: NAME }],
  ["REF_MOVED", { archived: [NAME] }],
  ["REF_MOVED", { verb: "move", ref: `refs/heads/${NAME}` }],
  ["UNKNOWN_REVISION", { names: [], known: [], log: NAME }],
  ["INVALID_STEPS", { branch: NAME, steps: 9, value: 3 }],
  ["STEP_FAILED", { branch: NAME, kept: 1, goal: 2 }],
  ["INTERRUPTED", { branch: NAME, kept: 1, goal: 2 }],
  ["PACKAGE_CHANGED", { name: NAME, recorded: "1.0.0" }],
  ["PACKAGE_CHANGED", { name: "left-pad", recorded: NAME }],
  ["PROGRAM_NOT_TRUSTED", { revision: NAME }],
])("the hint of %s quotes a name for the shell", (code, data) => {
  const hint = hintFor(new RewindError(code, "x", data as never), []) ?? "";
  const commands = (hint.match(/`[^`]*`|npm install .*/g) ?? []).join("\n");
  expect(commands).toContain("PWNED");
  expect(commands.replace(/'[^']*'/g, "")).not.toContain("$(");
});
