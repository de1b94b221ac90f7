import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openRepository } from "../../src/index.ts";
import { type Files, nodeFiles } from "../../src/node/host/files.ts";
import { decodeHeader, PACK_HEADER, RECORD_HEADER_BYTES } from "../../src/store/pack.ts";
import { copyOf, emptyProject, type Project, walkProject } from "../support/run-cli.ts";

/** The calls that change a disk; opening a file to read does not. */
const CHANGES = ["open", "write", "sync", "rename", "link", "truncate"] as const;

/** Makes the nth change of a file fail, and all later ones; returns whether that happened. */
function fail(code: string, at = 1): () => boolean {
  const real = { ...nodeFiles } as unknown as Record<string, (...all: unknown[]) => unknown>;
  let count = 0;
  for (const name of CHANGES) {
    vi.spyOn(nodeFiles, name as keyof Files).mockImplementation((...all: unknown[]) => {
      const changes = name !== "open" || all[1] !== "read";
      if (changes && ++count >= at)
        throw Object.assign(new Error(`${code}: made to fail`), { code });
      return real[name]?.(...all) as never;
    });
  }
  return () => count >= at;
}

afterEach(() => {
  vi.restoreAllMocks();
});

const COMMANDS = [
  ["record", "walk.ts", "--steps", "500", "-b", "new"],
  ["branch", "new", "main@500", "--param", "p=0.6"],
  ["load", "run.replay", "-b", "new"],
  ["branch", "-d", "main"],
  ["branch", "-m", "main", "new"],
];

describe("a store that cannot be written to", () => {
  // Permissions do not apply to root, so the file operations are made to fail instead.
  test.each(COMMANDS)("%s %s: says so, and changes nothing", async (...argv) => {
    const project = await saved();
    const before = await project.storeDigest();
    for (const code of ["EROFS", "EACCES", "EPERM"]) {
      fail(code);
      const { status, stdout, stderr } = await project.run(...argv);
      vi.restoreAllMocks();
      expect([stdout, stderr, status]).toEqual([
        "",
        expect.stringMatching(
          /^error: the store cannot be written to: \S+\nhint: check the permissions of \.rewind.*\n$/,
        ),
        1,
      ]);
      expect(await project.storeDigest()).toBe(before);
    }
  });

  test.each([
    "get main@500",
    "show",
    "log --all",
    "branch",
    "verify",
    "find main true",
    "info run.replay",
  ])("%s works", async (line) => {
    const project = await saved();
    fail("EROFS");
    expect((await project.run(...line.split(" "))).status).toBe(0);
  });
});

describe("a full disk", () => {
  test.each(COMMANDS)("%s %s: wherever it fills up, nothing is lost", async (...argv) => {
    const original = await saved();
    const before = await original.storeDigest();
    for (let at = 1; ; at++) {
      const project = await copyOf(original);
      const failed = fail("ENOSPC", at);
      const { status, stderr } = await project.run(...argv);
      vi.restoreAllMocks();
      if (!failed()) {
        expect(status).toBe(0);
        break;
      }
      if (status !== 0) {
        expect([at, status, stderr]).toEqual([
          at,
          1,
          expect.stringMatching(/^error: the disk is full: \S+\nhint: .*make room/),
        ]);
      }
      const { branches } = (await project.ok("branch", "--json")).json;
      const names = branches.map(({ name }: { name: string }) => name);
      if (!argv.includes("-d")) expect([at, names.length]).toEqual([at, expect.toBeOneOf([1, 2])]);
      for (const name of names) await project.ok("verify", name);
    }
    expect(await original.storeDigest()).toBe(before);
  });

  test("reading works on", async () => {
    const project = await saved();
    fail("ENOSPC");
    expect((await project.run("get", "main@500")).status).toBe(0);
  });

  test("-o on a full disk", async () => {
    const project = await walkProject();
    const { status, stderr } = await project.run("save", "main", "-o", "/dev/full/x");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: cannot write \/dev\/full\/x: .*\nhint: /);
  });
});

describe("damage", () => {
  test("of a pack is status 4 and names the file; other runs stay readable", async () => {
    const project = await walkProject();
    await project.ok("record", "walk.ts", "--steps", "1000", "-b", "other", "--seed", "7");
    const objects = path.join(project.root, ".rewind/objects");
    const packs = (await readdir(objects)).filter((name) => name.endsWith(".pack"));
    expect(packs).toHaveLength(2);
    const statuses: (readonly number[])[] = [];
    for (const name of packs) {
      const file = path.join(objects, name);
      const whole = await readFile(file);
      // A byte of the first record's id or payload, past the header of the pack.
      for (const at of [60, 100]) {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] as number) ^ 0xff;
        await writeFile(file, damaged);
        const results = [await project.run("verify", "main"), await project.run("verify", "other")];
        statuses.push(results.map(({ status }) => status));
        for (const { status, stderr } of results) {
          if (status === 0) continue;
          expect(status).toBe(4);
          expect(stderr).toMatch(/^error: .*objects\/pack-[0-9a-f]{64}\.(pack|idx).*\nhint: .*\n$/);
        }
      }
      await writeFile(file, whole);
    }
    expect(statuses.flat()).toContain(4);
    expect(statuses.flat()).toContain(0);
  });

  test("of HEAD, of a ref: status 4, or another name for the run", async () => {
    const project = await walkProject();
    await project.write(".rewind/HEAD", "nonsense\n");
    const head = await project.run("get", "HEAD");
    expect([head.status, head.stderr]).toEqual([4, expect.stringContaining("HEAD")]);
    expect((await project.run("get", "main")).status).toBe(0);
    await project.write(".rewind/HEAD", "ref: refs/heads/main\n");
    await project.write(".rewind/refs/heads/main", "nonsense\n");
    const main = await project.run("get", "main");
    expect(main.status).not.toBe(0);
    expect(main.stderr).toMatch(/^error: .*\nhint: .*\n$/);
    await project.write(".rewind/refs/heads/main", `${"ab".repeat(32)}\n`);
    const gone = await project.run("get", "main");
    expect([gone.status, gone.stderr]).toEqual([
      4,
      expect.stringMatching(/^error: the run (ab)+ is not in the store\nhint: /),
    ]);
    expect((await project.run("branch")).status).toBe(4);
    expect((await project.run("log", "--all")).status).toBe(4);
  });

  test("of a ref: lists have the others, and report it; status 4", async () => {
    const project = await walkProject();
    const packs = async (): Promise<string[]> =>
      (await readdir(path.join(project.root, ".rewind/objects"))).filter((name) =>
        name.endsWith(".pack"),
      );
    await project.ok("tag", "v1", "main");
    await project.ok("branch", "sound", "main@500", "--param", "p=0.6");
    const sound = await Promise.all(LISTS.map((list) => project.ok(...list)));
    const known = await packs();
    await project.ok("branch", "spoilt", "main@700", "--param", "p=0.7");
    const [pack = ""] = (await packs()).filter((name) => !known.includes(name));
    spoilRun(path.join(project.root, ".rewind/objects", pack));
    const heads = path.join(project.root, ".rewind/refs/heads");
    await project.write(
      ".rewind/refs/tags/spoilt",
      await readFile(path.join(heads, "spoilt"), "utf8"),
    );
    await project.write(".rewind/refs/heads/text", "nonsense\n");
    await project.write(".rewind/refs/heads/empty", "");
    await project.write(".rewind/refs/tags/gone", `${"ab".repeat(32)}\n`);
    const told = {
      "the branch empty": 'expected the id of a run, got ""',
      "the branch spoilt":
        "expected run [0-9a-f]+(?:, got one with the id [0-9a-f]+| to unpack to \\d+ bytes) in objects/pack-.*",
      "the branch text": 'expected the id of a run, got "nonsense"',
      "the tag gone": "the run (ab)+ is not in the store",
      "the tag spoilt": "expected run [0-9a-f]+(?:, got one with the id| to unpack to) .*",
    };
    for (const [i, list] of LISTS.entries()) {
      const { status, stdout, stderr } = await project.run(...list);
      expect([status, stdout]).toEqual([4, sound[i]?.stdout]);
      const kind = { branch: "branch", tag: "tag", log: "" }[list[0] as "log"];
      const what = Object.entries(told).filter(([ref]) => ref.includes(kind));
      expect(stderr).toMatch(
        new RegExp(
          `^${what.map(([ref, problem]) => `error: ${ref} is damaged: ${problem}\n`).join("")}hint: .*\n$`,
        ),
      );
      const { json } = await project.run(...list, "--json");
      expect(json.damaged).toHaveLength(what.length);
    }
    // A damaged ref may be one of the names that these print.
    for (const line of ["log main", "show sound"]) {
      const { status, stdout, stderr } = await project.run(...line.split(" "));
      expect([status, stdout !== ""]).toEqual([4, true]);
      expect(stderr).toMatch(/^(error: the (branch|tag) \w+ is damaged: .*\n)+hint: .*\n$/);
    }
    // Commands that do not need them still work.
    for (const line of ["diff main main", "get main@5"]) {
      expect((await project.ok(...line.split(" "))).stderr).toBe("");
    }
  });

  test("of HEAD: the branches are listed", async () => {
    const project = await walkProject();
    await project.write(".rewind/HEAD", "nonsense\n");
    const { status, stdout, stderr } = await project.run("branch");
    expect([status, stdout]).toEqual([4, expect.stringMatching(/^ {3}main /)]);
    expect(stderr).toMatch(
      /^error: HEAD is damaged: expected a ref or a run, and perhaps a step, got "nonsense"\nhint: .*\n$/,
    );
  });

  test("of a run behind another: log lists the others, and reports it", async () => {
    const project = await walkProject();
    const objects = path.join(project.root, ".rewind/objects");
    const [pack = ""] = (await readdir(objects)).filter((name) => name.endsWith(".pack"));
    await project.ok("branch", "fork", "main@500", "--param", "p=0.6");
    spoilRun(path.join(objects, pack));
    const { status, stdout, stderr } = await project.run("log", "fork");
    expect([status, stdout]).toEqual([4, expect.stringMatching(/^[0-9a-f]{12} \(fork\) /)]);
    expect(stderr).toMatch(/^error: expected run [0-9a-f]+, got one .*\nhint: .*\n$/);
    expect((await project.run("branch")).stdout).toContain("fork");
  });
});

describe("branches that cannot exist beside each other", () => {
  test("if one was made meanwhile, the other run is archived and the store opens", async () => {
    const project = await walkProject();
    const repo = await openRepository(project.root);
    const heads = path.join(project.root, ".rewind/refs/heads");
    const recording = repo.record("walk.ts", {
      steps: 10_000,
      seed: 1,
      branch: "a/b",
      cwd: project.root,
      onProgress: () => cpSync(path.join(heads, "main"), path.join(heads, "a")),
    });
    await expect(recording).rejects.toMatchObject({ code: "REF_CONFLICT" });
    await repo.close();
    const { stderr } = await project.ok("log", "--all");
    expect(stderr).toMatch(/^note: recovered an interrupted recording: archive\//);
    expect((await project.ok("log", "--all", "--json")).json.runs).toHaveLength(2);
  });
});

const LISTS = [["branch"], ["tag"], ["log", "--all"], ["log", "--all", "--graph"]];

/** Changes a byte of the last run in a pack. */
function spoilRun(file: string): void {
  const bytes = readFileSync(file);
  let run = 0;
  for (let at = PACK_HEADER.length; ; ) {
    const header = decodeHeader(bytes.subarray(at));
    if (header === undefined) break;
    if (header.kind === "run") run = at;
    at += RECORD_HEADER_BYTES + header.storedLength;
  }
  const at = run + RECORD_HEADER_BYTES + 1;
  bytes[at] = (bytes[at] as number) ^ 0xff;
  writeFileSync(file, bytes);
}

async function saved(): Promise<Project> {
  const project = await walkProject();
  await project.ok("save", "main", "-o", "run.replay");
  const other = await emptyProject("walk.ts");
  await other.ok("record", "walk.ts", "--steps", "100", "--seed", "9");
  await other.ok("save", "main", "-o", "run.replay");
  await mkdir(path.join(project.root, "other"), { recursive: true });
  await writeFile(
    path.join(project.root, "run.replay"),
    await readFile(path.join(other.root, "run.replay")),
  );
  return project;
}
