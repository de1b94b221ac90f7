import { execFile } from "node:child_process";
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { fileRefs } from "../../src/node/file-refs.ts";
import { codeOfAsync } from "../object/code-of.ts";
import { deadOwner } from "./dead.ts";
import { failingFiles, OPERATIONS } from "./failing-files.ts";
import { countingClock, emptyStore, quickFiles } from "./store-tools.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);
const MAIN = "refs/heads/main";

function open(root: string, files = quickFiles) {
  return fileRefs(root, files, countingClock());
}

describe("the files of refs", () => {
  test("a ref is a file with its target and a line break; the log a line an operation", async () => {
    const root = emptyStore();
    await open(root).update([{ name: "refs/heads/a/b", from: undefined, to: A }], "x");
    expect(readFileSync(path.join(root, "refs/heads/a/b"), "utf8")).toBe(`${A}\n`);
    const log = readFileSync(path.join(root, "logs/operations"), "utf8");
    expect(log.endsWith("\n")).toBe(true);
    expect(JSON.parse(log)).toEqual({
      ...{ time: "2020-01-01T00:00:00.000Z", command: "x" },
      changes: [{ name: "refs/heads/a/b", to: A }],
    });
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

  test("files that are no refs are not listed, and a name cannot lead out of the store", async () => {
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

  test("a log that a crash cut at any byte gives the whole operations, and can be written on", async () => {
    const root = emptyStore();
    const refs = open(root);
    await refs.update([{ name: MAIN, from: undefined, to: A }], "first");
    const before = readFileSync(path.join(root, "logs/operations"));
    await refs.update([{ name: MAIN, from: A, to: B }], "sécond");
    const whole = readFileSync(path.join(root, "logs/operations"));
    for (let cut = before.length; cut < whole.length; cut++) {
      writeFileSync(path.join(root, "logs/operations"), whole.subarray(0, cut));
      writeFileSync(path.join(root, MAIN), A);
      const again = open(root);
      expect((await again.operations()).map(({ command }) => command)).toEqual(["first"]);
      await again.update([{ name: "refs/tags/t", from: undefined, to: A }], "third");
      expect((await again.operations()).map(({ command }) => command)).toEqual(["first", "third"]);
      expect(await again.read(MAIN)).toBe(A);
      await again.update([{ name: "refs/tags/t", from: A, to: undefined }], "fourth");
    }
  });

  test("an operation that was logged before a crash is completed by the next", async () => {
    const root = emptyStore();
    const refs = open(root);
    for (const name of [MAIN, "refs/heads/old", "refs/heads/c"]) {
      await refs.update([{ name, from: undefined, to: A }], "x");
    }
    const changes = [
      { name: "refs/heads/old/deep", to: B },
      { name: MAIN, from: A, to: B },
      { name: "refs/heads/old", from: A },
      { name: "refs/heads/c", from: A, to: B },
    ];
    // The crash came when one of the four was done.
    writeFileSync(path.join(root, "refs/heads/c"), `${B}\n`);
    const line = JSON.stringify({ time: "2020", command: "cut short", changes });
    appendFileSync(path.join(root, "logs/operations"), `${line}\n`);
    await open(root).update([{ name: "refs/tags/t", from: undefined, to: A }], "next");
    expect(await refs.list("refs/")).toEqual([
      { name: "refs/heads/c", target: B },
      { name: MAIN, target: B },
      { name: "refs/heads/old/deep", target: B },
      { name: "refs/tags/t", target: A },
    ]);
  });

  test("a cursor that has gone back to where the last operation found it is none cut short", async () => {
    const refs = open(emptyStore());
    const at = (step: number): string => `ref: ${MAIN}\nstep: ${step}`;
    await refs.update([{ name: "HEAD", from: undefined, to: at(5) }], "checkout");
    await refs.update([{ name: "HEAD", from: at(5), to: at(6) }], "checkout");
    const moved = { logged: false };
    await refs.update([{ name: "HEAD", from: at(6), to: at(5) }], "step", moved);
    await refs.update([{ name: "HEAD", from: at(5), to: at(4) }], "step", moved);
    expect(await refs.read("HEAD")).toBe(at(4));
  });

  test("the lock of a dead process is no obstacle", async () => {
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

  test("from then on: the refs are as before or, after the next update, all as after", async () => {
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
      expect(result).toBe("STORE_FULL");
      // The process that saw the failure ends.
      writeFileSync(path.join(root, "local/refs.lock"), deadOwner());
      await plain.update([{ name: "refs/tags/t", from: undefined, to: A }], "z");
      const refs = await plain.list("refs/heads/");
      expect([JSON.stringify(before), JSON.stringify(after)]).toContain(JSON.stringify(refs));
    }
  });
});

describe("several processes", () => {
  test("that update one ref from the same value at once: exactly one wins, every time", async () => {
    const root = emptyStore();
    const source = (file: string) => fileURLToPath(new URL(`../../src/${file}`, import.meta.url));
    // A bundle of the source as it is: dist may be of another day.
    const script = path.join(root, "racer.mjs");
    await build({
      stdin: {
        contents: `
          import { fileRefs } from ${JSON.stringify(source("node/file-refs.ts"))};
          import { nodeFiles } from ${JSON.stringify(source("node/files.ts"))};
          const [root, me, rounds] = process.argv.slice(2);
          const refs = fileRefs(root, nodeFiles, () => "2020");
          const won = [];
          for (let round = 0; round < Number(rounds); round++) {
            const to = \`\${round} \${me}\`;
            for (;;) {
              const from = await refs.read("refs/heads/main");
              if (from !== undefined && Number(from.split(" ")[0]) >= round) break;
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
    expect(operations.map(({ command }) => Number(command.split(" ")[0]))).toEqual(
      Array.from({ length: rounds }, (_, i) => i),
    );
    for (const [i, { changes }] of operations.entries()) {
      expect(changes[0]?.from).toBe(operations[i - 1]?.command);
      expect(changes[0]?.to).toBe(operations[i]?.command);
    }
  });
});
