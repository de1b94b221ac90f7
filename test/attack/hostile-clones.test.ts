import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { READING, Stores, WRITING } from "./commands.ts";
import { complaintAboutCost } from "./complaints.ts";
import { HOSTILE_CLONES } from "./hostile-clones.ts";
import { SPRUNG } from "./hostile-objects.ts";
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

const LINES = [
  ...READING,
  ...WRITING.filter(({ store, ctrlC }) => store === "walk" && ctrlC === undefined).map(
    ({ line }) => line,
  ),
  "doctor",
  "trust main",
];

/** The store, and the file for `save`: rewind may write nothing else in a project. */
const WRITTEN = /^\.rewind(\/|$)|^out\.replay$/;

/** rewind's own folders in a user's home, and the folders above them, which it makes. */
const OF_REWIND = /^\.(config|cache)\/(rewind(\/|$)|$)/;

/** A different user than the one who recorded the clone; their files must stay untouched. */
function stranger(): { readonly home: string; readonly env: Record<string, string> } {
  const home = lab.fresh("home");
  mkdirSync(path.join(home, ".config/git"), { recursive: true });
  mkdirSync(path.join(home, "tmp"));
  for (const file of [".bashrc", ".gitconfig", ".config/git/config", ".npmrc"]) {
    writeFileSync(path.join(home, file), "");
  }
  const env = { ...lab.env, HOME: home, TMPDIR: path.join(home, "tmp") };
  // With the system's variables, and settings in the usual place.
  return { home, env: { ...env, XDG_CONFIG_HOME: path.join(home, ".config") } };
}

describe.skipIf(process.platform === "win32")("a clone of a stranger's", () => {
  test.each(HOSTILE_CLONES.map((clone) => [clone.name, clone] as const))(
    "%s",
    async (name, clone) => {
      const project = await stores.copy("walk");
      const [outside, marker] = [lab.fresh("outside"), lab.fresh("marker")];
      mkdirSync(outside);
      writeFileSync(path.join(outside, "target"), "untouched\n");
      await clone.make(project, outside, marker);
      const { home, env } = stranger();
      const places = () => ({
        outside: digest(outside),
        project: digest(project, WRITTEN),
        home: digest(home, OF_REWIND),
        beside: readdirSync(lab.folder),
        ran: existsSync(marker),
      });
      const before = places();
      const own = lab.server(env);
      try {
        for (const line of [...sample(LINES, 12), ...(clone.lines ?? [])]) {
          const ended = await own.run(project, line.split(" "));
          runs++;
          const at = [SEED, name, line];
          expect([...at, complaintAboutCost(ended)]).toEqual([...at, undefined]);
          expect([...at, places()]).toEqual([...at, before]);
          expect([...at, ended.stdout + ended.stderr]).not.toEqual([
            ...at,
            expect.stringContaining(SPRUNG),
          ]);
        }
      } finally {
        own.close();
      }
      if (clone.springs === undefined) return;
      // The trap works: running into it on purpose leaves what is looked for above.
      try {
        const more = { OUTSIDE: outside, MARKER: marker, GIT_CONFIG_SYSTEM: "/dev/null" };
        const options = { cwd: project, env: { ...env, ...more }, stdio: "ignore" } as const;
        execFileSync("sh", ["-c", clone.springs], options);
      } catch {
        // Whether the command succeeds does not matter.
      }
      expect([name, existsSync(marker)]).toEqual([name, true]);
    },
  );
});
