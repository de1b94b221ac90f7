import { describe, expect, test } from "vitest";
import { walkProject } from "../../support/run-cli.ts";

describe("cat-file", () => {
  test("prints every object of a run, by its id or a revision", async () => {
    const project = await walkProject();
    const { json } = await project.ok("cat-file", "main", "--json");
    expect(json).toMatchObject({ kind: "run", content: { steps: 1000 } });
    const [segment] = json.content.segments;
    for (const kind of ["program", "seeds"]) {
      const object = (await project.ok("cat-file", segment[kind].slice(0, 12), "--json")).json;
      expect(object).toMatchObject({ id: segment[kind], kind });
    }
    const { content } = (await project.ok("cat-file", segment.program, "--json")).json;
    const source = await project.ok("cat-file", content.source);
    expect(source.stdout).toMatch(/^chunk [0-9a-f]{64}, [\d,]+ bytes\n/);
    const raw = await project.ok("cat-file", content.source, "--raw");
    expect(raw.stdout).toContain("random-walk");
  });

  test.each(["zzzz", "0000000000", "abc", "", "main@"])(
    "%j: says so, and not that the store is damaged",
    async (id) => {
      const project = await walkProject();
      const { status, stderr } = await project.run("cat-file", id);
      expect([1, 2]).toContain(status);
      expect(stderr).toMatch(/^error: .*\nhint: .*\n$/);
    },
  );
});
