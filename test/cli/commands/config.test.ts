import { readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { outputFileSync } from "fs-extra/esm";
import { describe, expect, onTestFinished, test } from "vitest";
import { generatorNames } from "../../../src/random/generators.ts";
import {
  bareProject,
  emptyProject,
  type Project,
  temporaryFolder,
  walkProject,
} from "../../support/run-cli.ts";
import { asUser, newUser } from "../../support/user.ts";

const words = (line: string): string[] => line.split(" ");
const user = os.userInfo().username;

/** The project, with commands run by a user with this home folder. */
async function atHome(project: Project, variables: Record<string, string> = {}) {
  const env = { HOME: await temporaryFolder(), ...variables };
  const run = (...argv: string[]) => project.runWith({ env }, ...argv);
  return { home: env.HOME, run };
}

describe("config", () => {
  test("lists every setting, its value and its source", async () => {
    const project = await emptyProject();
    const { home, run } = await atHome(project, { PAGER: "most" });
    expect((await run("config")).stdout).toBe(
      [
        `author             ${user.padEnd(12)}  default  who records, noted with each run`,
        "rng                xoshiro128++  default  the generator that record uses in this project",
        "inputs.limit       16MiB         default  the largest file to record among those that a module reads, such as 16MiB",
        "fetch.checkpoints  16MiB         default  up to this size, fetch and clone bring checkpoints as well, such as 16MiB",
        "fetch.limit        64GiB         default  the most that fetch and clone receive at once, such as 64GiB",
        "signing.key                      default  the SSH key that sign uses; by default Git's own user.signingKey",
        "signing.allowed                  default  who may sign, for verify --signature; by default Git's gpg.ssh.allowedSignersFile",
        "pager              most          default  the program that shows long output on a terminal; cat for none",
        "",
      ].join("\n"),
    );
    expect((await run("config", "author", "Ada Lovelace")).stdout).toBe(
      "author: Ada Lovelace (from .rewind/local/config)\n",
    );
    expect((await run(...words("config rng xoshiro128++"))).stdout).toBe(
      "rng: xoshiro128++ (from .rewind/config)\n",
    );
    expect((await run(...words("config pager cat"))).stdout).toBe(
      `pager: cat (from ${home}/.config/rewind/config)\n`,
    );
    expect((await run(...words("config --json"))).json).toEqual({
      settings: [
        { key: "author", value: "Ada Lovelace", from: "local" },
        { key: "rng", value: "xoshiro128++", from: "project" },
        { key: "inputs.limit", value: "16MiB", from: "default" },
        { key: "fetch.checkpoints", value: "16MiB", from: "default" },
        { key: "fetch.limit", value: "64GiB", from: "default" },
        { key: "signing.key", value: null, from: "default" },
        { key: "signing.allowed", value: null, from: "default" },
        { key: "pager", value: "cat", from: "global" },
      ],
    });
    expect((await run(...words("config author"))).stdout).toBe("Ada Lovelace\n");
    expect((await run(...words("config --global --json"))).json).toEqual({
      settings: [{ key: "pager", value: "cat", from: "global" }],
    });
    expect((await run(...words("config --unset author"))).stdout).toBe(
      `author: ${user} (the default)\n`,
    );
  });

  test("says so if the environment overrides it", async () => {
    const { run } = await atHome(await emptyProject(), { REWIND_AUTHOR: "Grace" });
    expect((await run("config", "author", "Ada")).stdout).toBe(
      "author: Grace (from REWIND_AUTHOR)\n",
    );
  });

  test("without a store there are the user's own settings", async () => {
    const { home, run } = await atHome(await bareProject());
    expect((await run(...words("config author Ada --global"))).stdout).toBe(
      `author: Ada (from ${home}/.config/rewind/config)\n`,
    );
    expect((await run("config", "--json")).json.settings).toContainEqual({
      ...{ key: "author", value: "Ada", from: "global" },
    });
    const refused = await run(...words("config author Ada"));
    expect([refused.status, refused.stderr]).toEqual([
      1,
      "error: there is no .rewind here or in a folder above to set author in\n" +
        "hint: set it for all projects with --global, or name the folder with -C\n",
    ]);
  });

  test.each([
    [
      "config auhtor",
      2,
      'error: there is no setting "auhtor"; did you mean author?\n' +
        "hint: the settings are author, rng, inputs.limit, fetch.checkpoints, fetch.limit, signing.key, signing.allowed, pager; `rewind config` explains them\n",
    ],
    ["config --unset", 2, "error: expected what to unset: rewind config --unset KEY\nhint: "],
    [
      "config --unset author Ada",
      2,
      "error: expected one setting: rewind config --unset KEY\nhint",
    ],
    [
      "config rng pcg64",
      2,
      'got "pcg64"\nhint: correct the name, or use a version of rewind that has this generator\n',
    ],
    ["config rng xoshiro128++ --global", 2, "error: rng cannot be set for all projects"],
    ["config --unset author", 1, "error: author is not set in .rewind/local/config\nhint: `rewind"],
    ["config --global author", 1, "error: author is not set\nhint: `rewind config` lists"],
    ["config author Ada King", 2, 'unexpected argument "King"'],
  ])("%s is refused", async (line, status, message) => {
    const project = await emptyProject();
    const before = await project.storeDigest();
    const { run } = await atHome(project);
    const result = await run(...words(line));
    expect([result.status, result.stdout]).toEqual([status, ""]);
    expect(result.stderr).toContain(message);
    expect(await project.storeDigest()).toBe(before);
  });

  test("a damaged file is named, and affects only commands that need it", async () => {
    const project = await walkProject();
    await project.write(".rewind/local/config", "{author: Ada}");
    for (const line of ["config", "record walk.ts --steps 5 -b more", "branch fork main@5"]) {
      const { status, stderr } = await project.run(...words(line));
      expect([line, status, stderr]).toEqual([
        line,
        1,
        "error: .rewind/local/config: expected JSON\n" +
          "hint: fix .rewind/local/config, a JSON object of settings, or remove it\n",
      ]);
    }
    expect((await project.ok(...words("get main@5"))).stderr).toBe("");
  });
});

describe("the author", () => {
  test("is noted with each run that is recorded, by whatever command", async () => {
    const project = await emptyProject("walk.ts");
    const authorOf = async (revision: string): Promise<unknown> =>
      (await project.ok("show", revision)).stdout.match(/ by (.*)/)?.[1];
    await project.ok(...words("record walk.ts --steps 100 --seed 1"));
    expect(await authorOf("main")).toBe(user);
    await project.ok("config", "author", "Ada Lovelace");
    for (const line of [
      "record walk.ts --steps 100 -b new",
      "branch fork main@50",
      "extend main --by 10",
      "reset main@20",
    ]) {
      await project.ok(...words(line));
      const [, branch = ""] = / (?:-b )?(new|fork|main)\b/.exec(line) ?? [];
      expect([line, await authorOf(branch)]).toEqual([line, "Ada Lovelace"]);
    }
    const env = { REWIND_AUTHOR: "Grace Hopper" };
    await project.runWith({ env }, ...words("branch other fork@60"));
    expect(await authorOf("other")).toBe("Grace Hopper");
    await project.runWith({ env: { REWIND_AUTHOR: "" } }, ...words("branch nobody fork@60"));
    expect(await authorOf("nobody")).toBeUndefined();
  });
});

describe("the generator", () => {
  test("of the project is the default of record", async () => {
    const project = await emptyProject("walk.ts");
    await project.ok(...words("config rng xoshiro128++"));
    await project.ok(...words("record walk.ts --steps 10 --seed 1"));
    // A later version's: this one lacks it, and must not use another instead.
    const config = JSON.parse(
      await readFile(path.join(project.root, ".rewind/config"), "utf8"),
    ) as object;
    await project.write(".rewind/config", JSON.stringify({ ...config, rng: "pcg64" }));
    const before = await project.storeDigest();
    const refused = await project.run(...words("record walk.ts --steps 10 -b more"));
    expect([refused.status, refused.stderr]).toEqual([
      2,
      `error: .rewind/config: expected rng to be a generator among ${generatorNames().join(", ")}, got "pcg64"\n` +
        "hint: correct the name, or use a version of rewind that has this generator\n",
    ]);
    expect(await project.storeDigest()).toBe(before);
    await project.ok(...words("record walk.ts --steps 10 -b more --rng xoshiro128++"));
    await project.ok(...words("extend main --by 10"));
  });
});

test("without a folder for the user's secret, a command says what will not count", async () => {
  const project = await emptyProject("walk.ts");
  const user = newUser();
  onTestFinished(user.remove);
  outputFileSync(user.config, "a file, not a folder");
  const run = (line: string) => asUser(user, () => project.run(...words(line)));
  const secret = path.join(user.config, "rewind", "secret");
  const recorded = await run("record walk.ts --steps 10 --seed 1");
  expect(recorded.status).toBe(0);
  const note = `undo, redo and remotes will not know of this, because ${secret}, the secret that marks it as yours, cannot be written\n`;
  expect(recorded.stderr.split(note)).toHaveLength(2);
  expect((await run("get main@5 --trust")).stderr).not.toContain(note);
  const set = await run("config author Ada");
  expect([set.status, set.stderr]).toEqual([
    1,
    `error: .rewind/local/config would not count, because ${secret}, the secret that marks it as yours, cannot be written\n` +
      "hint: check the path, its folder and its permissions\n",
  ]);
  expect((await run("config rng xoshiro128++")).status).toBe(0);
});
