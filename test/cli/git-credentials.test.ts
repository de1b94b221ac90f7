import { expect, test } from "vitest";
import { openStore } from "../../src/node/store/store-folder.ts";
import { git, gitProjects } from "../support/shared-projects.ts";
import { storeTools } from "../support/store-tools.ts";

test("a run notes the remote's host and path; no object holds its user or password", async () => {
  const { project } = await gitProjects();
  const { root } = project;
  git(root, "remote", "set-url", "origin", "https://somebody:hunter2@lab.org:8443/team/model.git");
  await project.ok("record", "crowd.ts", "--steps", "100", "--seed", "8", "-b", "noted");
  const commit = git(root, "rev-parse", "HEAD").trim();
  const { json } = await project.ok("show", "noted", "--json");
  expect(json.meta.git).toEqual({ commit, dirty: false, remote: "lab.org/team/model" });
  expect((await project.ok("show", "noted")).stdout).toContain(
    `\ngit      ${commit.slice(0, 12)} of lab.org/team/model\n`,
  );
  const { objects } = await openStore(root, storeTools(), () => "");
  const ids = await objects.withPrefix("", 10_000);
  expect(ids.length).toBeGreaterThan(10);
  const bodies = await Promise.all(ids.map(async (id) => (await objects.get(id))?.body));
  const texts = bodies.map((body) => Buffer.from(body as Uint8Array).toString("latin1"));
  // The search finds what is there.
  expect(texts.filter((text) => text.includes("lab.org"))).toHaveLength(1);
  for (const secret of ["hunter2", "somebody:", "8443"]) {
    expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  }
});
