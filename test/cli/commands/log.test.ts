import { describe, expect, test } from "vitest";
import { emptyProject, type Project, walkProject } from "../../support/run-cli.ts";
import { twoProjects } from "../../support/shared-projects.ts";

const words = (line: string): string[] => line.split(" ");

/** The output, with ids as `#` and times as `~`. */
async function printed(project: Project, line: string): Promise<string> {
  const { stdout } = await project.ok(...words(line));
  return stdout.replace(/\b[0-9a-f]{12}\b/g, "#").replace(/\d{4}-\d\d-\d\dT\S+Z/g, "~");
}

/** The walk with 30 branches: forks of it, forks of these, and one that was reset and extended. */
async function manyBranches(): Promise<Project> {
  const project = await walkProject();
  for (let n = 1; n <= 18; n++)
    await project.ok(...words(`branch wide/${n} main@${n * 10} --steps ${n * 10 + 5}`));
  for (let n = 1; n <= 10; n++)
    await project.ok(...words(`branch deep/${n} ${n === 1 ? "main" : `deep/${n - 1}`}@${n + 800}`));
  await project.ok(...words("branch side deep/5@900 --param p=0.7"));
  await project.ok(...words("reset main@500"));
  await project.ok(...words("extend main --by 1_000"));
  return project;
}

describe("log", () => {
  test("a run, its origins, and the changes", async () => {
    const project = await walkProject();
    const message = "up\nand \u001b[31mup";
    await project.ok(...words("branch a main@500 --param p=0.6 --message"), message);
    await project.ok(...words("branch b a@700 --seed 5"));
    await project.ok(...words("branch c b"));
    // Terminal controls are shown, not obeyed.
    expect(await printed(project, "log c")).toBe(
      [
        "# (c)  1,000 steps\n  forked from b@1_000\n  recorded ~",
        "# (b)  1,000 steps\n  forked from a@700\n  another seed\n  recorded ~",
        "# (a)  1,000 steps\n  forked from main@500\n  params p 0.5 → 0.6\n  recorded ~\n  up and \\u001b[31mup",
        '# (main)  1,000 steps\n  params {"p":0.5}\n  recorded ~\n  a walk\n',
      ].join("\n\n"),
    );
  });

  test("whether the state was changed, as far as stored objects show", async () => {
    const project = await walkProject();
    const changed = async (fork: string): Promise<boolean> => {
      await project.ok(...words(`branch ${fork}`));
      const [name = ""] = fork.split(" ");
      const { stdout } = await project.ok(...words(`log ${name} -n 1`));
      expect(stdout.match(/state/g)?.length ?? 0).toBeLessThan(2);
      return stdout.includes("\n  state changed\n");
    };
    // On the grid, at the end, at the start and inside a block.
    expect(await changed("a main@320 --set state=9 --param p=0.6")).toBe(true);
    expect(await changed("b main@320 --param p=0.6")).toBe(false);
    expect(await changed("c main --steps 1_100 --set state=9 --seed 3")).toBe(true);
    expect(await changed("d main --steps 1_100 --seed 3")).toBe(false);
    expect(await changed("e main@0 --set state=9 --param p=0.6")).toBe(true);
    expect(await changed("f main@0 --param p=0.6")).toBe(false);
    expect(await changed("g main@500 --set state=9")).toBe(true);
    expect(await changed("h main@500 --param p=0.6")).toBe(false);
    // A change at its origin's start is not its own.
    expect(await changed("i g@500 --seed 3")).toBe(false);
    expect(await changed("j g@500")).toBe(false);
    await project.ok(...words("extend g --by 10"));
    expect((await project.ok(...words("log g -n 1"))).stdout).not.toContain("state");
  });

  test("how each run was made, even if its origin no longer has a name", async () => {
    const project = await walkProject();
    await project.ok(...words("extend main --by 500"));
    await project.ok(...words("reset main@900"));
    await project.ok(...words("extend main --by 50"));
    const lines = (await printed(project, "log")).match(/^#.*\n.*$/gm);
    expect(lines).toEqual([
      "# (main)  950 steps\n  extends main@900",
      "#  900 steps\n  reset from archive/main/1@900",
      "# (archive/main/1)  1,500 steps\n  extends archive/main/1@1_000",
      '#  1,000 steps\n  params {"p":0.5}',
    ]);
  });

  test("a run whose name is gone is named after a run that continues it unchanged", async () => {
    const project = await walkProject();
    await project.ok(...words("branch on main --steps 1_100"));
    await project.ok(...words("branch off main --steps 1_100 --set state=5"));
    await project.ok(...words("checkout off"));
    await project.ok(...words("branch -d main"));
    expect(await printed(project, "log off")).toContain("\n  forked from on@1_000\n");
    await project.ok(...words("branch -d on"));
    expect(await printed(project, "log off")).toContain("\n  forked from #@1_000\n");
  });

  test("A..B, where neither side may be a step", async () => {
    const project = await walkProject();
    await project.ok(...words("branch a main@500"));
    await project.ok(...words("branch b a@600"));
    const names = async (range: string): Promise<string[]> =>
      (await project.ok("log", range, "--json")).json.runs.flatMap(
        ({ branches }: { branches: string[] }) => branches,
      );
    expect(await names("main..b")).toEqual(["b", "a"]);
    expect(await names("..b")).toEqual(["b", "a"]);
    expect(await names("b..main")).toEqual([]);
    expect((await project.ok("log", "b..main")).stdout).toBe("no runs\n");
    const { status, stderr } = await project.run("log", "main@5..b");
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining("expected a range of runs such as main..fix, got a step of one"),
    ]);
    expect((await project.run(...words("log main --all"))).status).toBe(2);
  });

  test("--json has the documented keys", async () => {
    const project = await walkProject();
    await project.ok(...words("branch a main@500 --param p=NaN"));
    const { runs } = (await project.ok("log", "a", "--json")).json;
    expect(Object.keys(runs[0])).toEqual(
      words("run branches steps goal recording parents from message params time"),
    );
    expect(runs).toMatchObject([
      {
        branches: ["a"],
        steps: 1000,
        parents: [{ step: 500 }],
        message: null,
        params: { p: { $number: "NaN" } },
      },
      { branches: ["main"], parents: [], message: "a walk", params: { p: 0.5 } },
    ]);
    expect(runs[0].parents[0].run).toBe(runs[1].run);
    expect((await project.ok(...words("log a --graph --json"))).json.runs).toEqual(runs);
  });

  test("--all, and -n, which gives the number of the others", async () => {
    const project = await walkProject();
    await project.ok(...words("branch a main@500"));
    await project.ok(...words("record walk.ts --steps 10 -b other"));
    const { json } = await project.ok(...words("log --all --json"));
    expect(json.runs).toHaveLength(3);
    for (const graph of ["", " --graph"]) {
      const two = await project.ok(...words(`log --all -n 2 --json${graph}`));
      expect(two.json.runs).toEqual(json.runs.slice(0, 2));
      const { stdout } = await project.ok(...words(`log --all -n 2${graph}`));
      expect(stdout).toMatch(/\n… and 1 earlier run\n$/);
    }
    expect((await project.ok(...words("log --all -n 3"))).stdout).not.toContain("…");
    for (const graph of ["", " --graph"]) {
      const none = await project.ok(...words(`log --all -n 0${graph}`));
      expect(none.stdout).toBe("… and 3 earlier runs\n");
    }
  });

  test("before anything is recorded", async () => {
    const project = await emptyProject("walk.ts");
    const { status, stderr } = await project.run("log");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: HEAD names the branch main, which has no run yet\nhint: nothing is recorded yet/,
    );
    expect((await project.ok("log", "--all")).stdout).toBe("no runs yet\n");
    expect((await project.ok("log", "--all", "--graph")).stdout).toBe("no runs yet\n");
    expect((await project.ok("log", "--all", "--json")).json).toEqual({ runs: [] });
    expect((await project.run("log", "-n", "-1")).status).toBe(2);
  });
});

describe("log --graph", () => {
  test("30 branches", async () => {
    expect(`\n${await printed(await manyBranches(), "log --all --graph")}`).toMatchInlineSnapshot(`
      "
      ●    #  side            1,000  from deep/5@900
      │ ●  #  deep/10         1,000  from deep/9@810
      │ ●  #  deep/9          1,000  from deep/8@809
      │ ●  #  deep/8          1,000  from deep/7@808
      │ ●  #  deep/7          1,000  from deep/6@807
      ├─●  #  deep/6          1,000  from deep/5@806
      ●    #  deep/5          1,000  from deep/4@805
      ●    #  deep/4          1,000  from deep/3@804
      ●    #  deep/3          1,000  from deep/2@803
      ●    #  deep/2          1,000  from deep/1@802
      ●    #  deep/1          1,000  from archive/main/1@801
      │ ●  #  main            1,500  extends main@500
      ├─●  #                    500  reset from archive/main/1@500
      ├─●  #  wide/18           185  from archive/main/1@180
      ├─●  #  wide/17           175  from archive/main/1@170
      ├─●  #  wide/16           165  from archive/main/1@160
      ├─●  #  wide/15           155  from archive/main/1@150
      ├─●  #  wide/14           145  from archive/main/1@140
      ├─●  #  wide/13           135  from archive/main/1@130
      ├─●  #  wide/12           125  from archive/main/1@120
      ├─●  #  wide/11           115  from archive/main/1@110
      ├─●  #  wide/10           105  from archive/main/1@100
      ├─●  #  wide/9             95  from archive/main/1@90
      ├─●  #  wide/8             85  from archive/main/1@80
      ├─●  #  wide/7             75  from archive/main/1@70
      ├─●  #  wide/6             65  from archive/main/1@60
      ├─●  #  wide/5             55  from archive/main/1@50
      ├─●  #  wide/4             45  from archive/main/1@40
      ├─●  #  wide/3             35  from archive/main/1@30
      ├─●  #  wide/2             25  from archive/main/1@20
      ├─●  #  wide/1             15  from archive/main/1@10
      ○    #  archive/main/1  1,000                                 a walk
      "
    `);
  });

  test("each lane has a colour on a terminal, unless NO_COLOR is set", async () => {
    const project = await walkProject();
    await project.ok(...words("branch a main@500"));
    await project.ok(...words("branch b main@600"));
    const argv = words("log --all --graph --no-pager");
    const { stdout } = await project.runWith({ isTTY: true }, ...argv);
    const [red, green] = ["\u001b[31m", "\u001b[32m"];
    expect(stdout).toContain(`${red}├\u001b[39m${green}─\u001b[39m${green}●\u001b[39m`);
    const plain = await project.runWith({ isTTY: true, env: { NO_COLOR: "1" } }, ...argv);
    expect(plain.stdout).toBe((await project.ok(...argv)).stdout);
    expect(plain.stdout).not.toContain("\u001b");
  });
});

describe("log --remote", () => {
  test("lists the runs of a remote, and receives none", async () => {
    const { a, b } = await twoProjects();
    await a.ok(...words("branch fix main@900 --param p=0.4"), "--message", "a calmer crowd");
    await a.ok(...words("tag v1 main"));
    await a.ok(...words("push --tags"));
    const { stdout } = await b.ok("log", "--remote");
    expect(stdout.replace(/[0-9a-f]{12}/g, "<id>").replace(/recorded .*/g, "recorded")).toBe(
      [
        "<id> (fix)  1,000 steps",
        "  from main@900",
        "  recorded",
        "  a calmer crowd",
        "  not here yet",
        "",
        "<id> (main, v1)  1,000 steps",
        "  recorded",
        "  not here yet",
        "",
      ].join("\n"),
    );
    expect((await b.ok(...words("branch --json"))).json.branches).toEqual([]);
    await b.ok("fetch");
    const { runs } = (await b.ok(...words("log --remote origin -n 1 --json"))).json;
    expect(runs).toMatchObject([{ branches: ["fix"], here: true, message: "a calmer crowd" }]);
    expect((await b.run(...words("log --remote --all"))).status).toBe(2);
    expect((await b.run(...words("log --remote nowhere"))).stderr).toContain("no remote nowhere");
  });
});
