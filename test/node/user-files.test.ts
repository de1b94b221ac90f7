import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { saveFile } from "../../src/node/user-files.ts";

const BYTES = new TextEncoder().encode("new");

let folder: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), "rewind-files-"));
});
afterEach(() => fs.rm(folder, { recursive: true }));

const at = (name: string): string => path.join(folder, name);
const read = (name: string): Promise<string> => fs.readFile(at(name), "utf8");

describe("saveFile", () => {
  test("writes a file, also over one, whose permissions stay", async () => {
    await saveFile(at("new"), BYTES);
    await fs.writeFile(at("old"), "old and longer", { mode: 0o600 });
    await saveFile(at("old"), BYTES);
    expect([await read("new"), await read("old")]).toEqual(["new", "new"]);
    expect((await fs.stat(at("old"))).mode & 0o777).toBe(0o600);
    expect(await fs.readdir(folder)).toEqual(["new", "old"]);
  });

  test.each(["there", "not there yet"])("through links to what is %s", async (state) => {
    await fs.mkdir(at("data"));
    if (state === "there") await fs.writeFile(at("data/file"), "old");
    await fs.symlink("data/file", at("link"));
    await saveFile(at("link"), BYTES);
    expect(await fs.readlink(at("link"))).toBe("data/file");
    expect(await read("data/file")).toBe("new");
    expect(await fs.readdir(at("data"))).toEqual(["file"]);
  });

  test("into a pipe, which stays one", async () => {
    await once(spawn("mkfifo", [at("pipe")]), "close");
    const reader = spawn("cat", [at("pipe")]);
    const chunks: Buffer[] = [];
    reader.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    await Promise.all([saveFile(at("pipe"), BYTES), once(reader, "close")]);
    expect(Buffer.concat(chunks).toString()).toBe("new");
    expect((await fs.stat(at("pipe"))).isFIFO()).toBe(true);
  });

  test("a folder in its place, or none around it, is refused, and nothing is left behind", async () => {
    await fs.mkdir(at("folder"));
    await expect(saveFile(at("folder"), BYTES)).rejects.toThrow("it is a folder");
    await expect(saveFile(at("no/file"), BYTES)).rejects.toThrow("there is no such file or folder");
    expect(await fs.readdir(folder)).toEqual(["folder"]);
  });
});
