import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Captured } from "../../../../src/node/program/realm.ts";
import { captureOf, loadIn, projectWith } from "./realms.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Ways to read data.csv, which holds "1,2". */
const WAYS: readonly (readonly [string, string])[] = [
  ["a text", `exports.v = fs.readFileSync("data.csv", "utf8")`],
  ["options", `exports.v = fs.readFileSync("./data.csv", { encoding: "utf8" })`],
  ["a buffer", `exports.v = fs.readFileSync("data.csv").toString()`],
  ["a URL", `exports.v = fs.readFileSync(new URL("./data.csv", "file:///project/a.ts"), "utf8")`],
  ["a Buffer as path", `exports.v = fs.readFileSync(Buffer.from("data.csv"), "utf8")`],
  ["an absolute path", `exports.v = fs.readFileSync("/project/sub/../data.csv", "utf8")`],
  ["process.cwd()", `exports.v = fs.readFileSync(process.cwd() + "/data.csv", "latin1")`],
  ["a promise", `exports.v = await host("fs/promises").readFile("data.csv", "utf8")`],
  ["fs.promises", `exports.v = await fs.promises.readFile("data.csv", "utf8")`],
  [
    "a callback",
    `exports.v = await new Promise((done) => fs.readFile("data.csv", "utf8", (_, v) => done(v)))`,
  ],
  [
    "path and url",
    `exports.v = fs.readFileSync(host("node:path").resolve(host("url").fileURLToPath("file:///project/a.ts"), "../data.csv"), "utf8")`,
  ],
];

const FS = `const fs = host("node:fs");`;

describe("a file that is read while the program loads", () => {
  test.each(WAYS)("by %s: recorded, and replayed from the recording", async (_, way) => {
    const root = projectWith({ "data.csv": "1,2" });
    const first = await loadIn(root, `${FS} ${way}`);
    const captured = first.realm.recorded();
    expect(first.exports.v).toBe("1,2");
    const bytes = new Uint8Array(Buffer.from("1,2"));
    expect(captured.inputs).toEqual([
      { path: "data.csv", digest: sha256("1,2"), length: 3, bytes },
    ]);
    writeFileSync(path.join(root, "data.csv"), "9,9");
    const changed = await loadIn(root, `${FS} ${way}`, { captured });
    expect(changed.exports.v).toBe("1,2");
    rmSync(path.join(root, "data.csv"));
    const gone = await loadIn(root, `${FS} ${way}`, { captured });
    expect(gone.exports.v).toBe("1,2");
    expect(gone.realm.recorded()).toEqual(captured);
  });

  test("is read once: a second read returns the same, and the program owns the result", async () => {
    const root = projectWith({ a: "1" });
    const text = `${FS} const b = fs.readFileSync("a"); b[0] = 57; exports.again = () => 0;
      exports.v = fs.readFileSync("a", "utf8")`;
    const { exports, realm } = await loadIn(root, text);
    expect(exports.v).toBe("1");
    expect(realm.recorded().inputs).toMatchObject([{ digest: sha256("1") }]);
  });

  test("over the limit: only its digest, which is compared", async () => {
    const root = projectWith({ big: "x".repeat(2000) });
    const text = `${FS} exports.v = fs.readFileSync("big", "utf8").length`;
    const captured = await captureOf(root, text);
    expect(captured.inputs).toEqual([
      { path: "big", digest: sha256("x".repeat(2000)), length: 2000 },
    ]);
    expect((await loadIn(root, text, { captured })).exports.v).toBe(2000);
    writeFileSync(path.join(root, "big"), "y".repeat(2000));
    await expect(loadIn(root, text, { captured })).rejects.toMatchObject({
      code: "PROGRAM_INPUT_CHANGED",
      message: "the program reads big, which has changed since it was recorded",
      data: { file: "big" },
    });
    rmSync(path.join(root, "big"));
    const caught = `${FS} try { fs.readFileSync("big") } catch {}`;
    await expect(loadIn(root, caught, { captured })).rejects.toMatchObject({
      code: "PROGRAM_INPUT_MISSING",
      message:
        "the program reads big, of which only the digest was recorded, and it does not exist",
    });
  });

  test("with secrets: only its digest", async () => {
    const root = projectWith({ ".env": "TOKEN=1", ".env.local": "" });
    const text = `${FS} fs.readFileSync(".env"); fs.readFileSync(".env.local")`;
    const { inputs } = await captureOf(root, text);
    expect(inputs.map((input) => "bytes" in input)).toEqual([false, false]);
  });

  test("outside the project: by the path in the program", async () => {
    const root = projectWith({ "p/a.ts": "", "data.csv": "7" });
    const text = `${FS} exports.v = fs.readFileSync("../data.csv", "utf8")`;
    const captured = await captureOf(path.join(root, "p"), text);
    expect(captured.inputs).toMatchObject([{ path: "../data.csv" }]);
    rmSync(path.join(root, "data.csv"));
    expect((await loadIn(path.join(root, "p"), text, { captured })).exports.v).toBe("7");
  });
});

describe("missing files, and folders", () => {
  const text = `${FS}
    exports.v = [
      fs.existsSync("no.csv"), fs.existsSync("a.csv"), fs.statSync("a.csv").size,
      fs.statSync("sub").isDirectory(), fs.readdirSync(".").join(),
      fs.readdirSync("/project/sub", { withFileTypes: true })[0].isFile(),
      fs.statSync("no.csv", { throwIfNoEntry: false }), fs.realpathSync("sub/b"),
    ];
    try { fs.readFileSync("no.csv") } catch (error) { exports.v.push(error.code, error.message) }
    try { fs.readdirSync("a.csv") } catch (error) { exports.v.push(error.code) }
    try { fs.readFileSync("sub") } catch (error) { exports.v.push(error.code) }
    await host("fs/promises").access("no.csv").catch((error) => exports.v.push(error.code));`;

  test("are recorded as they are", async () => {
    const root = projectWith({ "a.csv": "1234", "sub/b": "" });
    const first = await loadIn(root, text);
    const message = "ENOENT: no such file or directory, open 'no.csv'";
    const seen = [false, true, 4, true, "a.csv,sub", true, undefined, "/project/sub/b"];
    expect(first.exports.v).toEqual([...seen, "ENOENT", message, "ENOTDIR", "EISDIR", "ENOENT"]);
    const captured = first.realm.recorded();
    expect(captured.inputs.map(({ path }) => path)).toEqual([
      ".",
      "a.csv",
      "no.csv",
      "sub",
      "sub/b",
    ]);
    expect(captured.inputs).toMatchObject([
      { listing: ["a.csv", "sub/"] },
      { length: 4 },
      { absent: true },
      { listing: ["b"] },
      { length: 0 },
    ]);
    for (const name of ["a.csv", "sub"]) rmSync(path.join(root, name), { recursive: true });
    writeFileSync(path.join(root, "no.csv"), "");
    expect((await loadIn(root, text, { captured })).exports.v).toEqual(first.exports.v);
  });

  test("their times, which differ between disks, are refused", async () => {
    const root = projectWith({ a: "" });
    await expect(loadIn(root, `${FS} fs.statSync("a").mtimeMs`)).rejects.toThrow(
      "fs.Stats.mtimeMs was read while the module was loaded",
    );
  });
});

/** What stands in a file's place, and what is said of it. */
const ODD: readonly (readonly [string, make: (file: string) => void, says: string])[] = [
  ["a pipe", (file) => void execFileSync("mkfifo", [file]), "it is a pipe"],
  ["an endless device", (file) => symlinkSync("/dev/zero", file), "it is a device"],
  [
    "a link to a pipe",
    (file) => {
      execFileSync("mkfifo", [`${file}.pipe`]);
      symlinkSync(`${file}.pipe`, file);
    },
    "it is a pipe",
  ],
  [
    "a link to itself",
    (file) => symlinkSync(path.basename(file), file),
    "it cannot be read (ELOOP)",
  ],
];

/** A file of Linux with size 0, which no disk could hold. */
const ENDLESS = "/proc/self/pagemap";

describe.skipIf(process.platform === "win32")("what stands in the place of a file", () => {
  const text = `${FS} exports.v = fs.readFileSync("x/FILE", "utf8").length`;
  const files = { "x/big": "x".repeat(2000), "x/.env": "TOKEN=1", "x/small": "1" };

  describe.each(["big", ".env"])("of which only the digest was recorded, %s", (name) => {
    const read = text.replace("FILE", name);
    const replayed = async (make: (file: string) => void) => {
      const root = projectWith(files);
      const captured = await captureOf(root, read);
      rmSync(path.join(root, "x", name));
      make(path.join(root, "x", name));
      return loadIn(root, `try { ${read} } catch {}`, { captured });
    };

    test.each([...ODD, ["a folder", mkdirSync, "it is a folder"] as const])(
      "is refused in a replay: %s",
      async (_, make, says) => {
        await expect(replayed((file) => void make(file))).rejects.toMatchObject({
          code: "PROGRAM_INPUT_MISSING",
          message: `the program reads x/${name}, of which only the digest was recorded, and ${says}`,
        });
      },
    );

    test.skipIf(!existsSync(ENDLESS))("is refused if it is a file without an end", async () => {
      await expect(replayed((file) => symlinkSync(ENDLESS, file))).rejects.toMatchObject({
        code: expect.stringMatching(/^PROGRAM_INPUT_(CHANGED|MISSING)$/),
      });
    });
  });

  test.each(ODD)(
    "is refused in a recording, also where the program catches it: %s",
    async (_, make, says) => {
      for (const way of ['readFileSync("odd")', 'existsSync("odd")', 'statSync("odd")']) {
        const root = projectWith({});
        make(path.join(root, "odd"));
        await expect(loadIn(root, `${FS} try { fs.${way} } catch {}`)).rejects.toMatchObject({
          code: "FORBIDDEN_WHILE_LOADING",
          message: `odd was read while the module was loaded, and a replay would not give the same result: ${says}, and only files and folders are recorded`,
        });
      }
    },
  );

  test.skipIf(!existsSync(ENDLESS))("is refused if it is a file without an end", async () => {
    for (const name of ["odd", ".env"]) {
      const root = projectWith({});
      symlinkSync(ENDLESS, path.join(root, name));
      await expect(loadIn(root, `${FS} fs.readFileSync("${name}")`)).rejects.toThrow(
        /more bytes than its size says|cannot be read/,
      );
    }
  });

  test.each(ODD)("is absent to a package, in every replay too: %s", async (_, make) => {
    const root = projectWith({});
    make(path.join(root, "odd"));
    const read = `${FS}\nexports.v = fs.existsSync("odd") // PACKAGE`;
    const { exports, realm } = await loadIn(root, read);
    expect(exports.v).toBe(false);
    const captured = realm.recorded();
    expect(captured.inputs).toEqual([{ path: "odd", absent: true }]);
    expect((await loadIn(root, read, { captured })).exports.v).toBe(false);
  });

  test("is listed with its folder, and not opened", async () => {
    const root = projectWith({ "x/file": "" });
    for (const [i, [, make]] of ODD.entries()) make(path.join(root, `x/${i}`));
    const { exports } = await loadIn(root, `${FS} exports.v = fs.readdirSync("x")`);
    expect(exports.v).toEqual(["0", "1", "2", "2.pipe", "3", "file"]);
  });
});

test("a file of which only the digest is recorded is refused if it changes between two reads", async () => {
  const root = projectWith({ ".env": "A=1" });
  const text = `${FS} fs.statSync(".env"); await Atomics.turn?.(); try { fs.readFileSync(".env") } catch {}`;
  const captured = await captureOf(root, text);
  const hook = Atomics as { turn?: () => Promise<void> };
  const load = async (options: { readonly captured?: Captured }) => {
    writeFileSync(path.join(root, ".env"), "A=1");
    let goOn = (): void => undefined;
    const waiting = new Promise<void>((wait) => {
      hook.turn = () => {
        wait();
        return new Promise((resolve) => {
          goOn = resolve;
        });
      };
    });
    const loading = loadIn(root, text, options);
    await waiting;
    delete hook.turn;
    writeFileSync(path.join(root, ".env"), "A=2");
    goOn();
    return loading;
  };
  await expect(load({})).rejects.toMatchObject({
    code: "PROGRAM_INPUT_CHANGED",
    message: "the program reads .env, which has changed since it was first read",
  });
  await expect(load({ captured })).rejects.toThrow("has changed since it was recorded");
});

describe("what a program may not do with files", () => {
  const root = (): string => projectWith({ a: "1" });

  test("read something that the recording did not", async () => {
    const captured = await captureOf(root(), "");
    await expect(loadIn(root(), `${FS} fs.readFileSync("a")`, { captured })).rejects.toMatchObject({
      code: "PROGRAM_INPUT_CHANGED",
      message: "the program reads a, which it did not read when it was recorded",
    });
  });

  test.each([
    [`fs.writeFileSync("a", "2")`, "fs.writeFileSync() was called while the module was loaded"],
    [`fs.createReadStream("a")`, "fs.createReadStream() was called while"],
    [`fs.openSync("a")`, "fs.openSync() was called while"],
    [`fs.readFileSync(0)`, "fs.readFileSync() was called while"],
    [`fs.watch("a")`, "fs.watch() was called while"],
    [`try { fs.rmSync("a") } catch {}`, "fs.rmSync() was called while"],
  ])("while it loads: %s", async (text, message) => {
    await expect(loadIn(root(), `${FS} ${text}`)).rejects.toMatchObject({
      code: "FORBIDDEN_WHILE_LOADING",
      message: expect.stringContaining(message),
    });
  });

  test.each([
    [`fs.readFileSync("a")`, "fs.readFileSync()"],
    [`fs.existsSync("a")`, "fs.existsSync()"],
    [`fs.promises.readFile("a")`, "fs.promises.readFile()"],
    [`fs.readFile("a", () => 0)`, "fs.readFile()"],
    [`fs.writeFileSync("a", "")`, "fs.writeFileSync()"],
  ])("in a step: %s", async (text, name) => {
    const program = await loadIn(root(), `${FS} fs.readFileSync("a"); exports.f = () => ${text}`);
    expect(() => program.step("f")).toThrow(
      `${name} was called in a step, and a replay would not give the same result: read the file at the top of the module`,
    );
    expect(() => program.exports.f?.()).toThrow(name);
  });
});
