import { testPage } from "./run-page.ts";

testPage("docs/plots.md", {
  notRun: { "npm install @resvg/resvg-js": "installs packages" },
});
