import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Files } from "../../../src/node/host/files.ts";
import { isHeld, lock, tryLock } from "../../../src/node/host/lock.ts";
import { thisProcess } from "../../../src/node/host/owner.ts";
import { codeOfAsync } from "../../support/code-of.ts";
import { deadOwner } from "../../support/dead.ts";
import { quickFiles, temporaryFolder } from "../../support/store-tools.ts";

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

/** This process, as the owner in a lock. */
const me = thisProcess;

const MACHINE = thisProcess("").machine;

function folderOf(file: string): string {
  return quickFiles.stat(path.dirname(file))?.identity ?? "";
}

describe("tryLock", () => {
  test("takes a free lock, names this process in it, and leaves no other file", () => {
    const file = lockFile();
    const release = tryLock(quickFiles, file);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(me(folderOf(file)));
    expect(readdirSync(path.dirname(file))).toEqual(["a.lock"]);
    release?.();
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  test("does not take a lock that this process holds, and takes it after its release", () => {
    const file = lockFile();
    const release = tryLock(quickFiles, file);
    expect(tryLock(quickFiles, file)).toBeUndefined();
    expect(isHeld(quickFiles, file)).toBe(true);
    release?.();
    expect(isHeld(quickFiles, file)).toBe(false);
    expect(tryLock(quickFiles, file)).toBeDefined();
  });

  test.each<[string, (folder: string) => object | string]>([
    ["a process that has ended", (folder) => ({ ...me(folder), pid: deadPid(), started: "1" })],
    [
      "a process that has ended, its start unknown",
      (folder) => ({ ...me(folder), pid: deadPid(), started: "" }),
    ],
    ["this process in the original of a copied store", () => me("1:1")],
    [
      "the machine before a reboot",
      (folder) => ({ ...me(folder), machine: MACHINE, boot: "before" }),
    ],
    ["nobody: an empty file", () => ""],
    ["nobody: a torn file", () => '{"host":"'],
    ["nobody: other JSON", () => "[1]"],
    ["nobody: an impossible pid", (folder) => ({ ...me(folder), pid: -1 })],
  ])("takes over the lock of %s", (_, owner) => {
    const file = lockFile();
    const text = owner(folderOf(file));
    if (JSON.stringify(text).includes('"before"') && MACHINE === "") return;
    writeFileSync(file, typeof text === "string" ? text : JSON.stringify(text));
    utimesSync(file, new Date(0), new Date(0));
    expect(isHeld(quickFiles, file)).toBe(false);
    const release = tryLock(quickFiles, file);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(me(folderOf(file)));
    release?.();
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  test.runIf(process.platform === "linux")(
    "takes over the lock of an earlier process that had this pid",
    () => {
      const file = lockFile();
      writeFileSync(file, JSON.stringify({ ...me(folderOf(file)), started: "12345" }));
      expect(tryLock(quickFiles, file)).toBeDefined();
    },
  );

  test.each<[string, (folder: string) => object | string]>([
    ["this process", (folder) => me(folder)],
    ["this process, its start unknown", (folder) => ({ ...me(folder), started: "" })],
    ["the parent of this process", (folder) => ({ ...me(folder), pid: process.ppid, started: "" })],
    [
      "another host, with any pid",
      (folder) => ({ ...me(folder), host: "elsewhere", pid: deadPid() }),
    ],
    [
      "a process of another container, with any pid",
      (folder) => ({ ...me(folder), namespace: "pid:[1]", pid: deadPid() }),
    ],
    [
      "another machine of the same name",
      (folder) => ({ ...me(folder), machine: "another", boot: "another" }),
    ],
    [
      "this machine before a reboot, while the sign of life is fresh",
      (folder) => ({ ...me(folder), boot: "before" }),
    ],
    ["somebody who is about to write the owner", () => ""],
  ])("leaves the lock of %s alone", (_, owner) => {
    const file = lockFile();
    const content = owner(folderOf(file));
    const text = typeof content === "string" ? content : JSON.stringify(content);
    writeFileSync(file, text);
    expect(tryLock(quickFiles, file)).toBeUndefined();
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(readdirSync(path.dirname(file))).toEqual(["a.lock"]);
  });

  test.each(["EPERM", "ENOTSUP", "ENOSYS"])(
    "works on a file system that answers %s to a hard link",
    (code) => {
      const files: Files = {
        ...quickFiles,
        link() {
          throw Object.assign(new Error(code), { code });
        },
      };
      const file = lockFile();
      const release = tryLock(files, file);
      expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(me(folderOf(file)));
      expect(tryLock(files, file)).toBeUndefined();
      release?.();
      expect(readdirSync(path.dirname(file))).toEqual([]);
    },
  );

  test("of two that find one dead owner, the slower does not take the faster one's lock", () => {
    // The faster one acts whenever the slower has looked at the lock or is about to change it.
    for (let moment = 1; moment <= 12; moment++) {
      const file = lockFile(JSON.parse(deadOwner()));
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
          // Not while a draft of a lock exists: its name contains the process.
          if (!name.endsWith(`.${process.pid}`)) intrude();
          quickFiles.remove(name);
        },
      };
      const slower = tryLock(files, file);
      expect([faster, slower].filter((held) => held !== undefined).length).toBeLessThanOrEqual(1);
      if (faster !== undefined) expect(existsSync(file)).toBe(true);
      faster?.();
      slower?.();
      // Nobody holds it now, so the next one gets it.
      expect(tryLock(quickFiles, file)).toBeDefined();
    }
  });

  test("a process that died while removing a dead lock does not block it", () => {
    const dead = JSON.parse(deadOwner());
    const file = lockFile(dead);
    writeFileSync(`${file}.removal`, JSON.stringify(dead));
    const release = tryLock(quickFiles, file);
    expect(release).toBeDefined();
    release?.();
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });
});

describe("lock", () => {
  test("throws LOCKED after its patience", async () => {
    const file = lockFile();
    const release = tryLock(quickFiles, file);
    await expect(lock(quickFiles, file, 0)).rejects.toMatchObject({
      code: "LOCKED",
      message: "another process holds the lock a.lock",
      data: { file: "local/a.lock", life: "alive", owner: { pid: process.pid } },
    });
    release?.();
  });

  test("does not wait for an owner that cannot be seen: the error names it, and its last sign of life", async () => {
    const file = lockFile({ ...me(""), host: "elsewhere", pid: 77 });
    utimesSync(file, new Date(), new Date(Date.now() - 3 * 3_600_000));
    await expect(lock(quickFiles, file, 3_600_000)).rejects.toMatchObject({
      code: "LOCKED",
      message:
        "process 77 on elsewhere holds the lock a.lock: its last sign of life was 3 hours ago, and it cannot be told from here whether it is still running",
      data: { file: "local/a.lock", life: "unknown", owner: { pid: 77, host: "elsewhere" } },
    });
  });

  test.each([
    ["an impossible pid", '{"pid":-1}\n'],
    ["JSON of another program", '{"lock":"mine"}'],
    ["other JSON", "[1]"],
    ["text", "locked by hand\n"],
  ])(
    "does not wait for %s to become an owner: the error names the file and its age",
    async (_, text) => {
      const file = lockFile(text);
      const soon = new Date(Date.now() + 3_600_000);
      for (const [written, when] of [
        [new Date(), /was written \d+ seconds? ago$/],
        [soon, /is dated (59 minutes|60 minutes|1 hour) in the future$/],
      ] as const) {
        utimesSync(file, written, written);
        await expect(lock(quickFiles, file, 3_600_000)).rejects.toMatchObject({
          code: "LOCKED",
          message: expect.stringMatching(
            new RegExp(
              `^it is unknown which process holds the lock a\\.lock: the lock file local/a\\.lock names no owner and ${when.source}`,
            ),
          ),
          data: { file: "local/a.lock", life: "unknown", owner: undefined },
        });
      }
      expect(readFileSync(file, "utf8")).toBe(text);
    },
  );

  test.each([
    ["nothing", ""],
    ["half an owner", '{"host":"'],
  ])("waits for %s to become an owner, and names the file after its patience", async (_, text) => {
    const file = lockFile(text);
    await expect(lock(quickFiles, file, 0)).rejects.toMatchObject({
      code: "LOCKED",
      message: expect.stringContaining("the lock file local/a.lock names no owner"),
    });
    const waiting = lock(quickFiles, file, 3_600_000);
    utimesSync(file, new Date(0), new Date(0));
    (await waiting)();
    expect(existsSync(file)).toBe(false);
  });

  test("names the lock of a removal if that blocks it", async () => {
    const file = lockFile(JSON.parse(deadOwner()));
    writeFileSync(`${file}.removal`, '{"pid":-1}');
    await expect(lock(quickFiles, file, 3_600_000)).rejects.toMatchObject({
      code: "LOCKED",
      data: { file: "local/a.lock.removal", owner: undefined },
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
