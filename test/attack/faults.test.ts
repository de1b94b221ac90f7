import { afterAll, describe, expect, test } from "vitest";
import { READING, Stores, WRITING } from "./commands.ts";
import { complaintAboutError } from "./complaints.ts";
import { Lab } from "./lab.ts";
import { SEED, sample, upTo } from "./seeds.ts";
import { apartIn, digest, type View, viewOf } from "./view.ts";

const CODES = ["EIO", "ENOSPC", "EDQUOT", "EACCES", "EROFS", "EMFILE"] as const;

const lab = new Lab();
const stores = new Stores(lab);
const server = lab.server();
let faults = 0;

afterAll(() => {
  console.log(`${faults} faults`);
  lab.close();
});

/** What a failure says about what is left. */
const KEPT = /kept|made before it: /;

/** Some calls of a command, each with an error code, once or for all calls afterwards. */
function cases(calls: number, count: number) {
  const all = upTo(calls).flatMap((at) =>
    CODES.flatMap((code) => [false, true].map((onward) => ({ at, code, onward }))),
  );
  return sample(all, count);
}

describe("an error of the file system at a call of a command that writes", () => {
  test.each(
    WRITING.filter(({ ctrlC }) => ctrlC === undefined).map((one) => [one.line, one] as const),
  )("%s", async (_, { line, store, again, adds = false, together, records }) => {
    const argv = line.split(" ");
    const whole = await stores.copy(store);
    const { report } = await lab.strike(whole, argv, { mode: "count" });
    const after = await viewOf(server, whole);
    const before = await viewOf(server, await stores.original(store)).catch(() => undefined);
    for (const { at, code, onward } of cases(Number(report), 6)) {
      const root = await stores.copy(store);
      const ended = await lab.strike(root, argv, { mode: "fault", at, code, onward });
      faults++;
      const where = [SEED, line, at, code, onward];
      expect([...where, complaintAboutError(ended)]).toEqual([...where, undefined]);
      const left = before && (await viewOf(server, root));
      const fresh = left && [...left.refs.keys()].filter((name) => !before?.refs.has(name));
      // Changes that remain although the command failed are reported.
      if (fresh?.some((name) => records?.test(name)) && ended.status !== 0) {
        expect([...where, ended.stderr]).toEqual([...where, expect.stringMatching(KEPT)]);
        const isTold = /made before it: /.test(ended.stderr);
        const apart = isTold ? undefined : apartIn(left as View, after, together);
        expect([...where, apart]).toEqual([...where, undefined]);
      }
      // The disk works again, and the command can be repeated. A command that does more each time
      // may have done its work before it failed to report it.
      if (adds) continue;
      const repeated = await server.run(root, argv);
      const isSaid = repeated.status === 0 || again?.test(repeated.stderr);
      expect([...where, isSaid || repeated.stderr]).toEqual([...where, true]);
      expect([...where, [...(await viewOf(server, root)).refs.keys()]]).toEqual([
        ...where,
        expect.arrayContaining([...after.refs.keys()]),
      ]);
    }
  });
});

describe("an error of the file system at a call of a command that reads", () => {
  test.each(READING)("%s", async (line) => {
    const root = await stores.copy("walk");
    const argv = line.split(" ");
    const { report } = await lab.strike(root, argv, { mode: "count" });
    const before = digest(root);
    for (const { at, code, onward } of cases(Number(report), 4)) {
      const ended = await lab.strike(root, argv, { mode: "fault", at, code, onward });
      faults++;
      const where = [SEED, line, at, code, onward];
      expect([...where, complaintAboutError(ended)]).toEqual([...where, undefined]);
      expect([...where, digest(root)]).toEqual([...where, before]);
    }
  });
});
