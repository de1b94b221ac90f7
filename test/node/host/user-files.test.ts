import { spawn } from "node:child_process";
import crypto from "node:crypto";
import { once } from "node:events";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { saveFile } from "../../../src/node/host/user-files.ts";

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

  test("into a pipe, which stays one", async () => {
    await once(spawn("mkfifo", [at("pipe")]), "close");
    const reader = spawn("cat", [at("pipe")]);
    const chunks: Buffer[] = [];
    reader.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    await Promise.all([saveFile(at("pipe"), BYTES), once(reader, "close")]);
    expect(Buffer.concat(chunks).toString()).toBe("new");
    expect((await fs.stat(at("pipe"))).isFIFO()).toBe(true);
  });

  test("a folder in its place, or a missing folder, is refused, and nothing is left behind", async () => {
    await fs.mkdir(at("folder"));
    await expect(saveFile(at("folder"), BYTES)).rejects.toThrow("it is a folder");
    await expect(saveFile(at("no/file"), BYTES)).rejects.toThrow("there is no such file or folder");
    expect(await fs.readdir(folder)).toEqual(["folder"]);
  });
});
