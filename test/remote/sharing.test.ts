import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { initRepository, type Repository } from "../../src/repository.ts";
import { crowd } from "./crowd.ts";

let root: string;
const open: Repository[] = [];

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "rewind-sharing-"));
});

afterEach(async () => {
  for (const repo of open.splice(0)) await repo.close();
  rmSync(root, { recursive: true, force: true });
});

const project = async (name: string): Promise<Repository> => {
  const folder = path.join(root, name);
  mkdirSync(folder);
  const repo = await initRepository(folder, { simulations: [crowd] });
  open.push(repo);
  return repo;
};

const remotes = {
  folder: () => path.join(root, "shared"),
  git: () => {
    const bare = path.join(root, "bare.git");
    execFileSync("git", ["init", "--quiet", "--bare", bare]);
    return `git+file://${bare}`;
  },
};

describe.each(Object.entries(remotes))("a remote: %s", (_, make) => {
  test("runs pushed by one are fetched by another, thin, and replay the same", async () => {
    const url = make();
    const a = await project("a");
    const main = await a.record(crowd, { steps: 1_000, seed: 7, branch: "main" });
    const sharing = await a.sharing();
    await sharing.add("origin", url);
    const pushed = await sharing.push("origin");
    expect(pushed.refs).toMatchObject([{ name: "heads/main", outcome: "new" }]);
    const again = await sharing.push("origin");
    expect(again).toMatchObject({ objects: 0, bytes: 0, refs: [{ outcome: "same" }] });

    const fix = await a.branch("fix", "main@500", { params: { p: 0.4 } });
    const forked = await sharing.push("origin");
    expect(forked.refs.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["heads/fix", "new"],
      ["heads/main", "same"],
    ]);
    expect(forked.bytes).toBeLessThan(pushed.bytes * 0.75);

    const b = await project("b");
    const other = await b.sharing();
    await other.add("origin", url);
    const fetched = await other.fetch("origin", { full: false });
    expect(fetched.refs.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["heads/fix", "new"],
      ["heads/main", "new"],
    ]);
    const { run } = await b.revision("origin/fix");
    expect(run.root).toBe(fix.root);
    expect(await run.replayer.isStored(32)).toBe(false);
    expect(await run.get(777)).toEqual(await fix.get(777));
    expect(await run.get(300)).toEqual(await main.get(300));
    expect((await run.verify({ full: true })).ok).toBe(true);

    const hydrated = await run.hydrate();
    expect(hydrated.derived).toBeGreaterThan(10);
    expect(await run.replayer.isStored(32)).toBe(true);
    expect((await run.hydrate()).derived).toBe(0);
    expect((await other.fetch("origin")).bytes).toBe(0);

    const mine = await b.branch("mine", "origin/fix@900", { params: { p: 0.1 } });
    expect((await other.push("origin")).refs).toMatchObject([
      { name: "heads/mine", outcome: "new" },
    ]);
    await sharing.fetch("origin");
    expect((await a.revision("origin/mine")).run.root).toBe(mine.root);
  });
});
