import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { PART_NAMES, partNames, regenerated } from "./generated.ts";
import { PAGES, PROJECT_PAGES, pageUrl, readPage } from "./pages.ts";

// `npm run docs` runs this file with --update, which writes the pages.
describe("the parts of the pages that are written from the code", () => {
  test.each([...PAGES, ...PROJECT_PAGES])("%s is fresh", async (name) => {
    const file = fileURLToPath(pageUrl(name));
    await expect(await regenerated(readPage(name))).toMatchFileSnapshot(file);
  });

  test("each is on a page", () => {
    const used = PAGES.flatMap((name) => partNames(readPage(name)));
    expect([...new Set(used)].sort()).toEqual([...PART_NAMES].sort());
  });

  test("a stale part would be seen", async () => {
    const stale = "<!-- generated: ranges -->\n\nold\n\n<!-- end of generated -->";
    expect(await regenerated(stale)).not.toBe(stale);
    await expect(regenerated(stale.replace("ranges", "nothing"))).rejects.toThrow("nothing writes");
  });
});
