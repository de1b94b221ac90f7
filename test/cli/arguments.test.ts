import { describe, expect, test } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import type { Command } from "../../src/cli/command.ts";

const COMMAND: Pick<Command, "positionals" | "options"> = {
  positionals: {
    revision: { type: "string", demandOption: true },
    expression: { type: "string", array: true },
  },
  options: {
    steps: { describe: "", type: "string", value: "N" },
    branch: { describe: "", type: "string", alias: "b" },
    "block-size": { describe: "", type: "string" },
    param: { describe: "", type: "string", array: true },
    program: { describe: "", type: "string", choices: ["recorded", "working"] },
    "no-code": { describe: "", type: "boolean" },
    full: { describe: "", type: "boolean", alias: "f" },
  },
};

/** The given arguments, without the missing ones. */
function parse(...words: string[]): object {
  const args = Object.entries(parseArguments(COMMAND, words));
  return Object.fromEntries(args.filter(([, value]) => value !== undefined));
}

describe("arguments", () => {
  test.each([
    [["--steps", "1e6"], { steps: "1e6" }],
    [["--steps", "0x10"], { steps: "0x10" }],
    [["--steps", "-1"], { steps: "-1" }],
    [["--steps", "-1_000"], { steps: "-1_000" }],
    [["--steps=-x"], { steps: "-x" }],
    [["--steps="], { steps: "" }],
    [["--steps", " 5 "], { steps: " 5 " }],
    [["--steps", "true"], { steps: "true" }],
    [["--branch", '"a"'], { branch: '"a"' }],
    [["--branch='a'"], { branch: "'a'" }],
    [["-bmain"], { branch: "main" }],
    [["-b=main"], { branch: "main" }],
    [["-b", "main"], { branch: "main" }],
    [["-fbmain"], { full: true, branch: "main" }],
    [["-fb", "main"], { full: true, branch: "main" }],
    [["-b", "-"], { branch: "-" }],
    [["-b5"], { branch: "5" }],
    [["-ba=b"], { branch: "a=b" }],
    [["--block-size", "5"], { blockSize: "5" }],
    [["--param", "a=1"], { param: ["a=1"] }],
    [['--param="a"="b"'], { param: ['"a"="b"'] }],
    [["--param", 'x["a=b"]=1', "--param", "a.b=2"], { param: ['x["a=b"]=1', "a.b=2"] }],
    [["--no-code"], { noCode: true }],
    [["--full", "--full"], { full: true }],
    [["--program", "working"], { program: "working" }],
  ])("%j is kept as it is written", (words, expected) => {
    expect(parse("main", ...words)).toEqual({ revision: "main", expression: [], ...expected });
    expect(parse(...words, "main")).toEqual({ revision: "main", expression: [], ...expected });
  });

  test.each([
    [["1e3", "0x10"], ["0x10"]],
    [
      ["main", "a", "b"],
      ["a", "b"],
    ],
    [
      ["main", "--", "-x", "--steps", "--"],
      ["-x", "--steps", "--"],
    ],
    [["main", "-5"], ["-5"]],
    [["main", "true"], ["true"]],
  ])("the positionals of %j", (words, expression) => {
    expect(parse(...words)).toEqual({ revision: words[0], expression });
  });

  test.each([
    [["--steps", "5", "--steps", "6"], "--steps was given more than once"],
    [["-b", "a", "--branch", "b"], "--branch was given more than once"],
    [["--steps"], "expected a value for --steps"],
    [["-fb"], "expected a value for -fb"],
    [["--steps", "--full"], "got --full: write --steps=--full if you mean that"],
    [["--full=yes"], '--full takes no value, got "yes"'],
    [["--full=false"], '--full takes no value, got "false"'],
    [["--code"], "there is no option --code"],
    [["--no-full"], "there is no option --no-full"],
    [["--b", "x"], "there is no option --b"],
    [["-x"], "there is no option -x"],
    [["--toString"], "there is no option --toString"],
    [["--constructor=1"], "there is no option --constructor"],
    [["--steps.x", "5"], "there is no option --steps.x"],
    [["--program", "new"], 'expected --program to be recorded or working, got "new"'],
  ])("%j is refused", (words, message) => {
    expect(() => parse("main", ...words)).toThrow(message);
  });

  test("with --help nothing is required, but what is given must be right", () => {
    expect(parse("--help")).toEqual({ help: true });
    expect(() => parse("--help", "--nope")).toThrow("there is no option --nope");
  });
});
