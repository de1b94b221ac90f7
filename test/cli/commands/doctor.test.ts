import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { deadOwner, lockText } from "../../support/dead.ts";
import { walkProject } from "../../support/run-cli.ts";

async function lockedProject(owner: (folder: string) => string) {
  const project = await walkProject();
  const folder = path.join(project.root, ".rewind/local");
  const file = path.join(folder, "refs.lock");
  writeFileSync(file, owner(folder));
  utimesSync(file, new Date(), new Date(Date.now() - 3 * 3_600_000));
  return { project, file };
}

const elsewhere = (): string =>
  JSON.stringify({ ...JSON.parse(lockText("")), host: "elsewhere", pid: 77 });

describe("doctor", () => {
  test("says that no locks", async () => {
    expect((await (await walkProject()).ok("doctor")).stdout).toBe("no locks\n");
  });

  test("a lock of another machine is listed, named in errors, and removed on request", async () => {
    const { project, file } = await lockedProject(elsewhere);
    const { stderr, status } = await project.run("tag", "v2", "main");
    expect(status).toBe(1);
    expect(stderr).toBe(
      "error: process 77 on elsewhere holds the lock refs.lock: its last sign of life was 3 hours ago, and it cannot be told from here whether it is still running\n" +
        "hint: once you are sure that it has ended, remove its lock with `rewind doctor --break-lock`\n",
    );
    // Readers never wait.
    await project.ok("log");
    expect((await project.ok("doctor")).stdout).toBe(
      "local/refs.lock  process 77 on elsewhere  cannot be seen from here  last sign of life 3 h ago\n",
    );
    expect((await project.ok("doctor", "--json")).json).toMatchObject({
      removed: false,
      locks: [{ file: "local/refs.lock", life: "unknown", owner: { pid: 77 } }],
    });
    expect((await project.ok("doctor", "--break-lock")).stdout).toMatch(/^removed\nlocal\/refs/);
    expect(existsSync(file)).toBe(false);
    await project.ok("tag", "v2", "main");
  });

  test.each([
    ["an owner elsewhere", elsewhere, "process 77 on elsewhere holds the lock refs.lock"],
    [
      "no owner",
      () => "by hand\n",
      "it is unknown which process holds the lock refs.lock: the lock file local/refs.lock names no owner",
    ],
  ])(
    "a lock with %s that is dated in the future: the date is what is said",
    async (_, owner, says) => {
      const { project, file } = await lockedProject(owner);
      // Half an hour more: the test may take as long.
      const later = new Date(Date.now() + 3.5 * 3_600_000);
      utimesSync(file, later, later);
      const { stderr } = await project.run("tag", "v2", "main");
      expect(stderr).toMatch(new RegExp(`^error: ${says}.* is dated 3 hours in the future`));
      expect(stderr).toContain(
        "hint: once you are sure that it has ended, remove its lock with `rewind doctor --break-lock`\n",
      );
      expect((await project.ok("doctor")).stdout).toMatch(/last sign of life 3 h in the future\n$/);
      const { locks } = (await project.ok("doctor", "--json")).json;
      expect(locks[0].silentSeconds).toBeLessThan(-3 * 3600);
    },
  );

  test("a lock of a process that runs here is not removed", async () => {
    const { project, file } = await lockedProject(lockText);
    const { stderr, status } = await project.run("doctor", "--break-lock");
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^error: process \d+ on this machine is running and holds local\/refs\.lock\n/,
      ),
    ]);
    expect(existsSync(file)).toBe(true);
  });

  test("locks of dead processes are removed by the next write, drafts too; a copy has no locks", async () => {
    const { project } = await lockedProject(() => deadOwner());
    const folder = path.join(project.root, ".rewind/local");
    for (const name of ["refs.lock.99", "branch-0.lock", "journal-1.pack.lock.removal"]) {
      writeFileSync(path.join(folder, name), deadOwner());
    }
    // The lock of a running process in the store of which this one is a copy.
    writeFileSync(path.join(folder, "config.lock"), lockText("/"));
    expect((await project.ok("doctor")).stdout).toContain("has ended");
    await project.ok("tag", "v2", "main");
    expect(readdirSync(folder).filter((name) => name.includes("lock"))).toEqual([]);
  });
});
