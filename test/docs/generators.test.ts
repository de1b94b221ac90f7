import { testPage } from "./run-page.ts";

testPage("docs/generators.md", {});
