import { testPage } from "./run-page.ts";

testPage("docs/outputs.md", {});
