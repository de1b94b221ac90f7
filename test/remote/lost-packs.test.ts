import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeFiles } from "../../src/node/host/files.ts";
import { nodeHash } from "../../src/node/host/platform.ts";
import { folderBlobs } from "../../src/node/remote/folder-blobs.ts";
import { gitRemote } from "../../src/node/remote/git-remote.ts";
import { blobRemote } from "../../src/remote/blob-remote.ts";
import type { PackRef, RefValue, Remote } from "../../src/remote/remote.ts";
import { initRepository, type Repository } from "../../src/repository.ts";
import { crowd } from "./crowd.ts";
import { damageIn, damageInGit, type Shared } from "./transports.ts";

interface Kind {
  /** Makes an empty remote there, and gives its URL. */
  make(place: string): string;
  open(place: string, root: string): Promise<Remote>;
  damage(place: string): Shared["damage"];
}

let serial = 0;

const KINDS: Readonly<Record<string, Kind>> = {
  "a folder": {
    make: (place) => place,
    open: async (place) =>
      blobRemote(
        folderBlobs(place, () => `${serial++}`, nodeFiles),
        nodeHash,
      ),
    damage: damageIn,
  },
  "a Git repository": {
    make(place) {
      execFileSync("git", ["init", "--quiet", "--bare", place]);
      return `git+file://${place}`;
    },
    open: (place, root) =>
      gitRemote(`file://${place}`, {
        ...{ scratch: path.join(root, `look-${serial++}`), hash: nodeHash },
      }),
    damage: (place) => (packs, how) => damageInGit(place, packs, how),
  },
};

describe.each(Object.entries(KINDS))("packs that %s has lost", (_, kind) => {
  let root: string;
  const open: Repository[] = [];

  beforeAll(() => {
    root = mkdtempSync(path.join(os.tmpdir(), "rewind-lost-"));
  });

  afterAll(async () => {
    for (const repo of open.splice(0)) await repo.close();
    rmSync(root, { recursive: true, force: true });
  });

  const project = async (url: string): Promise<Repository> => {
    const folder = path.join(root, `project-${serial++}`);
    mkdirSync(folder);
    const repo = await initRepository(folder, { simulations: [crowd] });
    open.push(repo);
    await (await repo.sharing()).add("origin", url);
    return repo;
  };
  /** A project with two runs, pushed to a remote of its own. */
  const pushed = async () => {
    const place = path.join(root, `place-${serial++}`);
    const url = kind.make(place);
    const repo = await project(url);
    await repo.record(crowd, { steps: 1_000, seed: 7, branch: "main" });
    await repo.branch("fix", "main@500", { params: { p: 0.4 } });
    const sharing = await repo.sharing();
    await sharing.push("origin", { branches: ["main"] });
    await sharing.push("origin", { branches: ["fix"] });
    const values = async (): Promise<ReadonlyMap<string, RefValue>> => {
      const remote = await kind.open(place, root);
      return remote.read(await remote.list());
    };
    const packs = async (ref: string, holds?: PackRef["holds"]): Promise<readonly PackRef[]> => {
      const named = (await values()).get(ref)?.packs ?? [];
      return named.filter((pack) => holds === undefined || pack.holds === holds);
    };
    return { url, repo, sharing, values, packs, damage: kind.damage(place) };
  };

  test.each(["remove", "cut"] as const)("are found, told, and sent again: %s", async (how) => {
    const { url, repo, sharing, packs, damage } = await pushed();
    expect(await sharing.check("origin")).toEqual({ missing: [], lost: [] });
    const main = await packs("heads/main");
    await damage(main, how);

    const { missing, lost } = await sharing.check("origin");
    expect(missing.map(({ revision }) => revision).sort()).toEqual(["fix", "main"]);
    expect(lost).toMatchObject([
      { name: "heads/fix", packs: main.length, derivable: false },
      { name: "heads/main", packs: main.length, of: main.length, derivable: false },
    ]);
    const other = await (await project(url)).sharing();
    await expect(other.fetch("origin", { full: true })).rejects.toMatchObject({
      code: "REMOTE_LOST",
      data: { refs: ["fix", "main"], lost: main.length, derivable: false },
    });

    expect((await sharing.push("origin", { dryRun: true })).refs).toMatchObject([
      { name: "heads/fix", outcome: "completed" },
      { name: "heads/main", outcome: "completed" },
    ]);
    expect((await sharing.check("origin")).lost).toHaveLength(2);
    const again = await sharing.push("origin");
    expect(again.refs.map(({ outcome }) => outcome)).toEqual(["completed", "completed"]);
    expect(again.objects).toBeGreaterThan(0);
    expect(await sharing.check("origin")).toEqual({ missing: [], lost: [] });
    expect((await sharing.push("origin")).objects).toBe(0);
    const reader = await project(url);
    await (await reader.sharing()).fetch("origin", { full: true });
    for (const branch of ["main", "fix"]) {
      const { run } = await reader.revision(`origin/${branch}`);
      expect(run.root).toBe((await repo.revision(branch)).run.root);
      expect((await run.verify({ full: true })).ok).toBe(true);
      expect(await run.replayer.isStored(32)).toBe(true);
    }
  });

  test("are no base of a push of another branch", async () => {
    const { url, repo, sharing, packs, damage } = await pushed();
    await damage(await packs("heads/main"), "remove");
    await repo.branch("more", "main@300", { params: { p: 0.1 } });
    await sharing.push("origin", { branches: ["more"] });
    expect((await sharing.check("origin", { branches: ["more"] })).lost).toEqual([]);
    const reader = await project(url);
    await (await reader.sharing()).fetch("origin", { branches: ["more"], full: true });
    const { run } = await reader.revision("origin/more");
    expect((await run.verify({ full: true })).ok).toBe(true);
  });

  test("of checkpoints leave a run that can be fetched without, and the mark is true", async () => {
    const { url, repo, sharing, packs, damage, values } = await pushed();
    await damage(await packs("heads/main", "checkpoints"), "remove");
    const { missing, lost } = await sharing.check("origin", { branches: ["main"] });
    expect(missing).toEqual([]);
    expect(lost).toMatchObject([{ name: "heads/main", derivable: true }]);
    const thin = await project(url);
    const other = await thin.sharing();
    await expect(other.fetch("origin", { full: true })).rejects.toMatchObject({
      ...{ code: "REMOTE_LOST", data: { derivable: true } },
    });
    const fetched = await other.fetch("origin", { branches: ["main"] });
    expect(fetched.leftOutBytes).toBeGreaterThan(0);
    const { run } = await thin.revision("origin/main");
    expect(run.root).toBe((await repo.revision("main")).run.root);

    // A store that lacks them too can only say so.
    await other.pull("origin", "main");
    await other.push("origin", { branches: ["main"] });
    expect((await values()).get("heads/main")).toMatchObject({ full: false });
    expect((await sharing.check("origin", { branches: ["main"] })).lost).toEqual([]);
    expect((await other.push("origin", { branches: ["main"] })).refs).toMatchObject([
      { outcome: "same" },
    ]);
    expect((await sharing.push("origin", { branches: ["main"] })).refs).toMatchObject([
      { outcome: "completed" },
    ]);
    expect((await values()).get("heads/main")).toMatchObject({ full: true });
  });

  test("the mark of a run is true after a push from a thin store", async () => {
    const { url, sharing, values } = await pushed();
    const thin = await project(url);
    const other = await thin.sharing();
    await other.fetch("origin", { full: false });
    const place = path.join(root, `place-${serial++}`);
    const second = kind.make(place);
    await other.add("second", second);
    await other.pull("origin", "main");
    const there = async (): Promise<RefValue | undefined> => {
      const remote = await kind.open(place, root);
      return (await remote.read(await remote.list())).get("heads/main");
    };
    await other.push("second", { branches: ["main"] });
    expect(await there()).toMatchObject({ full: false });
    expect((await other.push("second", { branches: ["main"] })).refs).toMatchObject([
      { outcome: "same" },
    ]);
    await sharing.add("second", second);
    expect((await sharing.push("second", { branches: ["main"] })).refs).toMatchObject([
      { outcome: "completed" },
    ]);
    expect(await there()).toMatchObject({ full: true });
    expect((await values()).get("heads/main")).toMatchObject({ full: true });
  });
});
