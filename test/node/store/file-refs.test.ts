import { execFile } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { outputFileSync } from "fs-extra/esm";
import { describe, expect, test } from "vitest";
import { fileRefs } from "../../../src/node/store/file-refs.ts";
import { crc32 } from "../../../src/store/crc32.ts";
import type { RefStore } from "../../../src/store/ref-store.ts";
import { codeOfAsync } from "../../support/code-of.ts";
import { deadOwner } from "../../support/dead.ts";
import {
  emptyStore,
  quickFiles,
  refTools,
  temporaryFolder,
  testSeal,
} from "../../support/store-tools.ts";
import { failingFiles, OPERATIONS } from "../failing-files.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);
const MAIN = "refs/heads/main";

function open(root: string, files = quickFiles) {
  return fileRefs(root, refTools(files));
}

describe("the files of refs", () => {
  test("a ref is a file with its target and a line break; the log has two lines per operation", async () => {
    const root = emptyStore();
    await open(root).update([{ name: "refs/heads/a/b", from: undefined, to: A }], "x");
    expect(readFileSync(path.join(root, "refs/heads/a/b"), "utf8")).toBe(`${A}\n`);
    const log = readFileSync(path.join(root, "logs/operations"), "utf8");
    const lines = log.split("\n").map((line) => /^([0-9a-f]{8}) (\S+ (.*))$/.exec(line) ?? []);
    expect(lines.map(([, , , json]) => json && JSON.parse(json))).toEqual([
      {
        ...{ time: "2020-01-01T00:00:00.000Z", command: "x" },
        changes: [{ name: "refs/heads/a/b", to: A }],
      },
      { done: true },
      undefined,
    ]);
    for (const [, sum, sealed] of lines.slice(0, 2)) {
      expect(crc32(new TextEncoder().encode(sealed))).toBe(Number.parseInt(String(sum), 16));
    }
    expect(readdirSync(path.join(root, "local"))).toEqual([]);
  });

  test("a deleted ref takes its empty folders with it, and leaves refs/heads", async () => {
    const root = emptyStore();
    const refs = open(root);
    const all = ["refs/heads/a/b/c", "refs/heads/a/d", "refs/tags/t"];
    for (const name of all) await refs.update([{ name, from: undefined, to: A }], "x");
    await refs.update([{ name: "refs/heads/a/b/c", from: A, to: undefined }], "x");
    expect(existsSync(path.join(root, "refs/heads/a/b"))).toBe(false);
    expect(existsSync(path.join(root, "refs/heads/a/d"))).toBe(true);
    await refs.update([{ name: "refs/heads/a/d", from: A, to: undefined }], "x");
    await refs.update([{ name: "refs/tags/t", from: A, to: undefined }], "x");
    expect(readdirSync(path.join(root, "refs")).sort()).toEqual(["heads", "tags"]);
    expect(readdirSync(path.join(root, "refs/heads"))).toEqual([]);
  });

  test("files that are not refs are not listed, and a name cannot lead out of the store", async () => {
    const root = emptyStore();
    for (const name of ["main.lock", ".hidden", "a b"]) {
      writeFileSync(path.join(root, "refs/heads", name), "x");
    }
    writeFileSync(path.join(root, "config"), "secret");
    const refs = open(root);
    expect(await refs.list("refs/")).toEqual([]);
    for (const name of ["config", "refs/../config", "refs/heads/../../config"]) {
      expect(await refs.read(name)).toBeUndefined();
    }
  });

  test("an operation whose log a crash cut at any byte never happened, and the log can be continued", async () => {
    const root = emptyStore();
    const refs = open(root);
    const commands = async (some: RefStore) => (await some.operations()).map((one) => one.command);
    await refs.update([{ name: MAIN, from: undefined, to: A }], "first");
    const before = readFileSync(path.join(root, "logs/operations"));
    await refs.update([{ name: MAIN, from: A, to: B }], "sécond");
    const whole = readFileSync(path.join(root, "logs/operations"));
    const isLogged = whole.indexOf("\n", before.length) + 1;
    for (let cut = before.length; cut < whole.length; cut++) {
      writeFileSync(path.join(root, "logs/operations"), whole.subarray(0, cut));
      // The ref changes once the operation is logged.
      writeFileSync(path.join(root, MAIN), `${cut < isLogged ? A : B}\n`);
      const again = open(root);
      expect(await commands(again)).toEqual(["first"]);
      expect(await again.read(MAIN)).toBe(A);
      expect(await again.list("refs/")).toEqual([{ name: MAIN, target: A }]);
      expect(readFileSync(path.join(root, "logs/operations"))).toHaveLength(cut);
      await again.update([{ name: "refs/tags/t", from: undefined, to: A }], "third");
      expect(await commands(again)).toEqual(["first", "third"]);
      expect(readFileSync(path.join(root, MAIN), "utf8")).toBe(`${A}\n`);
      await again.update([{ name: "refs/tags/t", from: A, to: undefined }], "fourth");
    }
  });

  const cutShort = [
    { name: "refs/heads/old/deep", from: undefined, to: B },
    { name: MAIN, from: A, to: B },
    { name: "refs/heads/old", from: A, to: undefined },
    { name: "refs/heads/c", from: A, to: B },
  ];

  /** A store in which an operation was logged and some of its refs were changed, by `seal`. */
  async function cutStore(done: readonly (typeof cutShort)[0][], seal = testSeal) {
    const root = emptyStore();
    const refs = open(root);
    for (const name of [MAIN, "refs/heads/old", "refs/heads/c"]) {
      await refs.update([{ name, from: undefined, to: A }], "x");
    }
    const before = await refs.list("refs/");
    for (const { name } of done) rmSync(path.join(root, name));
    for (const { name, to } of done) {
      if (to === undefined) continue;
      outputFileSync(path.join(root, name), `${to}\n`);
    }
    const json = JSON.stringify({ time: "2020", command: "cut short", changes: cutShort });
    const sealed = `${seal.make(json)} ${json}`;
    const sum = crc32(new TextEncoder().encode(sealed)).toString(16).padStart(8, "0");
    appendFileSync(path.join(root, "logs/operations"), `${sum} ${sealed}\n`);
    return { root, before };
  }

  test.each([
    ["none of its refs", []],
    ["one of them", [cutShort[3]]],
    ["two of them", [cutShort[3], cutShort[1]]],
  ])(
    "an operation that a crash cut short after %s is seen by nobody, and reverted by the next one",
    async (_, done) => {
      const { root, before } = await cutStore(done as typeof cutShort);
      const files = readFileSync(path.join(root, "logs/operations"));
      const refs = open(root);
      expect(await refs.list("refs/")).toEqual(before);
      expect(await refs.names("refs/heads/")).toEqual(before.map(({ name }) => name));
      for (const { name, target } of before) expect(await refs.read(name)).toBe(target);
      expect(await refs.read("refs/heads/old/deep")).toBeUndefined();
      // A reader changes nothing.
      expect(readFileSync(path.join(root, "logs/operations"))).toEqual(files);
      await refs.update([{ name: "refs/tags/t", from: undefined, to: A }], "next");
      expect(await open(root).list("refs/")).toEqual([
        ...before,
        { name: "refs/tags/t", target: A },
      ]);
      expect((await refs.operations()).map(({ command }) => command)).toEqual([
        "x",
        "x",
        "x",
        "next",
      ]);
      // The command that was cut short can be repeated.
      await open(root).update(cutShort, "again");
      expect(await refs.read(MAIN)).toBe(B);
    },
  );

  test("an operation under another's seal is neither trusted nor put back", async () => {
    const foreign = { ...testSeal, make: () => "00" };
    const { root } = await cutStore([cutShort[3] as (typeof cutShort)[0]], foreign);
    const refs = open(root);
    expect(await refs.read("refs/heads/c")).toBe(B);
    await refs.update([{ name: "refs/tags/t", from: undefined, to: A }], "next");
    expect(await refs.read("refs/heads/c")).toBe(B);
    expect((await refs.operations()).map(({ command }) => command)).toEqual([
      "x",
      "x",
      "x",
      "next",
    ]);
  });

  test.each([
    ["../.git/config", "[core]\n\tfsmonitor = true"],
    ["refs/heads/../../config", B],
    ["HEAD", "ref: ../config"],
    ["HEAD", "ref: refs/heads/main\nstep: 1\nmore"],
    ["refs/heads/c", "no id"],
    ["config", "{}"],
  ])("a line that would change %j to %j is damage, whoever sealed it", async (name, to) => {
    const root = emptyStore();
    await open(root).update([{ name: MAIN, from: undefined, to: A }], "x");
    for (const [from, next] of [
      [undefined, to],
      [to, undefined],
    ]) {
      const json = JSON.stringify({ time: "", command: "", changes: [{ name, from, to: next }] });
      const sealed = `${testSeal.make(json)} ${json}`;
      const sum = crc32(new TextEncoder().encode(sealed)).toString(16).padStart(8, "0");
      appendFileSync(path.join(root, "logs/operations"), `${sum} ${sealed}\n`);
    }
    const damage: string[] = [];
    const refs = fileRefs(root, { ...refTools(), onDamage: ({ message }) => damage.push(message) });
    await refs.update([{ name: "refs/tags/t", from: undefined, to: A }], "next");
    expect((await refs.operations()).map(({ command }) => command)).toContain("next");
    expect(damage).toContain("line 3 of logs/operations");
    expect(readdirSync(path.dirname(root))).not.toContain(".git");
  });

  test.each([
    ["lines of nonsense", "deadbeef nonsense {}\n"],
    ["empty lines", "\n"],
    ["bytes that are not text", "\xff\xfe\n"],
  ])("of many %s the first few are told, how many more, and all of it once", async (_, line) => {
    const root = emptyStore();
    await open(root).update([{ name: MAIN, from: undefined, to: A }], "first");
    const log = path.join(root, "logs/operations");
    appendFileSync(log, line.repeat(5_000));
    const damage: string[] = [];
    const refs = fileRefs(root, { ...refTools(), onDamage: ({ message }) => damage.push(message) });
    for (let i = 0; i < 3; i++) {
      expect((await refs.operations()).map(({ command }) => command)).toEqual(["first"]);
    }
    const told = ["line 3", "line 4", "line 5", "4,997 more lines"];
    expect(damage).toEqual(told.map((what) => `${what} of logs/operations`));
    appendFileSync(log, line);
    await refs.operations();
    expect(damage.at(-1)).toBe("4,998 more lines of logs/operations");
  });

  test("a log that is longer than one read has each operation, whole", async () => {
    const root = emptyStore();
    const refs = open(root);
    const changes = Array.from({ length: 700 }, (_, i) => ({
      name: `refs/tags/${i}${"t".repeat(180)}`,
      from: undefined,
      to: A,
    }));
    const removed = changes.map(({ name }) => ({ name, from: A, to: undefined }));
    for (let i = 0; i < 4; i++) {
      await refs.update(changes, "make");
      await refs.update(removed, "remove");
    }
    expect(statSync(path.join(root, "logs/operations")).size).toBeGreaterThan(2 ** 20);
    const operations = await refs.operations();
    expect(operations.map(({ command }) => command)).toEqual(
      Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? "make" : "remove")),
    );
    expect(operations.every((one) => one.changes.length === 700)).toBe(true);
  });

  test("every flipped byte of the log is reported, and changes no ref", async () => {
    const root = emptyStore();
    await open(root).update([{ name: MAIN, from: undefined, to: A }], "first");
    await open(root).update([{ name: MAIN, from: A, to: B }], "second");
    const log = path.join(root, "logs/operations");
    const whole = readFileSync(log);
    for (let at = 0; at < whole.length - 1; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] as number) ^ 0x10;
      writeFileSync(log, changed);
      const damage: unknown[] = [];
      const refs = fileRefs(root, { ...refTools(), onDamage: (error) => damage.push(error) });
      expect(await refs.read(MAIN)).toBe(B);
      await refs.operations();
      expect(damage).not.toEqual([]);
    }
  });

  test("a store that was moved away and replaced takes no update from a process that opened the old one", async () => {
    const root = path.join(temporaryFolder(), ".rewind");
    emptyStore(root);
    const refs = open(root);
    renameSync(root, `${root}.old`);
    emptyStore(root);
    await expect(refs.update([{ name: MAIN, from: undefined, to: A }], "x")).rejects.toMatchObject({
      code: "STORE_FAILED",
    });
    expect(await open(root).list("refs/")).toEqual([]);
  });

  test("the lock of a dead process does not block", async () => {
    const root = emptyStore();
    writeFileSync(path.join(root, "local/refs.lock"), deadOwner());
    await open(root).update([{ name: MAIN, from: undefined, to: A }], "x");
    expect(await open(root).read(MAIN)).toBe(A);
  });
});

describe("an update in which a file operation fails", () => {
  const changes = [
    { name: MAIN, from: A, to: B },
    { name: "refs/heads/gone/x", from: A, to: undefined },
    { name: "refs/heads/gone", from: undefined, to: A },
    { name: "refs/heads/new/deep/er", from: undefined, to: A },
  ];
  const before = [
    { name: "refs/heads/gone/x", target: A },
    { name: MAIN, target: A },
  ];
  const after = [
    { name: "refs/heads/gone", target: A },
    { name: MAIN, target: B },
    { name: "refs/heads/new/deep/er", target: A },
  ];

  test.each([
    ["ENOSPC", "STORE_FULL"],
    ["EROFS", "STORE_READ_ONLY"],
    ["EIO", "STORE_FAILED"],
  ] as const)("once, with %s: all is as before, whichever it is", async (code, expected) => {
    let failures = 0;
    for (let n = 1; ; n++) {
      const root = emptyStore();
      const plain = open(root);
      for (const { name } of before) await plain.update([{ name, from: undefined, to: A }], "x");
      const failing = failingFiles({ at: n, code, operations: OPERATIONS });
      const result = await codeOfAsync(open(root, failing).update(changes, "y"));
      const operations = (await plain.operations()).length;
      if (!failing.failed()) {
        expect(await plain.list("refs/")).toEqual(after);
        break;
      }
      failures++;
      if (result === "") {
        expect(await plain.list("refs/")).toEqual(after);
        expect(operations).toBe(3);
        continue;
      }
      expect(result).toBe(expected);
      expect(await plain.list("refs/")).toEqual(before);
      expect(operations).toBe(2);
      // Nor does the next update do what this one could not.
      await plain.update([{ name: "refs/tags/t", from: undefined, to: A }], "z");
      expect(await plain.list("refs/heads/")).toEqual(before);
      await plain.update(changes, "y");
      expect(await plain.list("refs/heads/")).toEqual(after);
    }
    expect(failures).toBeGreaterThan(20);
  });

  test("and all later ones: all refs are as before, for readers and for the next update", async () => {
    for (let n = 1; ; n++) {
      const root = emptyStore();
      const plain = open(root);
      for (const { name } of before) await plain.update([{ name, from: undefined, to: A }], "x");
      const failing = failingFiles({
        at: n,
        code: "ENOSPC",
        operations: OPERATIONS,
        lasting: true,
      });
      const result = await codeOfAsync(open(root, failing).update(changes, "y"));
      if (!failing.failed()) break;
      // At the last operation, only the removal of the lock fails, after the update is done.
      const expected = JSON.stringify(await plain.operations()).includes('"y"') ? after : before;
      expect(["STORE_FULL", expected === after ? "" : "STORE_FULL"]).toContain(result);
      expect(await open(root).list("refs/heads/")).toEqual(expected);
      // The process that saw the failure ends.
      writeFileSync(path.join(root, "local/refs.lock"), deadOwner());
      await plain.update([{ name: "refs/tags/t", from: undefined, to: A }], "z");
      expect(await plain.list("refs/heads/")).toEqual(expected);
    }
  });
});

describe("several processes", () => {
  test("that update one ref from the same value at once: exactly one wins, every time", async () => {
    const root = emptyStore();
    const source = (file: string) =>
      fileURLToPath(new URL(`../../../src/${file}`, import.meta.url));
    // A bundle of the current source: dist may be out of date.
    const script = path.join(root, "racer.mjs");
    await build({
      stdin: {
        contents: `
          import { fileRefs } from ${JSON.stringify(source("node/store/file-refs.ts"))};
          import { nodeFiles } from ${JSON.stringify(source("node/host/files.ts"))};
          const [root, me, rounds] = process.argv.slice(2);
          const seal = { make: (text) => String(text.length), isOurs: () => true };
          const refs = fileRefs(root, { files: nodeFiles, seal, now: () => "2020", onDamage() {} });
          const won = [];
          for (let round = 0; round < Number(rounds); round++) {
            const to = round.toString(16).padStart(2, "0") + me.repeat(62);
            for (;;) {
              const from = await refs.read("refs/heads/main");
              if (from !== undefined && Number.parseInt(from.slice(0, 2), 16) >= round) break;
              const error = await refs
                .update([{ name: "refs/heads/main", from, to }], to)
                .then(() => undefined, (error) => error);
              if (error === undefined) won.push(round);
              else if (error.code !== "REF_MOVED") throw error;
            }
          }
          console.log(JSON.stringify(won));
        `,
        resolveDir: path.dirname(fileURLToPath(import.meta.url)),
      },
      ...{ bundle: true, format: "esm", platform: "node", outfile: script, logLevel: "silent" },
      banner: {
        js: `import { createRequire } from "node:module"; const require = createRequire(${JSON.stringify(pathToFileURL(script).href)});`,
      },
    });
    const rounds = 25;
    const race = (me: string): Promise<number[]> =>
      new Promise((resolve, reject) => {
        execFile(process.execPath, [script, root, me, String(rounds)], (error, output) =>
          error === null ? resolve(JSON.parse(output)) : reject(error),
        );
      });
    const won = await Promise.all(["a", "b", "c"].map(race));
    // Every round has one winner, and the log has the rounds in order.
    expect(won.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: rounds }, (_, i) => i));
    const operations = await open(root).operations();
    expect(operations.map(({ command }) => Number.parseInt(command.slice(0, 2), 16))).toEqual(
      Array.from({ length: rounds }, (_, i) => i),
    );
    for (const [i, { changes }] of operations.entries()) {
      expect(changes[0]?.from).toBe(operations[i - 1]?.command);
      expect(changes[0]?.to).toBe(operations[i]?.command);
    }
  });
});
