import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloneRepository, initRepository, type Repository } from "../../src/index.ts";
import { crowd } from "./crowd.ts";

/** Where runs are shared during a test. */
export interface Place {
  /** The URL that a push goes to. */
  readonly url: string;
  /** The URL that others read, if it is another. */
  readonly readUrl?: string | undefined;
  close(): Promise<void>;
}

/** What every remote keeps to, seen from repositories: from the first push to a hydrated thin clone. */
export function sharesRuns(name: string, make: (root: string) => Promise<Place>): void {
  describe(`runs on a remote: ${name}`, () => {
    let root: string;
    let place: Place;
    let readUrl: string;
    const open: Repository[] = [];

    const project = async (name: string, url: string, readsOnly = false): Promise<Repository> => {
      const folder = path.join(root, name);
      mkdirSync(folder);
      const repo = await initRepository(folder, { simulations: [crowd] });
      open.push(repo);
      await (await repo.sharing()).add("origin", url, { readsOnly });
      return repo;
    };

    beforeAll(async () => {
      root = mkdtempSync(path.join(os.tmpdir(), "rewind-shares-"));
      place = await make(root);
      readUrl = place.readUrl ?? place.url;
    });

    afterAll(async () => {
      for (const repo of open.splice(0)) await repo.close();
      await place.close();
      rmSync(root, { recursive: true, force: true });
    });

    test("push, push again, push a fork, fetch thin, replay, hydrate, push back", async () => {
      const a = await project("a", place.url);
      const main = await a.record(crowd, { steps: 1_000, seed: 7, branch: "main" });
      const sharing = await a.sharing();
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

      const b = await project("b", readUrl, readUrl !== place.url);
      const other = await b.sharing();
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
      if (readUrl !== place.url) {
        await expect(other.push("origin")).rejects.toMatchObject({ code: "REMOTE_READ_ONLY" });
        return;
      }
      expect((await other.push("origin")).refs).toMatchObject([
        { name: "heads/mine", outcome: "new" },
      ]);
      await sharing.fetch("origin");
      expect((await a.revision("origin/mine")).run.root).toBe(mine.root);
    });

    test.each([
      ["thin", false],
      ["full", true],
    ] as const)("a %s clone has the same roots, and verifies in full", async (kind, full) => {
      const folder = path.join(root, kind);
      const { repo } = await cloneRepository(readUrl, folder, { full, simulations: [crowd] });
      open.push(repo);
      const [a] = open as [Repository];
      for (const branch of ["main", "fix"]) {
        const { run } = await repo.revision(`origin/${branch}`);
        expect(run.root).toBe((await a.revision(branch)).run.root);
        expect(await run.replayer.isStored(32)).toBe(full);
        expect((await run.verify({ full: true })).ok).toBe(true);
      }
    });

    test("of eight who push to one branch one wins, the others are told, and nothing is lost", async () => {
      const repos = [];
      for (let i = 0; i < 8; i++) {
        const repo = await project(`racer-${i}`, place.url);
        await repo.record(crowd, { steps: 50, seed: 100 + i, branch: "race" });
        await repo.record(crowd, { steps: 50, seed: 200 + i, branch: `own/${i}` });
        repos.push(repo);
      }
      const pushes = await Promise.all(
        repos.map(async (repo) => (await repo.sharing()).push("origin")),
      );
      const outcomes = pushes.map(
        ({ refs }) => refs.find(({ name }) => name === "heads/race")?.outcome,
      );
      expect(outcomes.filter((outcome) => outcome === "new")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "refused")).toHaveLength(7);
      const winner = repos[outcomes.indexOf("new")] as Repository;
      const reader = await project("reader", readUrl, readUrl !== place.url);
      await (await reader.sharing()).fetch("origin");
      const raced = async (repo: Repository, revision: string) =>
        (await repo.revision(revision)).run.root;
      expect(await raced(reader, "origin/race")).toBe(await raced(winner, "race"));
      for (const [i, repo] of repos.entries()) {
        expect(pushes[i]?.refs.find(({ name }) => name === `heads/own/${i}`)?.outcome).toBe("new");
        expect(await raced(reader, `origin/own/${i}`)).toBe(await raced(repo, `own/${i}`));
      }
    });
  });
}
