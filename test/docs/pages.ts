import { readFileSync } from "node:fs";

/** The pages for users, in the order in which they read best. */
export const PAGES = [
  "README.md",
  "docs/commands.md",
  "docs/library.md",
  "docs/generators.md",
  "docs/plans.md",
  "docs/plots.md",
  "docs/how-it-works.md",
  "docs/comparison.md",
  "docs/cookbook.md",
  "docs/existing-simulations.md",
  "docs/sharing.md",
  "docs/tables.md",
  "docs/ensembles.md",
] as const;

/** The pages about the project itself. */
export const PROJECT_PAGES = [
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "src/store/FORMAT.md",
  "fixtures/simulations/README.md",
] as const;

export type PageName = (typeof PAGES)[number] | (typeof PROJECT_PAGES)[number];

/** Where a page is. */
export function pageUrl(name: PageName): URL {
  return new URL(`../../${name}`, import.meta.url);
}

/** The text of a page. */
export function readPage(name: PageName): string {
  return readFileSync(pageUrl(name), "utf8");
}
