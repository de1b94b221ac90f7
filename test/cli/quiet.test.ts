import { beforeAll, describe, expect, test } from "vitest";
import {
  copyOf,
  type Project,
  temporaryFolder,
  unfinished,
  walkProject,
} from "../support/run-cli.ts";

const words = (line: string): string[] => line.split(" ");

let recorded: Project;

beforeAll(async () => {
  recorded = await walkProject();
  await unfinished(recorded);
  await recorded.ok(...words("branch fork main@500 --param p=0.6"));
  await recorded.ok(...words("tag v1 main"));
  await recorded.ok(...words("config author Grace"));
  await recorded.ok(...words("save main -o main.replay"));
});

describe("--quiet", () => {
  test.each([
    "init inner",
    "record walk.ts --steps 10 -b new",
    "resume unfinished",
    "extend main --by 10",
    "reset main@900",
    "branch new main@500",
    "branch grid main@500 --matrix p=0.1,0.2",
    "branch -m fork other",
    "branch -d fork",
    "checkout fork@600",
    "tag v2 fork",
    "tag -d v1",
    "undo",
    "save fork -o fork.replay",
    "load main.replay",
    "load main.replay -b theirs",
    "get main@5 -o state.json",
    "config author Ada",
    "config --unset author",
    "doctor --break-lock",
    "rng 'seed_1' -o state.bin",
  ])("%s: what was done is not said, unless as JSON", async (line) => {
    const argv = words(line).map((word) => word.replace("'seed_1'", "seed 1"));
    const [plain, quiet, json] = await Promise.all([1, 2, 3].map(() => copyOf(recorded)));
    const env = { XDG_CONFIG_HOME: await temporaryFolder() };
    expect((await plain?.runWith({ env }, ...argv))?.stdout).not.toBe("");
    expect(await quiet?.runWith({ env }, ...argv, "-q")).toMatchObject({
      status: 0,
      stdout: "",
      stderr: "",
    });
    const result = await json?.runWith({ env }, ...argv, "-q", "--json");
    expect([result?.stderr, typeof result?.json]).toEqual(["", "object"]);
  });

  test.each([
    "get main@5",
    "show main",
    "show main@5",
    "log",
    "branch",
    "tag",
    "find main state>3",
    "find main state>1e9",
    "stats main",
    "diff main fork",
    "verify main",
    "step",
    "info main.replay",
    "reflog",
    "config",
    "config author",
    "doctor",
    "completion bash",
    "cat-file main",
    "rng explain PLAN",
  ])("%s: what was asked for is printed as ever", async (line) => {
    const argv = words(line).map((word) => word.replace("PLAN", "seed 1; epochs 2 of shuffle 4"));
    const [plain, quiet] = await Promise.all([1, 2].map(() => copyOf(recorded)));
    const env = { XDG_CONFIG_HOME: await temporaryFolder(), REWIND_AUTHOR: "Ada" };
    const { status, stdout } = (await plain?.runWith({ env }, ...argv)) ?? {};
    expect(await quiet?.runWith({ env }, ...argv, "-q")).toMatchObject({ status, stdout });
    expect(stdout).not.toBe("");
  });
});
