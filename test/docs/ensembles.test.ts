import { testPage } from "./run-page.ts";

testPage("docs/ensembles.md", {});
