import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Project, temporaryFolder } from "../../support/run-cli.ts";
import { git, gitProjects, gitView, twoProjects, words } from "../../support/shared-projects.ts";

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();

const pushed = async (project: Project, ...more: string[]) =>
  (await project.run("push", ...more, "--json")).json;

/** Both have another run on main: the second has replaced the first's. */
async function parted(): Promise<Awaited<ReturnType<typeof twoProjects>>> {
  const both = await twoProjects();
  const { a, b } = both;
  await b.ok("fetch");
  await b.ok(...words("branch main origin/main@400 --param p=0.1"));
  await a.ok(...words("extend main --by 10"));
  return both;
}

describe("push --delete", () => {
  test("deletes a branch and a tag there, and leaves what is here", async () => {
    const { a, b } = await twoProjects();
    await a.ok(...words("branch fix main@900 --param p=0.4"));
    await a.ok(...words("tag v1 fix"));
    expect((await a.ok(...words("push origin fix v1"))).stdout).toContain(
      "pushed fix (new), tags/v1",
    );
    await b.ok("fetch");
    const would = await a.ok(...words("push origin --delete fix v1 --dry-run"));
    expect(would.stdout).toBe("would delete fix, tags/v1 on origin\n");
    const done = await a.ok(...words("push origin --delete fix v1"));
    expect(done.stdout).toBe("deleted fix, tags/v1 on origin\n");
    const { refs } = (await a.ok(...words("remote show origin --json"))).json;
    expect(refs.map(({ name }: { name: string }) => name)).toEqual(["heads/main"]);
    await a.ok(...words("get fix@950"));
    expect((await a.run(...words("get origin/fix@950"))).status).toBe(1);
    expect((await b.ok(...words("fetch --json"))).json.gone).toContain("heads/fix");
    const again = await a.run(...words("push origin --delete fix"));
    expect([again.status, again.stderr]).toEqual([
      1,
      expect.stringContaining("origin has no branch and no tag fix"),
    ]);
    expect((await a.ok("push")).stdout).toContain("pushed fix (new)");
  });

  test("a run that only the remote has stays, unless the last fetch has seen it", async () => {
    const { a, b } = await twoProjects();
    await a.ok(...words("branch fix main@900 --param p=0.4"));
    await a.ok("push");
    const { status, stderr, json } = await b.run(...words("push origin --delete fix --json"));
    expect([status, json.refs[0].reason]).toEqual([1, "unknown"]);
    expect(stderr).toContain("would be lost");
    const leased = await b.run(...words("push origin --delete fix --force-with-lease"));
    expect(leased.status).toBe(1);
    await b.ok("fetch");
    await b.ok(...words("push origin --delete fix"));
    const { refs } = (await a.ok(...words("remote show origin --json"))).json;
    expect(refs).toHaveLength(1);
  });

  test("needs names, and goes with no other way to push", async () => {
    const { a } = await twoProjects();
    for (const line of ["--delete", "origin --delete", "origin main --delete --check"]) {
      expect((await a.run("push", ...words(line))).status, line).toBe(2);
    }
  });
});

describe("push", () => {
  test("a tag by its name alone", async () => {
    const { a, b } = await twoProjects();
    await a.ok(...words("tag v1 main"));
    await a.ok(...words("tag v2 main"));
    expect((await a.ok(...words("push origin v1"))).stdout).toContain("pushed tags/v1 (new)");
    await b.ok("fetch");
    expect((await b.ok(...words("tag --json"))).json.tags).toMatchObject([{ name: "v1" }]);
  });

  test("from a store without the source does not say that the source is there", async () => {
    const { a, b } = await twoProjects();
    await a.ok(...words("remote add bare bare"));
    await a.ok(...words("push bare main --no-code"));
    await b.ok("remote", "add", "bare", path.join(a.root, "bare"));
    await b.ok(...words("pull bare main"));
    await b.ok(...words("remote add next next"));
    const first = await b.ok(...words("push next main --json"));
    expect(first.json.code).toEqual([]);
    const { refs } = (await b.ok(...words("remote show next --json"))).json;
    expect(refs).toMatchObject([{ name: "heads/main", code: false }]);
    expect((await b.ok(...words("push next main"))).stdout).toContain("next has everything");
  });

  test("a lease is what a fetch has seen, not what a push that was refused has met", async () => {
    const { a, b } = await twoProjects();
    await b.ok("fetch");
    await b.ok(...words("branch main origin/main@400 --param p=0.1"));
    await a.ok(...words("extend main --by 10"));
    await a.ok("push");
    expect((await b.run(...words("push origin main"))).status).toBe(1);
    expect((await b.run(...words("push origin main --force-with-lease"))).status).toBe(1);
    await b.ok("fetch");
    await b.ok(...words("push origin main --force-with-lease"));
  });

  test("with a branch where the remote comes names the right line", async () => {
    const { a } = await twoProjects();
    for (const verb of ["push", "fetch", "pull"]) {
      const { stderr } = await a.run(verb, "main");
      expect(stderr).toContain(`\`rewind ${verb} origin main\``);
    }
    expect((await a.run("push", "other")).stderr).toContain("remote add other URL");
  });

  test("sends what is new, and nothing twice; a fork moves little", async () => {
    const { a, url } = await twoProjects();
    const [main] = (await a.ok(...words("remote show origin --json"))).json.refs;
    const before = filesOf(url);
    expect((await a.ok("push")).stdout).toContain("origin has everything");
    expect(filesOf(url)).toEqual(before);
    await a.ok(...words("branch fix main@900 --param p=0.4"));
    const fork = await a.ok("push");
    expect(fork.stdout).toMatch(/pushed fix \(new\) to origin: 1 run, \d+ objects, [\d.]+ kB/);
    const refs = (await a.ok(...words("remote show origin --json"))).json.refs;
    const all = refs[0].bytes - main.bytes;
    expect(refs[0].name).toBe("heads/fix");
    expect(all).toBeLessThan(main.bytes / 2);
  });

  test("--dry-run says the same, and sends nothing", async () => {
    const { a, url } = await twoProjects();
    await a.ok(...words("branch fix main@900 --param p=0.4"));
    const before = filesOf(url);
    const dry = await a.ok("push", "--dry-run");
    expect(dry.stdout).toContain("would push fix (new) to origin");
    expect(filesOf(url)).toEqual(before);
    const planned = await pushed(a, "--dry-run");
    expect(await pushed(a)).toEqual(planned);
  });

  test("names what leaves the machine; --no-code leaves the source out", async () => {
    const { a, b } = await twoProjects(path.join(await temporaryFolder(), "bare"));
    await a.ok("config", "author", "Ada");
    await a.ok(...words("record crowd.ts --steps 100 --seed 8 -b other"));
    await a.ok("remote", "add", "lab", "lab");
    expect(await pushed(a, "lab", "other", "--no-code")).toMatchObject({
      ...{ runs: 1, code: [], authors: ["Ada"] },
    });
    expect((await a.ok(...words("remote show lab --json"))).json.refs).toMatchObject([
      { name: "heads/other", code: false },
    ]);
    await b.ok("remote", "add", "lab", path.join(a.root, "lab"));
    await b.ok("fetch", "lab");
    expect((await b.ok(...words("show lab/other"))).stdout).toContain("crowd");
    const { status, stderr } = await b.run(...words("get lab/other@50"));
    expect([status, stderr]).toEqual([expect.any(Number), expect.stringContaining("error: ")]);
    expect(status).not.toBe(0);
    // With the code later: the branch is the same, and its source follows.
    expect(await pushed(a, "lab", "other")).toMatchObject({ code: ["crowd.ts"] });
    await b.ok(..."fetch lab --full".split(" "));
    expect((await b.ok(...words("get lab/other@50"))).stdout).not.toBe("");
  });

  test("a run there that is not here is not lost", async () => {
    const { a, b } = await parted();
    await a.ok("push");
    const { status, stderr } = await b.run("push");
    expect(status).toBe(1);
    expect(stderr).toContain("main was not pushed: origin has a run there that is not here");
    expect(stderr).toContain("`rewind fetch origin` receives it");
    expect(await pushed(b)).toMatchObject({
      refs: [{ name: "heads/main", outcome: "refused", reason: "unknown" }],
    });
  });

  test("a run there that this one does not continue is not lost; a lease replaces it", async () => {
    const { a, b } = await parted();
    const first = await b.run("push");
    expect(first.status).toBe(1);
    expect(first.stderr).toContain("the run that origin has there would be lost");
    expect(first.stderr).toContain("`rewind push origin main --force-with-lease` replaces");
    // What the last fetch has seen is no longer there.
    await a.ok("push");
    const late = await b.run(...words("push origin main --force-with-lease"));
    expect([late.status, late.stderr]).toEqual([
      1,
      expect.stringContaining("main was not pushed: somebody has changed it on origin"),
    ]);
    await b.ok("fetch");
    await b.ok(...words("push origin main --force-with-lease"));
    const [there] = (await b.ok(...words("remote show origin --json"))).json.refs;
    expect(there.target).toBe((await b.ok(...words("show main --json"))).json.run);
    // Those who had the other one are told by their own push.
    expect((await a.run("push")).status).toBe(1);
  });

  test("--check sends nothing, and fails if a run is not there", async () => {
    const { a, url } = await twoProjects();
    expect((await a.ok("push", "--check")).stdout).toBe("origin has them all\n");
    await a.ok(...words("tag v1 main"));
    expect((await a.ok(...words("push --check --require v1 --require main@400"))).status).toBe(0);
    await a.ok(...words("extend main --by 10"));
    const before = filesOf(url);
    const { status, stdout } = await a.run(...words("push --check --require v1"));
    expect([status, stdout]).toEqual([1, "origin lacks main\n"]);
    expect(filesOf(url)).toEqual(before);
    await a.ok("push");
    // A longer run contains the shorter one.
    expect((await a.ok(...words("push --check --require v1"))).status).toBe(0);
    expect((await a.run(...words("push --require v1"))).status).toBe(2);
    expect((await a.run(...words("push origin main --all"))).status).toBe(2);
  });

  test("a push that sends what was left out before says so, and so does the fetch", async () => {
    const { a, b } = await twoProjects(path.join(await temporaryFolder(), "first"));
    const lab = path.join(await temporaryFolder(), "lab");
    for (const project of [a, b]) await project.ok("remote", "add", "lab", lab);
    await a.ok(...words("push lab --no-code"));
    await b.ok(...words("fetch lab"));
    const dry = (await a.ok(...words("push lab --dry-run"))).stdout;
    expect(dry).toMatch(/^would push main \(what it lacked\) to lab: .* code of crowd\.ts/);
    expect((await a.ok(...words("push lab --json"))).json.refs[0].outcome).toBe("completed");
    expect((await a.ok(...words("push lab"))).stdout).toBe("lab has everything\n");
    expect((await b.ok(...words("fetch lab"))).stdout).toMatch(
      /^fetched what was missing here: \d+ objects?, /,
    );
    expect((await b.ok(...words("fetch lab"))).stdout).toBe("nothing new from lab\n");
  });

  test("--thin leaves checkpoints out; a push without it sends them later", async () => {
    const { a, b } = await twoProjects(path.join(await temporaryFolder(), "first"));
    const lab = path.join(await temporaryFolder(), "lab");
    for (const project of [a, b]) await project.ok("remote", "add", "lab", lab);
    const thin = await pushed(a, "lab", "--thin");
    expect((await a.ok(...words("remote show lab"))).stdout).toContain("without checkpoints");
    expect((await a.ok(...words("push lab --thin"))).stdout).toContain("lab has everything");
    await b.ok(...words("fetch lab --full"));
    const state = (await a.ok(...words("get main@777"))).stdout;
    expect((await b.ok(...words("get lab/main@777"))).stdout).toBe(state);
    const full = await pushed(a, "lab");
    expect(full.bytes).toBeGreaterThan(5 * thin.bytes);
    expect((await a.ok(...words("remote show lab"))).stdout).not.toContain("without");
    expect((await b.ok(...words("fetch lab --full --json"))).json.bytes).toBeGreaterThan(
      thin.bytes,
    );
    expect((await b.ok(...words("hydrate lab/main"))).stdout).toContain("lacks no checkpoint");
    // A fork of a run that is there in full has its checkpoints there; its own stay here.
    await a.ok(...words("branch fix main@900 --param p=0.4"));
    await a.ok(...words("push lab fix --thin"));
    await b.ok(...words("fetch lab --full"));
    expect((await b.ok(...words("verify lab/fix --full"))).status).toBe(0);
  });

  test("an unknown remote, and an unknown branch", async () => {
    const { a } = await twoProjects();
    const { status, stderr } = await a.run("push", "lab");
    expect([status, stderr]).toEqual([
      1,
      "error: there is no remote lab\n" +
        "hint: there is origin; `rewind remote add lab URL` adds another\n",
    ]);
    expect((await a.run(...words("push origin nothing"))).status).toBe(1);
  });
});

describe("push to Git", () => {
  test("leaves the user's Git as it was, whatever their hooks and refspecs are", async () => {
    const { bare, project } = await gitProjects();
    const hooks = path.join(project.root, ".git/hooks");
    mkdirSync(hooks, { recursive: true });
    for (const hook of ["pre-push", "reference-transaction", "pre-auto-gc"]) {
      writeFileSync(path.join(hooks, hook), "#!/bin/sh\nexit 1\n");
      chmodSync(path.join(hooks, hook), 0o755);
    }
    git(project.root, "config", "core.hooksPath", hooks);
    git(project.root, "config", "remote.origin.fetch", "+refs/*:refs/*");
    git(project.root, "config", "remote.origin.push", "refs/heads/*:refs/heads/*");
    git(project.root, "config", "push.followTags", "true");
    const before = gitView(project.root);
    const branches = git(bare, "for-each-ref", "refs/heads", "refs/tags");
    const { stdout } = await project.ok("push");
    expect(stdout).toMatch(
      /pushed main \(new\) to origin: 1 run, \d+ objects, .*, code of crowd.ts/,
    );
    await project.ok("fetch");
    await project.ok(...words("branch fix main@900 --param p=0.4"));
    await project.ok("push");
    expect(gitView(project.root)).toBe(before);
    expect(git(bare, "for-each-ref", "refs/heads", "refs/tags")).toBe(branches);
    expect(git(bare, "for-each-ref", "--format=%(refname)", "refs/rewind")).toBe(
      "refs/rewind/heads/fix\nrefs/rewind/heads/main\n",
    );
  });

  test("a global hooks path does not matter either", async () => {
    const { project } = await gitProjects();
    const home = await temporaryFolder();
    writeFileSync(path.join(home, "pre-push"), "#!/bin/sh\nexit 1\n");
    chmodSync(path.join(home, "pre-push"), 0o755);
    writeFileSync(path.join(home, "config"), `[core]\n\thooksPath = ${home}\n`);
    const before = process.env.GIT_CONFIG_GLOBAL;
    process.env.GIT_CONFIG_GLOBAL = path.join(home, "config");
    try {
      await project.ok("push");
    } finally {
      if (before === undefined) delete process.env.GIT_CONFIG_GLOBAL;
      else process.env.GIT_CONFIG_GLOBAL = before;
    }
  });

  test("a plain clone and a plain fetch take nothing of ours", async () => {
    const { bare, project } = await gitProjects();
    const root = await temporaryFolder();
    git(root, "clone", "--quiet", bare, "before");
    await project.ok("push");
    git(root, "clone", "--quiet", `file://${bare}`, "after");
    git(path.join(root, "before"), "fetch", "--quiet");
    for (const name of ["before", "after"]) {
      const refs = git(path.join(root, name), "for-each-ref", "--format=%(refname)");
      expect(refs).not.toContain("rewind");
      const count = git(path.join(root, name), "count-objects", "-v");
      const own = git(project.root, "rev-list", "--objects", "--all").trim().split("\n").length;
      const [, loose = "0"] = /^count: (\d+)/m.exec(count) ?? [];
      const [, packed = "0"] = /^in-pack: (\d+)/m.exec(count) ?? [];
      expect(Number(loose) + Number(packed)).toBe(own);
    }
  });

  test("what the server says when it declines is printed, and nothing is lost", async () => {
    const { bare, project } = await gitProjects();
    const hook = path.join(bare, "hooks/update");
    mkdirSync(path.dirname(hook), { recursive: true });
    writeFileSync(
      hook,
      '#!/bin/sh\ncase "$1" in */fix) echo "no fixes on Fridays" >&2; exit 1;; esac\n',
    );
    chmodSync(hook, 0o755);
    await project.ok(...words("branch fix main@900 --param p=0.4"));
    const { status, stdout, stderr } = await project.run("push");
    expect(status).toBe(1);
    expect(stdout).toContain("pushed main (new) to origin");
    expect(stderr).toContain("fix was not pushed: origin does not take it");
    expect(stderr).toContain("no fixes on Fridays");
  });

  test("after somebody's push --mirror has removed the runs, fetch says how to push them again", async () => {
    const { bare, project } = await gitProjects();
    await project.ok("push");
    await project.ok("fetch");
    const root = await temporaryFolder();
    git(root, "clone", "--quiet", "--mirror", bare, "mirror");
    for (const ref of git(
      path.join(root, "mirror"),
      "for-each-ref",
      "--format=%(refname)",
      "refs/rewind",
    ).split("\n")) {
      if (ref !== "") git(path.join(root, "mirror"), "update-ref", "-d", ref);
    }
    git(path.join(root, "mirror"), "push", "--quiet", "--mirror", bare);
    expect(git(bare, "for-each-ref", "refs/rewind")).toBe("");
    const state = (await project.ok(...words("get origin/main@700"))).stdout;
    const { stdout, stderr } = await project.ok("fetch");
    expect(stdout).toContain("nothing new from origin");
    expect(stderr).toContain("origin no longer has origin/main; what it named stays here");
    expect((await project.ok(...words("get origin/main@700"))).stdout).toBe(state);
    expect((await project.ok("push")).stdout).toContain("pushed main (new) to origin");
  });

  test("--ref-prefix puts runs among the branches of a host that takes nothing else", async () => {
    const { bare, project } = await gitProjects();
    const url = `git+file://${bare}`;
    for (const prefix of [
      "refs/heads/",
      "heads/rewind/",
      "refs/heads/rewind",
      "refs/heads/../x/",
    ]) {
      const { status, stderr } = await project.run(
        "remote",
        "add",
        "host",
        url,
        "--ref-prefix",
        prefix,
      );
      expect([status, stderr]).toEqual([2, expect.stringContaining("expected a folder of refs")]);
    }
    const folder = await project.run(
      ...words("remote add host ../runs --ref-prefix refs/heads/r/"),
    );
    expect([folder.status, folder.stderr]).toEqual([1, expect.stringContaining("Git repository")]);
    const { stderr } = await project.ok(
      ...words(`remote add host ${url} --ref-prefix refs/heads/rewind/`),
    );
    expect(stderr).toContain("runs are branches there, below refs/heads/rewind/");
    await project.ok("push", "host");
    expect(git(bare, "for-each-ref", "--format=%(refname)")).toBe(
      "refs/heads/main\nrefs/heads/rewind/heads/main\n",
    );
    expect((await project.ok(...words("fetch host"))).stdout).toBe("nothing new from host\n");
    expect((await project.ok(...words("show host/main"))).stdout).toContain("1,000");
  });

  test("the password in Git's URL is in no output and in no file", async () => {
    const { project } = await gitProjects();
    git(project.root, "remote", "set-url", "origin", "http://me:hunter2pass@127.0.0.1:9/x.git");
    const outputs: string[] = [];
    for (const line of ["push", "fetch", "pull origin main", "remote", "remote show origin"]) {
      for (const more of [[], ["--json"]]) {
        const { stdout, stderr } = await project.run(...words(line), ...more);
        outputs.push(stdout, stderr);
      }
    }
    expect(outputs.join("")).toContain("127.0.0.1");
    expect(outputs.join("")).not.toContain("hunter2");
    const store = path.join(project.root, ".rewind");
    for (const file of filesOf(store)) {
      expect(readFileSync(path.join(store, file), "latin1"), file).not.toContain("hunter2");
    }
  });
});
