import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import process from "node:process";
import { outputFileSync } from "fs-extra/esm";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { appendOwnFile, readOwnFile } from "../../../src/node/host/own-file.ts";
import { projectCache, userFolder } from "../../../src/node/host/user-folders.ts";
import { userTrust } from "../../../src/node/program/trust.ts";
import type { Id } from "../../../src/object/id.ts";
import { asUser, newUser } from "../../support/user.ts";

const [A, B] = ["a", "b"].map((digit) => digit.repeat(64)) as [Id<"program">, Id<"program">];

/** Runs `work` as a separate user, whose folder of trust is `folder`. */
async function asNobody(work: (folder: string) => void): Promise<void> {
  const user = newUser();
  onTestFinished(user.remove);
  await asUser(user, async () => work(path.join(user.config, "rewind", "trusted")));
}

describe.skipIf(process.platform === "win32")("what is trusted", () => {
  test("is a file for each program, which is the user's alone", () =>
    asNobody((folder) => {
      const trust = userTrust();
      expect([trust.has(A), trust.list()]).toEqual([false, []]);
      trust.add(B);
      trust.add(A);
      expect(readdirSync(folder).sort()).toEqual([A, B]);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect(statSync(path.join(folder, A)).mode & 0o777).toBe(0o600);
      const other = userTrust();
      expect([other.has(A), other.list()]).toEqual([true, [A, B]]);
      expect([other.forget(A), other.forget(A), other.has(A)]).toEqual([true, false, false]);
      expect(other.list()).toEqual([B]);
    }));

  test("is not a file that others can write, nor one in a folder that they can write", () =>
    asNobody((folder) => {
      userTrust().add(A);
      const file = path.join(folder, A);
      for (const mode of [0o620, 0o602]) {
        chmodSync(file, mode);
        expect(userTrust().has(A)).toBe(false);
      }
      chmodSync(file, 0o600);
      expect(userTrust().has(A)).toBe(true);
      for (const mode of [0o720, 0o702]) {
        chmodSync(folder, mode);
        expect([userTrust().has(A), userTrust().list()]).toEqual([false, []]);
      }
    }));

  test("is not a file of another user", () =>
    asNobody(() => {
      userTrust().add(A);
      const uid = Number(process.getuid?.());
      const spy = vi.spyOn(process, "getuid").mockReturnValue(uid + 1);
      onTestFinished(() => spy.mockRestore());
      expect([userTrust().has(A), userTrust().list()]).toEqual([false, []]);
    }));

  test("is not a link, a folder or a file with another name", () =>
    asNobody((folder) => {
      userTrust().add(A);
      symlinkSync(path.join(folder, A), path.join(folder, B));
      mkdirSync(path.join(folder, "c".repeat(64)));
      writeFileSync(path.join(folder, "README"), "");
      expect([userTrust().has(B), userTrust().list()]).toEqual([false, [A]]);
    }));

  test("lasts as long as the process if it cannot be written", () =>
    asNobody((folder) => {
      outputFileSync(path.dirname(folder), "no folder");
      const trust = userTrust();
      trust.add(A);
      expect([trust.has(A), userTrust().has(A)]).toEqual([true, false]);
    }));
});

describe.skipIf(process.platform === "win32")("the folders of a user", () => {
  test("follow XDG, or are in the home; a relative path is ignored", () => {
    const cache = process.platform === "darwin" ? "/home/a/Library/Caches" : "/home/a/.cache";
    const home = { HOME: "/home/a" };
    expect(userFolder("config", home)).toBe("/home/a/.config");
    expect(userFolder("cache", home)).toBe(cache);
    expect(userFolder("config", { ...home, XDG_CONFIG_HOME: "/x" })).toBe("/x");
    expect(userFolder("cache", { ...home, XDG_CACHE_HOME: "/y" })).toBe("/y");
    expect(userFolder("cache", { ...home, XDG_CACHE_HOME: "y" })).toBe(cache);
    expect(userFolder("config", { ...home, XDG_CONFIG_HOME: "" })).toBe("/home/a/.config");
    for (const HOME of [undefined, "", "a"]) {
      expect(userFolder("config", { HOME, XDG_CONFIG_HOME: "x" })).toBeUndefined();
    }
  });

  test("each project has its own cache, by its path", () =>
    asNobody(() => {
      expect(projectCache("/a")).toBe(projectCache("/a"));
      expect(projectCache("/a")).not.toBe(projectCache("/b"));
      expect(projectCache("/a")).toMatch(/\/rewind\/[0-9a-f]{32}$/);
    }));
});

describe.skipIf(process.platform === "win32")("a file of the user's own", () => {
  test("is read whole, and appended to; no link is followed, and no other's file counts", () =>
    asNobody((folder) => {
      const file = path.join(folder, "notes");
      const text = (): string | undefined =>
        readOwnFile(file, 4)?.reduce((all, byte) => all + String.fromCharCode(byte), "");
      expect(text()).toBeUndefined();
      appendOwnFile(file, Buffer.from("ab"));
      appendOwnFile(file, Buffer.from("cd"));
      expect(text()).toBe("abcd");
      const spy = vi.spyOn(process, "getuid").mockReturnValue(Number(process.getuid?.()) + 1);
      appendOwnFile(file, Buffer.from("e"));
      expect(text()).toBeUndefined();
      spy.mockRestore();
      expect(text()).toBe("abcd");
      appendOwnFile(file, Buffer.from("e"));
      expect(text()).toBeUndefined();
      const [link, target] = [path.join(folder, "link"), path.join(folder, "target")];
      symlinkSync(target, link);
      appendOwnFile(link, Buffer.from("x"));
      expect(existsSync(target)).toBe(false);
      expect(readOwnFile(link, 9)).toBeUndefined();
    }));
});
