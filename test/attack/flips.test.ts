import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { decodeHeader, PACK_HEADER, RECORD_HEADER_BYTES } from "../../src/store/pack.ts";
import { Stores } from "./commands.ts";
import { complaintAbout } from "./complaints.ts";
import { Lab, type Measured } from "./lab.ts";
import { SEED, sample } from "./seeds.ts";
import { filesOf } from "./view.ts";

const lab = new Lab();
const stores = new Stores(lab);
const server = lab.server();
let flips = 0;

afterAll(() => {
  console.log(`${flips} flipped bytes`);
  lab.close();
});

/** Together these read everything in the store. */
const READERS = [
  ...["get main@150", "get side@250", "get v1", "branch --json", "reflog main"],
  // Without a revision: the run at HEAD.
  "show",
  ...["show main", "show main --source", "cat-file v1", "config", "doctor"],
];

/** These check it: the blocks of a run against its replay, its objects, and the targets of refs. */
const CHECKERS = [
  ...["verify main --full", "verify side --full", "save main -o -", "save side -o -"],
  ...["log --all", "tag"],
];

/** A byte of a store. */
interface Place {
  readonly name: string;
  readonly at: number;
  /** The file, before the byte was flipped. */
  readonly whole: Buffer;
}

interface Exception {
  readonly because: string;
  is(place: Place): boolean;
}

const CUT_LINE: Exception = {
  because: "without its end the last line is one that a crash cut: its operation is not done",
  is: ({ name, at, whole }) => name === "logs/operations" && at === whole.length - 1,
};

/** Bytes whose flips no command must report. */
const UNTOLD: readonly Exception[] = [
  CUT_LINE,
  {
    because: "a blank in the place of a line's end is passed over, and the name leads where it did",
    is: ({ name, at, whole }) => name.startsWith("refs/") && at === whole.length - 1,
  },
  {
    because: "it is for Git, and rewind never reads it",
    is: ({ name }) => /^\.git(?:ignore|attributes)$/.test(name),
  },
  {
    because: "the header of a sealed pack is for journals: its objects are found by the index",
    is: ({ name, at }) => isPack(name) && at < PACK_HEADER.length,
  },
  {
    because: "the CRC of a record is for journals: what is in a pack is checked against its id",
    is: (place) => isPack(place.name) && [48, 49, 50, 51].includes(inRecord(place)?.offset ?? -1),
  },
  {
    because: "tips and the footer are for recovery, and no object of a sealed pack",
    is: (place) => isPack(place.name) && ["tip", "footer"].includes(String(inRecord(place)?.kind)),
  },
];

/** Bytes whose flips some command must report, but no checker. */
const UNCHECKED: readonly Exception[] = [
  ...UNTOLD,
  {
    because: "it leads to no object: the list of branches tells",
    is: ({ name }) => name === "HEAD",
  },
];

/** Answers that may change without a report. */
const OTHERWISE: readonly (Exception & { readonly line: string })[] = [
  ...[...READERS, ...CHECKERS].map((line) => ({ ...CUT_LINE, line })),
  {
    line: "show main",
    because:
      "it lists those names of the run that can be read; `tag` and `log --all` name the damaged one",
    is: (place) =>
      place.name.startsWith("refs/tags/") ||
      (isPack(place.name) && inRecord(place)?.kind === "tag"),
  },
  {
    line: "branch --json",
    because:
      "HEAD may name a branch that is yet to be recorded, and then no branch is the current one",
    is: ({ name }) => name === "HEAD",
  },
];

function isPack(name: string): boolean {
  return name.startsWith("objects/pack-") && name.endsWith(".pack");
}

/** The record of a pack that contains a byte, and the byte's offset in it. */
function inRecord({
  at,
  whole,
}: Place): { readonly kind: string; readonly offset: number } | undefined {
  for (let start = PACK_HEADER.length; start < whole.length; ) {
    const header = decodeHeader(whole.subarray(start));
    if (header === undefined) return undefined;
    const end = start + RECORD_HEADER_BYTES + header.storedLength;
    if (at >= start && at < end) return { kind: header.kind, offset: at - start };
    start = end;
  }
  return undefined;
}

/** Whether a command reports a problem that it does not report for the intact store. */
function tells(ended: Measured, right: Measured): boolean {
  return ended.status !== 0 || ended.stderr !== right.stderr;
}

describe("a store in which a byte is flipped", () => {
  test("is reported, and no command gives a different answer", async () => {
    const root = await stores.copy("walk");
    const ask = (line: string): Promise<Measured> => server.run(root, line.split(" "));
    const right = new Map<string, Measured>();
    for (const line of [...READERS, ...CHECKERS]) {
      const ended = await ask(line);
      expect([line, ended.status]).toEqual([line, 0]);
      right.set(line, ended);
    }
    const places = filesOf(path.join(root, ".rewind"))
      .filter(([name]) => !name.endsWith("/"))
      .flatMap(([name, whole]) => Array.from(whole, (_, at): Place => ({ name, at, whole })));
    for (const place of sample(places, 250)) {
      const { name, at } = place;
      const file = path.join(root, ".rewind", name);
      const whole = readFileSync(file);
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      writeFileSync(file, changed);
      flips++;
      const told = new Set<string>();
      for (const [line, before] of right) {
        const ended = await ask(line);
        const where = [SEED, name, at, line];
        expect([...where, complaintAbout(ended)]).toEqual([...where, undefined]);
        if (tells(ended, before)) told.add(line);
        // Output before the damage is found must be right too.
        else if (!OTHERWISE.some((one) => one.line === line && one.is(place))) {
          expect([...where, ended.stdout]).toEqual([...where, before.stdout]);
        }
      }
      const where = [SEED, name, at];
      const isTold = told.size > 0 || UNTOLD.some((one) => one.is(place));
      expect([...where, isTold ? "told" : "not told"]).toEqual([...where, "told"]);
      const isChecked =
        CHECKERS.some((line) => told.has(line)) || UNCHECKED.some((one) => one.is(place));
      expect([...where, isChecked ? "checked" : [...told]]).toEqual([...where, "checked"]);
      writeFileSync(file, whole);
    }
  });
});
