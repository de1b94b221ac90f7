import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { READING, Stores, WRITING } from "./commands.ts";
import { complaintAbout } from "./complaints.ts";
import { HOSTILE_CLONES } from "./hostile-clones.ts";
import { Lab } from "./lab.ts";
import { SEED, sample } from "./seeds.ts";
import { digest } from "./view.ts";

const lab = new Lab();
const stores = new Stores(lab);

let runs = 0;

afterAll(() => {
  console.log(`${HOSTILE_CLONES.length} clones, ${runs} commands`);
  lab.close();
});

const MOST_MEMORY_KB = 500_000;
/** Five seconds on a quiet machine. */
const LONGEST_MS = 20_000;

const LINES = [
  ...READING,
  ...WRITING.filter(({ store, ctrlC }) => store === "walk" && ctrlC === undefined).map(
    ({ line }) => line,
  ),
  "doctor",
  "trust main",
];

describe.skipIf(process.platform === "win32")("a clone of a stranger's", () => {
  test.each(HOSTILE_CLONES.map((clone) => [clone.name, clone] as const))(
    "%s",
    async (name, clone) => {
      const project = await stores.copy("walk");
      const outside = lab.fresh("outside");
      mkdirSync(outside);
      writeFileSync(path.join(outside, "target"), "untouched\n");
      clone.make(project, outside);
      const before = digest(outside);
      // Of another user, who has not recorded what is in it.
      const stranger = {
        ...lab.env,
        HOME: lab.fresh("home"),
        XDG_CONFIG_HOME: lab.fresh("config"),
      };
      const own = lab.server(stranger);
      try {
        for (const line of sample(LINES, 12)) {
          const ended = await own.run(project, line.split(" "), LONGEST_MS);
          runs++;
          const complaint = complaintAbout(ended);
          const memory = ended.memoryKb > MOST_MEMORY_KB ? `${ended.memoryKb} kB` : undefined;
          const at = [SEED, name, line];
          expect([...at, complaint ?? memory]).toEqual([...at, undefined]);
          expect([...at, digest(outside)]).toEqual([...at, before]);
          for (const canary of [project, path.dirname(project)]) {
            expect(existsSync(path.join(canary, "CANARY"))).toBe(false);
          }
        }
      } finally {
        own.close();
      }
    },
  );
});
