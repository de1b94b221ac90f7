import { afterAll, describe, expect, test } from "vitest";
import { READING, Stores, WRITING, type Writing } from "./commands.ts";
import { complaintAbout } from "./complaints.ts";
import { Lab } from "./lab.ts";
import { SEED, sample, upTo } from "./seeds.ts";
import { apartIn, digest, isPart, shown, type View, viewOf } from "./view.ts";

const lab = new Lab();
const stores = new Stores(lab);
const server = lab.server();
let kills = 0;

afterAll(() => {
  console.log(`${kills} kills`);
  lab.close();
});

describe("a command that is killed at a call of the file system", () => {
  test.each(WRITING.map((writing) => [writing.line, writing] as const))(
    "%s",
    async (_, writing) => {
      const argv = writing.line.split(" ");
      const { ctrlC } = writing;
      const before = await viewOf(server, await stores.original(writing.store)).catch(
        () => NOTHING,
      );
      const whole = await stores.copy(writing.store);
      const ended = await lab.strike(whole, argv, { mode: "count", ctrlC });
      expect(ended.status).toBe(ctrlC === undefined ? 0 : 130);
      const after = await viewOf(server, whole);
      for (const at of sample(upTo(Number(ended.report)), 5)) {
        const root = await stores.copy(writing.store);
        const killed = await lab.strike(root, argv, { mode: "kill", at, ctrlC });
        kills++;
        const problem = await problemOf(root, writing, killed.stdout, before, after);
        expect([SEED, writing.line, at, problem]).toEqual([SEED, writing.line, at, undefined]);
      }
    },
  );
});

/** Notes of checked blocks are kept where a reader may write, and are ignored. */
const REMEMBERED = /^\.rewind\/local\/checked-/;

const NOTHING: View = { refs: new Map(), head: undefined, settings: "" };

/** What is wrong with a store after a command was killed; undefined if nothing is wrong. */
async function problemOf(
  root: string,
  writing: Writing,
  printed: string,
  before: View,
  after: View,
): Promise<string | undefined> {
  const found = digest(root, REMEMBERED);
  const isMade = writing.store !== "bare" || (await server.run(root, ["log"])).status === 0;
  if (!isMade) return undefined;
  let view: View;
  try {
    view = await viewOf(server, root);
  } catch (error) {
    return String(error);
  }
  const isDone = sameView(view, after);
  if (printed !== "" && !isDone) return `${printed} but ${shown(view)}`;
  const apart = apartIn(view, after, writing.together);
  if (apart !== undefined) return apart;
  if (!isDone && !sameView(view, before) && !isPart(view, before, after, writing.records)) {
    return `neither before nor after: ${shown(view)}`;
  }
  for (const line of before.refs.size === 0 ? [] : READING) {
    const read = await server.run(root, line.split(" "));
    const complaint = complaintAbout(read) ?? (read.status === 4 ? read.stderr : undefined);
    if (complaint !== undefined) return `${line}: ${complaint}`;
    if (digest(root, REMEMBERED) !== found) return `${line}: it changed the store`;
  }
  return problemOfRepeating(root, writing, isDone, after);
}

/** Runs the command again, unless that would do its work twice. */
async function problemOfRepeating(
  root: string,
  { line, adds = false, again, records }: Writing,
  isDone: boolean,
  after: View,
): Promise<string | undefined> {
  if (!(isDone && adds)) {
    const repeated = await server.run(root, line.split(" "));
    const complaint = complaintAbout(repeated);
    if (complaint !== undefined) return `repeated: ${complaint}`;
    if (repeated.status !== 0 && !again?.test(repeated.stderr)) {
      return `repeated: ${repeated.status} ${repeated.stderr}`;
    }
  }
  const view = await viewOf(server, root);
  for (const [name, value] of after.refs) {
    const isRecorded = records?.test(name) ?? false;
    if (view.refs.get(name) !== value && !isRecorded) return `repeated: ${shown(view)}`;
  }
  for (const name of view.refs.keys()) {
    const verified = await server.run(root, ["verify", name.replace("tag ", ""), "--full"]);
    if (verified.status !== 0) return `verify ${name}: ${verified.stderr}`;
  }
  return undefined;
}

function sameView(a: View, b: View): boolean {
  return shown(a) === shown(b);
}
