import { beforeAll, describe, expect, test } from "vitest";
import { COMMAND_NAMES } from "../../../src/cli/command-list.ts";
import { TOPICS } from "../../../src/cli/help/help-topics.ts";
import { SETTINGS } from "../../../src/node/config/settings.ts";
import { generatorNames } from "../../../src/random/generators.ts";
import {
  bareProject,
  type Project,
  runCli,
  temporaryFolder,
  walkProject,
} from "../../support/run-cli.ts";

let project: Project;
let ids: Record<string, string>;

beforeAll(async () => {
  project = await walkProject();
  for (const line of [
    "branch fix/clamp main@500",
    "branch it$x;y main@500",
    "branch $(id)`id` main@500",
    "reset fix/clamp@600",
    "tag v1 main",
    "tag main fix/clamp",
  ]) {
    await project.ok(...line.split(" "));
  }
  const { runs } = (await project.ok("log", "--all", "--json")).json;
  ids = Object.fromEntries(
    runs.map(({ run, branches }: { run: string; branches: string[] }) => [branches[0], run]),
  );
});

/** What the last word of a line can be; "" after a space. */
async function candidates(line: string, at: Project = project): Promise<string[]> {
  const words = ["rewind", ...line.split(" ")];
  const index = String(words.length - 1);
  const { status, stdout, stderr } = await at.run(
    ...["completion", "bash", "--words", index, "--", ...words],
  );
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.split("\n").slice(0, -1);
}

const REFS = ["HEAD", "archive/fix/clamp/1", "fix/clamp", "main", "tags/main", "v1"];

describe("the candidates", () => {
  test("of commands, if one comes next", async () => {
    expect(await candidates("")).toEqual([...COMMAND_NAMES, "help"]);
    expect(await candidates("re")).toEqual(COMMAND_NAMES.filter((name) => name.startsWith("re")));
    expect(await candidates("--json -q ref")).toEqual(["reflog"]);
    expect(await candidates("-C /tmp ref")).toEqual(["reflog"]);
    expect(await candidates("help ")).toEqual([...COMMAND_NAMES, ...TOPICS.keys()]);
    expect(await candidates("nonsense ")).toEqual([]);
    expect(await candidates("nonsense --js")).toEqual(["--json"]);
  });

  test("of options: those of the command and of every command that are not given yet", async () => {
    const options = await candidates("verify -");
    expect(options).toEqual(
      expect.arrayContaining(["--full", "--program", "--trust", "--json", "-C", "--no-pager"]),
    );
    expect(await candidates("verify --full --json --f")).toEqual([]);
    expect(await candidates("log -n 5 --l")).toEqual([]);
    expect(await candidates("branch --set a=1 --set b=2 --seed 1 --s")).toEqual(
      expect.arrayContaining(["--set", "--steps"]),
    );
    expect(await candidates("branch --set a=1 --set b=2 --seed 1 --see")).toEqual([]);
    expect(await candidates("save main --no-c")).toEqual(["--no-code"]);
    expect(await candidates("verify main -- --f")).toEqual([]);
    // When no other word can come.
    expect(await candidates("verify main ")).toEqual(options);
  });

  test("of options' values", async () => {
    expect(await candidates("verify --program ")).toEqual(["recorded", "working"]);
    expect(await candidates("verify --program=w")).toEqual(["--program=working"]);
    expect(await candidates("record walk.ts --rng x")).toEqual(["xoshiro128++"]);
    expect(await candidates("record walk.ts -b f")).toEqual(["fix/clamp"]);
    expect(await candidates("record walk.ts --branch=f")).toEqual(["--branch=fix/clamp"]);
    expect(await candidates("record walk.ts --steps ")).toEqual([]);
    expect(await candidates("branch x main --mutate ")).toEqual([":files"]);
    expect(await candidates("save main -o ")).toEqual([":files"]);
    expect(await candidates("save main --output=")).toEqual([":files"]);
    expect(await candidates("-C ")).toEqual([":folders"]);
    expect(await candidates("get main --unknown ")).toEqual(
      expect.arrayContaining(["--path", "--json"]),
    );
  });

  test("of revisions: names as a revision spells them, and runs' first digits", async () => {
    for (const line of ["get ", "show ", "diff main ", "log ", "checkout ", "branch new "]) {
      expect([line, await candidates(line)]).toEqual([line, REFS]);
    }
    expect(await candidates("get fix")).toEqual(["fix/clamp"]);
    expect(await candidates("get ar")).toEqual(["archive/fix/clamp/1"]);
    expect(await candidates("log main..v")).toEqual(["main..v1"]);
    for (const run of Object.values(ids)) {
      expect(await candidates(`get ${run.slice(0, 5)}`)).toEqual([run.slice(0, 12)]);
      expect(await candidates(`get ${run.slice(0, 20)}`)).toEqual([run]);
    }
    expect(await candidates("get main@5")).toEqual([]);
  });

  test("of branches, tags, settings, shells and files, if those are expected", async () => {
    expect(await candidates("extend ")).toEqual(["fix/clamp", "main"]);
    expect(await candidates("branch -d ")).toEqual(["fix/clamp", "main"]);
    expect(await candidates("tag -d ")).toEqual(["main", "v1"]);
    expect(await candidates("config ")).toEqual(Object.keys(SETTINGS));
    expect(await candidates("config --unset a")).toEqual(["author"]);
    expect(await candidates("config rng ")).toEqual(generatorNames());
    expect(await candidates("config author ")).toEqual([]);
    expect(await candidates("completion ")).toEqual(["bash", "zsh", "fish"]);
    expect(await candidates("record ")).toEqual([":files"]);
    expect(await candidates("load ")).toEqual([":files"]);
    expect(await candidates("init ")).toEqual([":folders"]);
    expect(await candidates("find main ")).toEqual([]);
    expect(await candidates("rng ")).toEqual(["explain", "locate"]);
    expect(await candidates("rng ex")).toEqual(["explain"]);
    for (const line of ["rng mod", "rng explain ", "rng locate explain", "rng locate x --out "]) {
      expect([line, await candidates(line)]).toEqual([line, [":files"]]);
    }
    expect(await candidates("cat-file v")).toEqual(["v1"]);
    expect(await candidates("reflog ma")).toEqual(["main"]);
    expect(await candidates("info ")).toEqual([":files"]);
    expect(await candidates("rng model.plan --ep")).toEqual(["--epoch"]);
    expect(await candidates("rng locate model.plan --ord")).toEqual(["--order"]);
    expect(await candidates("stats main state.x ")).toEqual([]);
  });

  test("are those of the folder that -C names; without a store nothing is completed", async () => {
    const bare = await bareProject();
    expect(await candidates("get ", bare)).toEqual(["HEAD"]);
    expect(await candidates("tag ", bare)).toEqual([]);
    expect(await candidates(`-C ${project.root} get `, bare)).toEqual(REFS);
    expect(await candidates("-C nowhere get ", project)).toEqual(REFS);
    expect(await candidates("-C / get ", project)).toEqual(["HEAD"]);
  });

  test("a damaged store gives no candidates, and no error", async () => {
    const damaged = await bareProject();
    await damaged.write(".rewind/config", "{");
    await damaged.write(".rewind/HEAD", "???");
    await damaged.write(".rewind/logs/operations", "{\n[]\nnull\n");
    await damaged.write(".rewind/refs/heads/main", "no id\n");
    expect(await candidates("get ", damaged)).toEqual(["HEAD", "main"]);
    expect(await candidates("get a", damaged)).toEqual([]);
    const worse = await bareProject();
    await worse.write(".rewind/config", "{}");
    await worse.write(".rewind/refs", "a file, where a folder should be");
    expect(await candidates("get ", worse)).toEqual(["HEAD"]);
  });

  test("recover nothing and change nothing", async () => {
    await project.write(".rewind/objects/journal-abc.pack", "left by a crash");
    const before = await project.storeDigest();
    expect(await candidates("get ")).toEqual(REFS);
    expect(await project.storeDigest()).toBe(before);
  });
});

describe("completion", () => {
  test("words as each shell passes them, lines as each reads them", async () => {
    const answer = async (shell: string, ...words: string[]): Promise<string> => {
      const index = String(words.length);
      const argv = ["completion", shell, "--words", index, "--", "rewind", ...words];
      return (await project.ok(...argv)).stdout;
    };
    // Bash leaves quotes and backslashes in.
    for (const word of ["'fix", '"fix', "fix\\/", '"fix/c', "'fix/cl"]) {
      expect([word, await answer("bash", "get", word)]).toEqual([word, "fix/clamp\n"]);
    }
    // A name that a shell would run or split is not offered in any form.
    for (const word of ["it", "'it", '"it$', "$", '"$(', "`"]) {
      for (const shell of ["bash", "zsh", "fish"]) {
        expect([word, await answer(shell, "get", word)]).toEqual([word, ""]);
      }
    }
    expect(await answer("zsh", "get", "fix")).toBe("fix/clamp:branch\n");
    expect(await answer("zsh", "record", "walk.ts", "--steps", "5", "--seed")).toMatch(
      /^--seed:the master seed.*\n$/,
    );
    expect(await answer("fish", "get", "v")).toBe("v1\ttag\n");
    expect(await answer("fish", "load", "")).toBe(":files\n");
    const { json } = await project.ok(
      ...["completion", "bash", "--json", "--words", "2", "--", "rewind", "get", "v"],
    );
    expect(json).toEqual({ candidates: [{ value: "v1", describe: "tag" }], files: null });
  });

  test("a word in the middle of the line; the words after it do not matter", async () => {
    const argv = "completion bash --words 2 -- rewind get v main@5 --json".split(" ");
    expect((await project.ok(...argv)).stdout).toBe("v1\n");
  });

  test.each(["bash", "zsh", "fish"])("prints the script for %s", async (shell) => {
    const { stdout, status } = await runCli(["completion", shell], {
      cwd: await temporaryFolder(),
    });
    expect([status, stdout]).toEqual([
      0,
      expect.stringContaining(`rewind completion ${shell} --words`),
    ]);
    const { json } = await runCli(["completion", shell, "--json"]);
    expect(json).toEqual({ shell, script: stdout.trimEnd() });
    expect((await runCli(["completion", "--help"])).stdout).toContain(`rewind completion ${shell}`);
  });

  test.each([
    ["completion", "expected <shell> [word..]: no shell was given"],
    ["completion tcsh", 'expected bash, zsh or fish for the shell, got "tcsh"'],
    ["completion bash rewind", "words are allowed only with --words INDEX"],
    ["completion bash --words x -- rewind", "expected --words to be a whole number"],
  ])("%s is refused", async (line, message) => {
    const { status, stdout, stderr } = await runCli(line.split(" "));
    expect([status, stdout, stderr]).toEqual([2, "", expect.stringContaining(message)]);
  });
});
