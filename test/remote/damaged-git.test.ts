import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { initRepository, type Repository } from "../../src/repository.ts";
import { crowd } from "./crowd.ts";

let root: string;
let serial = 0;
const open: Repository[] = [];

beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "rewind-damaged-git-"));
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

/** A project with a run that it has pushed to a bare repository. */
async function pushed(): Promise<{ readonly a: Repository; readonly bare: string }> {
  const bare = path.join(root, `bare-${serial++}.git`);
  execFileSync("git", ["init", "--quiet", "--bare", bare]);
  const a = await project(`git+file://${bare}`);
  await a.record(crowd, { steps: 60, seed: 1, branch: "main", blockSize: 6 });
  await (await a.sharing()).push("origin");
  return { a, bare };
}

/** The loose objects of a repository, the largest first. */
function objectsOf(repository: string): string[] {
  const folder = path.join(repository, "objects");
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort((a, b) => statSync(b).size - statSync(a).size);
}

const write = (file: string, text: string): void => {
  rmSync(file);
  writeFileSync(file, text);
};

const DAMAGES: Readonly<Record<string, (bare: string) => void>> = {
  "all objects are gone": (bare) => objectsOf(bare).forEach((file) => void rmSync(file)),
  "the largest object is gone": (bare) => rmSync(objectsOf(bare)[0] as string),
  "the largest object has other bytes": (bare) => write(objectsOf(bare)[0] as string, "junk"),
  "all objects are empty": (bare) => objectsOf(bare).forEach((file) => void write(file, "")),
  "the ref has other bytes": (bare) => write(path.join(bare, "refs/rewind/heads/main"), "junk\n"),
};

describe("a Git repository of which", () => {
  test.each(Object.entries(DAMAGES))(
    "%s is named as damaged, with the words of Git",
    async (_, damage) => {
      const { bare } = await pushed();
      damage(bare);
      const b = await project(`git+file://${bare}`);
      const sharing = await b.sharing();
      for (const ask of [() => sharing.fetch("origin"), () => sharing.show("origin")]) {
        await expect(ask()).rejects.toMatchObject({
          code: "REMOTE_INVALID",
          message: expect.stringContaining(`${bare} is a damaged Git repository: `),
          data: { isGit: true, told: expect.stringMatching(/./) },
        });
      }
      expect(await b.branches.list()).toEqual([]);
    },
  );

  test("an object is gone is whole again once the branch was deleted and pushed", async () => {
    const { a, bare } = await pushed();
    rmSync(objectsOf(bare)[0] as string);
    const sharing = await a.sharing();
    await sharing.delete("origin", ["main"]);
    await sharing.push("origin");
    const b = await project(`git+file://${bare}`);
    await (await b.sharing()).fetch("origin");
    expect(await (await b.revision("origin/main")).run.verify({ full: true })).toMatchObject({
      ok: true,
    });
  });
});

test.each(["its objects are damaged", "its objects are gone, the folder too"])(
  "what is kept of a server is made anew if %s",
  async (how) => {
    const { bare } = await pushed();
    const b = await project(`git+file://${bare}`);
    const sharing = await b.sharing();
    await sharing.fetch("origin");
    const cache = process.env.XDG_CACHE_HOME as string;
    const kept = readdirSync(cache, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(path.join("origin", "git")))
      .map((name) => path.join(cache, name))
      .sort((one, other) => statSync(other).ctimeMs - statSync(one).ctimeMs)[0] as string;
    if (how.endsWith("damaged")) for (const file of objectsOf(kept)) write(file, "junk");
    else rmSync(path.join(kept, "objects"), { recursive: true });
    // What was noted of the remote is forgotten, so that it is read again.
    const copy = path.join(root, `kept-${serial++}`);
    cpSync(kept, copy, { recursive: true });
    await sharing.remove("origin");
    await sharing.add("origin", `git+file://${bare}`);
    cpSync(copy, kept, { recursive: true });
    await sharing.fetch("origin").catch(() => undefined);
    expect((await sharing.fetch("origin")).refs).toMatchObject([{ name: "heads/main" }]);
  },
);
