import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Files } from "../../src/node/files.ts";
import { isHeld, lock, thisProcess, tryLock } from "../../src/node/lock.ts";
import { codeOfAsync } from "../object/code-of.ts";
import { deadOwner } from "./dead.ts";
import { quickFiles, temporaryFolder } from "./store-tools.ts";

/** The number of a process that has ended. */
function deadPid(): number {
  return JSON.parse(deadOwner()).pid;
}

function lockFile(owner?: unknown): string {
  const file = path.join(temporaryFolder(), "a.lock");
  if (owner !== undefined)
    writeFileSync(file, typeof owner === "string" ? owner : JSON.stringify(owner));
  return file;
}

const here = os.hostname();

describe("tryLock", () => {
  test("takes a free lock, names this process in it, and leaves nothing behind", () => {
    const file = lockFile();
    const release = tryLock(quickFiles, file);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(thisProcess());
    expect(readdirSync(path.dirname(file))).toEqual(["a.lock"]);
    release?.();
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  test("does not take what this process holds already, and takes it once it is released", () => {
    const file = lockFile();
    const release = tryLock(quickFiles, file);
    expect(tryLock(quickFiles, file)).toBeUndefined();
    expect(isHeld(quickFiles, file)).toBe(true);
    release?.();
    expect(isHeld(quickFiles, file)).toBe(false);
    expect(tryLock(quickFiles, file)).toBeDefined();
  });

  test.each([
    ["a process that has ended", () => ({ host: here, pid: deadPid(), started: "1" })],
    [
      "a process that has ended, its start unknown",
      () => ({ host: here, pid: deadPid(), started: "" }),
    ],
    ["nobody: an empty file", () => ""],
    ["nobody: a torn file", () => '{"host":"'],
    ["nobody: other JSON", () => "[1]"],
  ])("takes over the lock of %s", (_, owner) => {
    const file = lockFile();
    writeFileSync(
      file,
      typeof owner() === "string" ? (owner() as string) : JSON.stringify(owner()),
    );
    expect(isHeld(quickFiles, file)).toBe(false);
    const release = tryLock(quickFiles, file);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(thisProcess());
    release?.();
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  test.runIf(process.platform === "linux")(
    "takes over the lock of an earlier process that had this one's number",
    () => {
      const file = lockFile({ ...thisProcess(), started: "12345" });
      expect(tryLock(quickFiles, file)).toBeDefined();
    },
  );

  test.each([
    ["this process", () => thisProcess()],
    ["this process, its start unknown", () => ({ ...thisProcess(), started: "" })],
    ["the parent of this process", () => ({ host: here, pid: process.ppid, started: "" })],
    [
      "another host, whatever its number",
      () => ({ host: "elsewhere", pid: deadPid(), started: "1" }),
    ],
  ])("leaves the lock of %s alone", (_, owner) => {
    const text = JSON.stringify(owner());
    const file = lockFile(text);
    expect(tryLock(quickFiles, file)).toBeUndefined();
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(readdirSync(path.dirname(file))).toEqual(["a.lock"]);
  });

  test("of two that find one dead owner, the slower does not take the faster one's lock", () => {
    // Whenever the slower has looked at the lock, or is about to act on it, the faster one comes in between.
    for (let moment = 1; moment <= 12; moment++) {
      const file = lockFile({ host: here, pid: deadPid(), started: "1" });
      let calls = 0;
      let faster: (() => void) | undefined;
      const intrude = (): void => {
        calls++;
        if (calls === moment) faster = tryLock(quickFiles, file);
      };
      const files: Files = {
        ...quickFiles,
        readText(name) {
          const text = quickFiles.readText(name);
          intrude();
          return text;
        },
        rename(from, to) {
          intrude();
          quickFiles.rename(from, to);
        },
        remove(name) {
          // Not while the draft of a lock is there: its name has the process in it.
          if (!name.endsWith(`.${process.pid}`)) intrude();
          quickFiles.remove(name);
        },
      };
      const slower = tryLock(files, file);
      expect([faster, slower].filter((held) => held !== undefined).length).toBeLessThanOrEqual(1);
      if (faster !== undefined) expect(existsSync(file)).toBe(true);
      faster?.();
      slower?.();
      // Nobody holds it now: the next one gets it.
      expect(tryLock(quickFiles, file)).toBeDefined();
    }
  });

  test("a process that died while it removed a dead lock is no obstacle", () => {
    const dead = { host: here, pid: deadPid(), started: "1" };
    const file = lockFile(dead);
    writeFileSync(`${file}.removal`, JSON.stringify(dead));
    const release = tryLock(quickFiles, file);
    expect(release).toBeDefined();
    release?.();
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });
});

describe("lock", () => {
  test("throws LOCKED, which names the owner, when its patience is at an end", async () => {
    const file = lockFile({ host: "elsewhere", pid: 77, started: "1" });
    const attempt = lock(quickFiles, file, 0);
    await expect(attempt).rejects.toMatchObject({
      code: "LOCKED",
      message: "process 77 on elsewhere holds the lock a.lock",
    });
  });

  test("gets the lock once it is released", async () => {
    const file = lockFile();
    const release = tryLock(quickFiles, file);
    const waiting = lock(quickFiles, file, 60_000);
    release?.();
    (await waiting)();
    expect(existsSync(file)).toBe(false);
    expect(await codeOfAsync(lock(quickFiles, file, 0))).toBe("");
  });
});
