import { expect } from "vitest";
import { testPage } from "./run-page.ts";

testPage("docs/existing-simulations.md", {
  prepare: (place) => expect(place.shell("rewind init").status).toBe(0),
});
