import { createHmac } from "node:crypto";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { outputFile } from "fs-extra/esm";
import { beforeEach, describe, expect, test } from "vitest";
import { Config } from "../../../src/node/config/config.ts";
import { bytesOf, SETTINGS } from "../../../src/node/config/settings.ts";
import { type Files, nodeFiles } from "../../../src/node/host/files.ts";
import { machineSeal } from "../../../src/node/host/machine-seal.ts";
import type { Variables } from "../../../src/node/host/user-folders.ts";
import { generatorNames } from "../../../src/random/generators.ts";
import { temporaryFolder } from "../../support/run-cli.ts";
import { failingFiles, OPERATIONS } from "../failing-files.ts";

let root: string;
let home: string;

beforeEach(async () => {
  root = await temporaryFolder();
  home = await temporaryFolder();
  await mkdir(path.join(root, ".rewind"));
  await write(".rewind/config", { format: 1 });
});

const write = async (file: string, value: unknown): Promise<void> => {
  const target = path.join(root, file);
  await outputFile(target, typeof value === "string" ? value : JSON.stringify(value));
};
const read = async (file: string): Promise<unknown> =>
  JSON.parse(await readFile(path.resolve(root, file), "utf8"));
/** Settings as this user keeps them below `.rewind/local`. */
const sealed = (settings: string): string =>
  settings.replace(/\}$/, `,"seal":"${machineSeal().make(`settings ${settings}`)}"}`);
const config = (variables: Variables = {}): Config =>
  new Config(root, { HOME: home, ...variables });

describe("a setting", () => {
  test("is the variable's, else this copy's, else the user's, else the system's", async () => {
    const author = (variables?: Variables) => {
      const { value, from } = config(variables).get("author");
      return [value, from];
    };
    expect(author()).toEqual([os.userInfo().username, "default"]);
    await config().set("author", "Everywhere", "global");
    expect(author()).toEqual(["Everywhere", "global"]);
    await config().set("author", "Here");
    expect(author()).toEqual(["Here", "local"]);
    expect(author({ REWIND_AUTHOR: "Now" })).toEqual(["Now", "environment"]);
    expect(author({ REWIND_AUTHOR: "" })).toEqual(["", "environment"]);
    await config().set("author", undefined);
    expect(author()).toEqual(["Everywhere", "global"]);
    await config().set("author", undefined, "global");
    expect(author()).toEqual([os.userInfo().username, "default"]);
  });

  test.each([
    ["without a seal", {}],
    ["with another's seal", { seal: "0123456789abcdef" }],
    [
      "with the seal of the empty secret, which anyone can make",
      {
        seal: createHmac("sha256", "")
          .update('settings {"author":"Mallory","inputs.limit":"9GB"}')
          .digest("hex")
          .slice(0, 16),
      },
    ],
  ])("of this copy counts only if this user set it: %s", async (_, seal) => {
    await write(".rewind/local/config", { author: "Mallory", "inputs.limit": "9GB", ...seal });
    const own = config();
    expect(own.listOf("local")).toEqual([]);
    expect([own.get("author").value, own.get("inputs.limit").value]).toEqual([
      os.userInfo().username,
      "16MiB",
    ]);
    await own.set("inputs.limit", "1kB");
    expect(own.listOf("local").map(({ key }) => key)).toEqual(["inputs.limit"]);
  });

  test("of this copy does not count with a value that was changed or added by another", async () => {
    await config().set("author", "Here");
    const own = (await read(".rewind/local/config")) as object;
    for (const change of [{ author: "There" }, { "inputs.limit": "9GB" }]) {
      await write(".rewind/local/config", { ...own, ...change });
      expect(config().listOf("local")).toEqual([]);
    }
    await write(".rewind/local/config", own);
    expect(config().get("author").value).toBe("Here");
  });

  test("of the project is not read from elsewhere, nor a program from the store", async () => {
    await write(".rewind/local/config", sealed('{"rng":"x","pager":"rm -rf /"}'));
    await write(".rewind/config", { format: 1, pager: "rm -rf /", author: "somebody" });
    expect(config({ PAGER: "more" }).list()).toEqual([
      { key: "author", value: os.userInfo().username, from: "default", source: undefined },
      { key: "rng", value: "xoshiro128++", from: "default", source: undefined },
      { key: "inputs.limit", value: "16MiB", from: "default", source: undefined },
      { key: "fetch.checkpoints", value: "16MiB", from: "default", source: undefined },
      { key: "fetch.limit", value: "64GiB", from: "default", source: undefined },
      { key: "signing.key", value: undefined, from: "default", source: undefined },
      { key: "signing.allowed", value: undefined, from: "default", source: undefined },
      { key: "pager", value: "more", from: "default", source: undefined },
    ]);
  });

  test("is kept in its place, and its neighbours stay", async () => {
    await write(".rewind/config", { future: [1], format: 1, "rng ": 2 });
    await write(".rewind/local/config", sealed('{"__proto__":{"a":1},"other":true}'));
    await config().set("rng", "xoshiro128++");
    await config().set("author", "Ada");
    await config().set("pager", "less -S");
    const text = (file: string) => readFile(path.join(root, file), "utf8");
    expect(await text(".rewind/config")).toBe(
      '{"future":[1],"format":1,"rng ":2,"rng":"xoshiro128++"}\n',
    );
    expect(await text(".rewind/local/config")).toBe(
      `${sealed('{"__proto__":{"a":1},"other":true,"author":"Ada"}')}\n`,
    );
    expect(await read(path.join(home, ".config/rewind/config"))).toEqual({ pager: "less -S" });
    await config().set("rng", undefined);
    expect(await read(".rewind/config")).toEqual({ future: [1], format: 1, "rng ": 2 });
    // No temporary files are left.
    expect(nodeFiles.list(path.join(root, ".rewind/local")).map(({ name }) => name)).toEqual([
      "config",
    ]);
  });

  test("the user's file is where XDG has it, if that is a whole path", async () => {
    const xdg = await temporaryFolder();
    await config({ XDG_CONFIG_HOME: xdg }).set("author", "Xavier", "global");
    expect(await read(path.join(xdg, "rewind/config"))).toEqual({ author: "Xavier" });
    await config({ XDG_CONFIG_HOME: "relative" }).set("author", "Homer", "global");
    expect(await read(path.join(home, ".config/rewind/config"))).toEqual({ author: "Homer" });
  });

  test("a link in its place stays one", async () => {
    const kept = path.join(home, "dotfiles");
    await writeFile(kept, "{}");
    await mkdir(path.join(home, ".config/rewind"), { recursive: true });
    await symlink(kept, path.join(home, ".config/rewind/config"));
    await config().set("author", "Ada", "global");
    expect(await read(kept)).toEqual({ author: "Ada" });
  });

  test("is changed under a lock, which two processes cannot hold at once", async () => {
    const locks: boolean[] = [];
    const watched: Files = {
      ...nodeFiles,
      readText(file) {
        if (file.endsWith("config"))
          locks.push(nodeFiles.stat(path.join(root, ".rewind/local/config.lock")) !== undefined);
        return nodeFiles.readText(file);
      },
      rename(from, to) {
        locks.push(nodeFiles.stat(path.join(root, ".rewind/local/config.lock")) !== undefined);
        nodeFiles.rename(from, to);
      },
    };
    await new Config(root, {}, watched).set("rng", "xoshiro128++");
    // A write builds on what was read under the same lock.
    expect(locks.join(" ")).toMatch(/true true( false)*$/);
  });

  test("many settings set at once all stay", async () => {
    const keys = ["author", "rng"];
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        config().set(keys[i % 2] as string, i % 2 === 0 ? `author ${i}` : "xoshiro128++"),
      ),
    );
    expect(await read(".rewind/config")).toEqual({ format: 1, rng: "xoshiro128++" });
    expect(config().get("author").value).toMatch(/^author \d+$/);
  });

  test("of every kind has a check that accepts its default", () => {
    for (const [key, { check, standard }] of Object.entries(SETTINGS)) {
      const value = standard({});
      if (value !== undefined) expect(check(value, "here"), key).toBe(value);
    }
  });
});

describe("errors are reported, and nothing changes", () => {
  const refused: [act: () => unknown, code: string, message: string | RegExp][] = [
    [
      () => config().get("auhtor"),
      "UNKNOWN_SETTING",
      'there is no setting "auhtor"; did you mean author?',
    ],
    [() => config().get("toString"), "UNKNOWN_SETTING", 'there is no setting "toString"'],
    [
      () => config().set("rng", "mt19937"),
      "UNKNOWN_GENERATOR",
      `rng: expected rng to be a generator among ${generatorNames().join(", ")}, got "mt19937"`,
    ],
    [
      () => config().set("rng", "xoshiro128++", "global"),
      "INVALID_SETTING",
      "rng cannot be set for all projects, only for the project",
    ],
    [
      () => config().set("author", "a\nb"),
      "INVALID_SETTING",
      'author: expected one line of text, got "a\\nb"',
    ],
    [
      () => config().set("author", ""),
      "INVALID_SETTING",
      "expected a value for author, got an empty one",
    ],
    [
      () => config({ REWIND_AUTHOR: "a\u001bb" }).get("author"),
      "INVALID_SETTING",
      /^REWIND_AUTHOR: expected one line/,
    ],
    [
      () => config().set("author", undefined),
      "SETTING_NOT_SET",
      "author is not set in .rewind/local/config",
    ],
    [
      () => new Config(home, { HOME: home }).set("author", "x"),
      "NOT_A_REPOSITORY",
      "there is no .rewind here or in a folder above to set author in",
    ],
    [
      () => new Config(root, {}).set("pager", "x"),
      "FILE_FAILED",
      "settings for all projects are kept in your home folder, which was not found",
    ],
  ];

  test.each(refused)("%s", async (act, code, message) => {
    const before = await readFile(path.join(root, ".rewind/config"), "utf8");
    await expect((async () => act())()).rejects.toMatchObject({
      code,
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
    expect(await readFile(path.join(root, ".rewind/config"), "utf8")).toBe(before);
    expect(nodeFiles.list(path.join(root, ".rewind")).map(({ name }) => name)).toEqual(["config"]);
  });

  test.each([
    [".rewind/config", "{", "STORE_DAMAGED", ".rewind/config: expected JSON"],
    [".rewind/config", "[]", "STORE_DAMAGED", ".rewind/config: expected an object of settings"],
    [".rewind/config", '{"format":2}', "UNSUPPORTED_FORMAT", "expected a store of format 1, got 2"],
    [
      ".rewind/config",
      '{"format":1,"rng":"pcg64"}',
      "UNKNOWN_GENERATOR",
      `.rewind/config: expected rng to be a generator among ${generatorNames().join(", ")}, got "pcg64"`,
    ],
    [".rewind/local/config", "null", "INVALID_CONFIG", "expected an object of settings, got null"],
    [".rewind/local/config", '{"author":5}', "INVALID_SETTING", ".rewind/local/config: expected"],
  ])("a damaged %s: %s", async (file, given, code, message) => {
    const text = given.startsWith('{"author"') ? sealed(given) : given;
    await write(file, text);
    const failure = { code, message: expect.stringContaining(message) };
    expect(() => config().list()).toThrow(expect.objectContaining(failure));
    if (code === "INVALID_SETTING" || code === "UNKNOWN_GENERATOR") return;
    // Overwriting it would lose what is left of it.
    const key = file.includes("local") ? "author" : "rng";
    await expect(config().set(key, "xoshiro128++")).rejects.toMatchObject(failure);
    expect(await readFile(path.join(root, file), "utf8")).toBe(text);
  });

  test("a write that fails anywhere leaves the whole old or new settings, and is reported", async () => {
    let failures = 0;
    for (let at = 1; ; at++) {
      await write(".rewind/config", { format: 1, other: true });
      const failing = failingFiles({ at, code: "ENOSPC", operations: OPERATIONS, lasting: true });
      const setting = new Config(root, {}, failing).set("rng", "xoshiro128++");
      const error = await setting.then(
        () => undefined,
        (problem: unknown) => problem,
      );
      const now = await read(".rewind/config");
      if (error === undefined) {
        expect(now).toEqual({ format: 1, other: true, rng: "xoshiro128++" });
        break;
      }
      failures++;
      expect(error).toMatchObject({
        code: "FILE_FAILED",
        message: "cannot write .rewind/config: the disk is full",
      });
      expect([undefined, "xoshiro128++"]).toContain((now as { rng?: string }).rng);
      expect(now).toMatchObject({ format: 1, other: true });
    }
    expect(failures).toBeGreaterThan(5);
  });
});

test.each([
  ["16MiB", 2 ** 24],
  ["500kB", 500_000],
  ["1048576", 2 ** 20],
  ["0", 0],
  ["2 GiB", 2 ** 31],
  ["lots", undefined],
  ["-1", undefined],
  ["1e3", undefined],
  ["99999999GiB", undefined],
])("the size %s is %s bytes", (size, bytes) => {
  expect(bytesOf(size)).toBe(bytes);
});
