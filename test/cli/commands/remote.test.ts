import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { copyOf, emptyProject, temporaryFolder } from "../../support/run-cli.ts";
import { s3Server } from "../../support/s3-server.ts";
import { crowdProject, gitProjects, twoProjects, words } from "../../support/shared-projects.ts";

describe("remote", () => {
  test("adds, lists, shows and removes", async () => {
    const project = await crowdProject();
    expect((await project.ok("remote")).stdout).toBe(
      "no remotes: `rewind remote add NAME URL` adds one\n",
    );
    const url = path.join(await temporaryFolder(), "shared");
    expect((await project.ok("remote", "add", "lab", url)).stdout).toContain(
      "added the remote lab",
    );
    expect((await project.ok("remote", "show", "lab")).stdout).toBe("lab has no runs\n");
    await project.ok("push", "lab");
    expect((await project.ok(...words("remote --json"))).json).toEqual({
      remotes: [{ name: "lab", url, git: false }],
    });
    const { json } = await project.ok(...words("remote show lab --json"));
    expect(json.refs).toMatchObject([{ name: "heads/main", steps: 1000, code: true }]);
    expect((await project.ok("remote", "show", "lab")).stdout).toMatch(
      /^main +[0-9a-f]{12} +1,000 steps +\d+ objects, .* kB\n$/,
    );
    await project.ok("remote", "remove", "lab");
    expect((await project.ok(...words("remote --json"))).json.remotes).toEqual([]);
    expect((await project.run(...words("get lab/main@3"))).status).not.toBe(0);
    expect((await project.run("push", "lab")).stderr).toContain("error: there is no remote lab");
  });

  test("a name is used once, and a URL with a password is refused", async () => {
    const project = await emptyProject();
    await project.ok(...words("remote add lab here"));
    expect((await project.run(...words("remote add lab there"))).stderr).toContain("already");
    for (const url of ["https://me:secret@host/x", "git+https://me:secret@host/x"]) {
      const { status, stdout, stderr } = await project.run("remote", "add", "web", url, "--json");
      expect(status).toBe(1);
      expect(stdout + stderr).toContain("without a password or a token");
      expect(stdout + stderr).not.toContain("secret");
    }
    expect((await project.run(...words("remote add x gopher://host/"))).stderr).toContain(
      "`rewind help remotes` lists what a URL can be",
    );
  });

  test("a Git remote is used without being added, unless the store has one of its name", async () => {
    const { bare, project } = await gitProjects();
    expect((await project.ok(...words("remote --json"))).json.remotes).toEqual([
      { name: "origin", url: bare, git: true },
    ]);
    expect((await project.ok("remote")).stdout).toContain("(Git's)");
    await project.ok(...words("remote add origin elsewhere"));
    expect((await project.ok(...words("remote --json"))).json.remotes).toEqual([
      { name: "origin", url: "elsewhere", git: false },
    ]);
  });

  test("a copy of a store by somebody else has no remote of its ancestor", async () => {
    const { a, b, url } = await twoProjects();
    await b.ok("fetch");
    const copy = await copyOf(a);
    // The same user on the same machine: the remote is theirs.
    expect((await copy.ok(...words("remote --json"))).json.remotes).toMatchObject([{ url }]);
    const file = path.join(a.root, ".rewind/local/remotes/origin.json");
    await a.write(".rewind/local/remotes/origin.json", `0${readFileSync(file, "utf8").slice(1)}`);
    await a.write(
      ".rewind/local/remotes/theirs.json",
      `00 ${JSON.stringify({ url: "/", refs: [], here: [], probed: true })}\n`,
    );
    expect((await a.ok(...words("remote --json"))).json.remotes).not.toContainEqual(
      expect.objectContaining({ name: "theirs" }),
    );
  });

  test("a bucket whose server ignores preconditions is refused, unless there is one writer", async () => {
    const server = await s3Server({ preconditions: false });
    const before = { ...process.env };
    Object.assign(process.env, {
      ...{ AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "testsecret" },
      ...{ AWS_ENDPOINT_URL: server.endpoint, AWS_REGION: "us-east-1" },
    });
    try {
      const project = await crowdProject();
      const add = words("remote add lab s3://bucket/runs");
      const refused = await project.run(...add);
      expect([refused.status, refused.stderr]).toEqual([
        1,
        expect.stringContaining("the server lets two writers create one file"),
      ]);
      expect([...server.objects.keys()]).toEqual([]);
      expect((await project.ok(...words("remote --json"))).json.remotes).toEqual([]);
      await project.ok(...add, "--single-writer");
      expect((await project.ok("push", "lab")).stdout).toContain("pushed main (new) to lab");
      // Who clones has not said that they are the only writer: their first push probes.
      const folder = await temporaryFolder();
      const clone = path.join(folder, "model");
      await project.ok("clone", "s3://bucket/runs", clone);
      const pushed = await project.run("-C", clone, "push");
      expect(pushed.stderr).toContain("the server lets two writers create one file");
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      await server.close();
    }
  });

  test("rm removes, as remove does", async () => {
    const project = await emptyProject();
    await project.ok("remote", "add", "lab", await temporaryFolder());
    expect((await project.ok(...words("remote rm lab --json"))).json).toEqual({ name: "lab" });
    expect((await project.ok(...words("remote --json"))).json.remotes).toEqual([]);
  });

  test("wrong words", async () => {
    const project = await emptyProject();
    for (const [line, says] of [
      ["remote add", "rewind remote add NAME"],
      ["remote add lab", "expected a URL"],
      ["remote show a b", "expected one name"],
      ["remote remove a b", "expected one name"],
      ["remote show lab --single-writer", "expected add with --single-writer"],
    ] as const) {
      const { status, stderr } = await project.run(...words(line));
      expect([status, stderr]).toEqual([2, expect.stringContaining(says)]);
    }
    expect((await project.run("remote", "add", "../x", "../y")).stderr).toContain(
      "expected the name of a remote",
    );
  });
});
