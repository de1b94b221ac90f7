import { spawn } from "node:child_process";
import crypto from "node:crypto";
import { once } from "node:events";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { encode } from "../../../src/codec/encode.ts";
import { readFile, saveFile } from "../../../src/node/host/user-files.ts";

const BYTES = new TextEncoder().encode("new");

let folder: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), "rewind-files-"));
});
afterEach(() => fs.rm(folder, { recursive: true }));

const at = (name: string): string => path.join(folder, name);
const read = (name: string): Promise<string> => fs.readFile(at(name), "utf8");

describe("saveFile", () => {
  test("writes a file, also over an existing one, whose permissions stay", async () => {
    await saveFile(at("new"), BYTES);
    await fs.writeFile(at("old"), "old and longer", { mode: 0o600 });
    await saveFile(at("old"), BYTES);
    expect([await read("new"), await read("old")]).toEqual(["new", "new"]);
    expect((await fs.stat(at("old"))).mode & 0o777).toBe(0o600);
    expect(await fs.readdir(folder)).toEqual(["new", "old"]);
  });

  test.each(["there", "not there yet"])(
    "in place of a link to a file below its folder, %s",
    async (state) => {
      await fs.mkdir(at("data"));
      if (state === "there") await fs.writeFile(at("data/file"), "old");
      await fs.symlink("data/file", at("link"));
      await saveFile(at("link"), BYTES);
      expect((await fs.lstat(at("link"))).isFile()).toBe(true);
      expect(await read("link")).toBe("new");
      const old = await fs.readFile(at("data/file"), "utf8").catch(() => "not there yet");
      expect(old).toBe(state === "there" ? "old" : state);
    },
  );

  test.each([
    ["to a file elsewhere", "../outside/file"],
    ["to a file that does not exist yet", "../outside/later"],
    ["through another link", "hop"],
    ["through a linked folder", "folder/file"],
    ["to a device", "/dev/null"],
  ])("a link that leads away is refused, and what it leads to stays: %s", async (_, text) => {
    for (const name of ["outside", "in"]) await fs.mkdir(at(name));
    await fs.writeFile(at("outside/file"), "old");
    await fs.symlink("../outside/file", at("in/hop"));
    await fs.symlink("../outside", at("in/folder"));
    await fs.symlink(text, at("in/link"));
    await expect(saveFile(at("in/link"), BYTES)).rejects.toMatchObject({
      code: "FILE_FAILED",
      message: `cannot write ${at("in/link")}: it is a link to ${text}, which is not followed: name that file itself`,
    });
    expect(await fs.readdir(at("outside"))).toEqual(["file"]);
    expect(await read("outside/file")).toBe("old");
    expect((await fs.readdir(at("in"))).sort()).toEqual(["folder", "hop", "link"]);
  });

  test("a link with a name like that of the file before it is moved is not written to", async () => {
    await fs.writeFile(at("other"), "old");
    const planted = vi.spyOn(crypto, "randomUUID").mockReturnValue("1-1-1-1-1");
    onTestFinished(() => planted.mockRestore());
    await fs.symlink("other", at(".rewind-1-1-1-1-1.tmp"));
    for (const pid of [process.pid, process.pid + 1])
      await fs.symlink("other", at(`.new.${pid}.tmp`));
    await expect(saveFile(at("new"), BYTES)).rejects.toMatchObject({ code: "FILE_FAILED" });
    planted.mockRestore();
    await saveFile(at("new"), BYTES);
    expect([await read("other"), await read("new")]).toEqual(["old", "new"]);
  });

  test("into a pipe, which stays one: also more than it holds at a time", async () => {
    const bytes = new Uint8Array(1 << 20).fill(120);
    await once(spawn("mkfifo", [at("pipe")]), "close");
    // Opened for both, so that there is a reader from the beginning.
    const held = await fs.open(at("pipe"), "r+");
    const reader = spawn("head", ["-c", String(bytes.length), at("pipe")]);
    const chunks: Buffer[] = [];
    reader.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    await Promise.all([saveFile(at("pipe"), bytes), once(reader, "close")]);
    await held.close();
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    expect((await fs.stat(at("pipe"))).isFIFO()).toBe(true);
  });

  test("a pipe that nobody reads is refused at once", async () => {
    await once(spawn("mkfifo", [at("pipe")]), "close");
    await expect(saveFile(at("pipe"), BYTES)).rejects.toMatchObject({
      code: "FILE_FAILED",
      message: `cannot write ${at("pipe")}: nobody reads this pipe`,
    });
  });

  test.each([
    ["its path", ".rewind/HEAD"],
    ["a new file", ".rewind/refs/heads/new"],
    ["a way around", "x/../.rewind/./HEAD"],
    ["a link to the folder", "store/HEAD"],
    ["a link to a folder in it", "heads/main"],
    ["a store in a folder", "x/.rewind/HEAD"],
  ])("nothing is written into a store: by %s", async (_, name) => {
    for (const folder of ["x/.rewind", ".rewind/refs/heads"])
      await fs.mkdir(at(folder), { recursive: true });
    await fs.writeFile(at(".rewind/HEAD"), "old");
    await fs.symlink(".rewind", at("store"));
    await fs.symlink(".rewind/refs/heads", at("heads"));
    const before = await fs.readdir(folder, { recursive: true });
    await expect(saveFile(`${folder}/${name}`, BYTES)).rejects.toThrow(
      /^cannot write .*: it is in \.rewind, where only rewind writes$/,
    );
    expect(await fs.readdir(folder, { recursive: true })).toEqual(before);
    expect(await read(".rewind/HEAD")).toBe("old");
  });

  test("a path is read as it is spelled: beside a link, not beside what it leads to", async () => {
    await fs.mkdir(at(".rewind/refs"), { recursive: true });
    await fs.symlink(".rewind/refs", at("refs"));
    await saveFile(`${folder}/refs/../HEAD`, BYTES);
    expect([await read("HEAD"), await fs.readdir(at(".rewind"))]).toEqual(["new", ["refs"]]);
  });

  test("by another case of its name, where the file system ignores case", async () => {
    await fs.mkdir(at(".rewind"));
    await fs.mkdir(at(".REWIND")).catch(() => undefined);
    const ignoresCase = (await fs.readdir(folder)).length === 1;
    const writing = saveFile(at(".REWIND/x"), BYTES);
    if (ignoresCase) await expect(writing).rejects.toThrow("where only rewind writes");
    else await writing;
  });

  test("a folder whose name only begins like a store's is not a store", async () => {
    for (const name of [".rewind2", "rewind", ".rewindx"]) {
      await fs.mkdir(at(name));
      await saveFile(at(`${name}/x`), BYTES);
    }
  });

  test("a folder in its place, or a missing folder, is refused, and nothing is left behind", async () => {
    await fs.mkdir(at("folder"));
    await expect(saveFile(at("folder"), BYTES)).rejects.toThrow("it is a folder");
    await expect(saveFile(at("no/file"), BYTES)).rejects.toThrow("there is no such file or folder");
    expect(await fs.readdir(folder)).toEqual(["folder"]);
  });
});

describe("readFile", () => {
  test("reads a file, and one that a link leads to", async () => {
    await fs.writeFile(at("file"), "text");
    await fs.symlink("file", at("link"));
    for (const name of ["file", "link"])
      expect(Buffer.from(await readFile(at(name))).toString()).toBe("text");
  });

  test.skipIf(process.platform === "win32").each([
    ["a pipe", "pipe", "it is a pipe"],
    ["a link to a pipe", "link", "it is a pipe"],
    ["a device", "/dev/zero", "it is a device"],
    ["a link to a device", "zero", "it is a device"],
    ["a folder", ".", "it is a folder"],
    ["nothing", "nothing", "there is no such file or folder"],
    [
      "a file that is too large",
      "large",
      "it has 2,147,483,648 bytes, and at most 2,147,483,647 are read",
    ],
  ])("refuses at once: %s", async (_, name, problem) => {
    await once(spawn("mkfifo", [at("pipe")]), "close");
    await fs.symlink("pipe", at("link"));
    await fs.symlink("/dev/zero", at("zero"));
    await fs.writeFile(at("large"), "");
    await fs.truncate(at("large"), 2 ** 31);
    const file = path.resolve(folder, name);
    await expect(readFile(file)).rejects.toMatchObject({
      code: "FILE_FAILED",
      message: `cannot read ${file}: ${problem}`,
    });
  });

  test("refuses what is larger than the given limit, and what has no end", async () => {
    await fs.writeFile(at("file"), "text");
    await expect(readFile(at("file"), 3)).rejects.toThrow("it has 4 bytes, and at most 3 are read");
    const endless = await fs.stat("/proc/self/pagemap").catch(() => undefined);
    if (endless !== undefined) {
      await expect(readFile("/proc/self/pagemap")).rejects.toThrow("more bytes than its size says");
    }
  });
});

describe("a file that is there", () => {
  const REPLAY = "rewind replay v1\0\0saved";
  const TRACE = "rewind trace v1\n\0traced";
  const LONG = JSON.stringify(
    Array.from({ length: 5_000 }, (_, i) => i),
    undefined,
    2,
  );
  const CODE = "export default { name: 'walk' };\n";

  test.each([
    ["a saved run", REPLAY, `${REPLAY} again`],
    ["a trace", TRACE, `${TRACE} again`],
    ["a JSON object", '{ "x": 1, "y": [2] }\n', '{"y":null,"x":"a"}'],
    ["a JSON array", '[{ "x": 1 }]\n', "[]\n"],
    ["a number in JSON", "42\n", "null"],
    ["long JSON", LONG, `${LONG}\n`],
    ["binary data", "\0\x01", "\x02\0"],
    ["an empty file", "", REPLAY],
  ])("is replaced by one of the same kind: %s", async (_, old, text) => {
    await fs.writeFile(at("file"), old);
    expect(await saveFile(at("file"), new TextEncoder().encode(text))).toBe(old !== "");
    expect(await read("file")).toBe(text);
  });

  class Agent {
    self = [this];
  }
  const CODEC = {
    is: (value: unknown) => value instanceof Agent,
    encode: () => [1],
    decode: Object,
  };
  test.each([
    ["one that may read as text", encode(42)],
    ["a text", encode("abc")],
    ["typed data", encode({ map: new Map([[1, new Float64Array(3)]]) })],
    ["a class that is not known here, in a cycle", encode([new Agent()], { types: { Agent } })],
    ["a codec that is not known here", encode([new Agent()], { types: { Agent: CODEC } })],
    ["a frozen instance", encode(Object.freeze(new Agent()), { types: { Agent } })],
  ])("is replaced by a state in CBOR if it is one: %s", async (_, old) => {
    const state = encode({ x: 1 });
    await fs.writeFile(at("state"), old);
    expect(await saveFile(at("state"), state, "a state in CBOR")).toBe(true);
    expect(new Uint8Array(await fs.readFile(at("state")))).toEqual(state);
  });

  test.each([
    ["binary data", Uint8Array.of(0xff, 0, 1)],
    ["binary data", encode([new Agent()], { types: { Agent } }).slice(0, -1)],
    ["text", new TextEncoder().encode("notes of mine\n")],
    ["a saved run", new TextEncoder().encode(REPLAY)],
    ["a JSON object", new TextEncoder().encode('{ "x": 1 }')],
  ])("stays under the name of a state if it is another file: %s", async (kind, old) => {
    await fs.writeFile(at("note.cbor"), old);
    await expect(saveFile(at("note.cbor"), encode(1), "a state in CBOR")).rejects.toMatchObject({
      message: `cannot write ${at("note.cbor")}: it is ${kind}, and would be replaced by a state in CBOR`,
    });
    expect(new Uint8Array(await fs.readFile(at("note.cbor")))).toEqual(new Uint8Array(old));
  });

  test.each([
    ['{"mine":1}', '{"count":2}', 'a JSON object with the key "mine"', "one without it"],
    ["{}", '{"count":2}', 'a JSON object without the key "count"', "one with it"],
    ['{"toString":1}', "{}", 'a JSON object with the key "toString"', "one without it"],
    ["{}", "[]", "a JSON object", "a JSON array"],
    ["[1]", "1", "a JSON array", "a single JSON value"],
    ["null", "{}", "a single JSON value", "a JSON object"],
  ])("stays if it is JSON of another form: %s", async (old, text, kind, other) => {
    await fs.writeFile(at("mine.json"), old);
    await expect(saveFile(at("mine.json"), new TextEncoder().encode(text))).rejects.toMatchObject({
      message: `cannot write ${at("mine.json")}: it is ${kind}, and would be replaced by ${other}`,
      data: { hint: "name another file, or remove that one first" },
    });
    expect(await read("mine.json")).toBe(old);
  });

  test.each([
    ["text", CODE, REPLAY, "a saved run"],
    ["text", `${CODE}${"// more\n".repeat(1_000)}`, "[1]", "a JSON array"],
    ["text", `{${CODE.repeat(200)}`, LONG, "a JSON array"],
    ["a JSON object", "{}", REPLAY, "a saved run"],
    ["a state in CBOR", "\0", REPLAY, "a saved run"],
    ["a saved run", REPLAY, TRACE, "a trace"],
    ["binary data", "\x89PNG\0", REPLAY, "a saved run"],
    ["text", "é".repeat(3_000), "\0\0", "binary data"],
  ])("stays if it is of another: %s", async (kind, old, text, other) => {
    await fs.writeFile(at("file"), old);
    await expect(saveFile(at("file"), new TextEncoder().encode(text))).rejects.toMatchObject({
      code: "FILE_FAILED",
      message: `cannot write ${at("file")}: it is ${kind}, and would be replaced by ${other}`,
      data: { hint: "name another file, or remove that one first" },
    });
    expect(await read("file")).toBe(old);
    expect(await fs.readdir(folder)).toEqual(["file"]);
  });
});
