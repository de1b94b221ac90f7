import { readFileSync } from "node:fs";
import { testPage } from "./run-page.ts";

const SHOCK = readFileSync(new URL("../../fixtures/simulations/shock.ts", import.meta.url), "utf8");

testPage("docs/sharing.md", { prepare: (place) => place.write("shock.ts", SHOCK) });
