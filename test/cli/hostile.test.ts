import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { describe, expect, test } from "vitest";
import { nodeEnvironment } from "../../src/node/host/environment.ts";
import { nodeHash } from "../../src/node/host/platform.ts";
import { decodeRun, encodeRun, type RunManifest } from "../../src/object/run.ts";
import { codeOf } from "../../src/replay/programs.ts";
import { recordInto } from "../../src/replay/run/open-run.ts";
import { encodeArtifact } from "../../src/store/artifact.ts";
import { objectReader } from "../../src/store/object-store.ts";
import { emptyProject, type Project } from "../support/run-cli.ts";

const ODD_STATES: Readonly<Record<string, string>> = {
  cycle: "{ const a = { list: [] }; a.list.push(a); return a; }",
  shared: "{ const a = [1]; return { a, b: a }; }",
  deep: "{ let s = {}; for (let i = 0; i < 50; i++) s = { s }; return s; }",
  tooDeep: "{ let s = {}; for (let i = 0; i < 100_000; i++) s = { s }; return s; }",
  nullPrototype: "{ return Object.assign(Object.create(null), { x: 1 }); }",
  protoKey: `{ return JSON.parse('{"__proto__": { "x": 1 }, "constructor": 2 }'); }`,
  emptyKeys: `{ return { "": 1, " ": 2, "a.b": 3, "$number": 4, "\\u001b[31m": "\\u001b[31m" }; }`,
  surrogate: `{ return "\\ud800"; }`,
  large: "{ return new Float64Array(100_000); }",
  many: "{ return Array.from({ length: 20_000 }, (_, i) => ({ i })); }",
  nothing: "{ return null; }",
  text: "{ return 'a'; }",
  bigint: "{ return -(2n ** 200n); }",
};

describe("odd states", () => {
  test.each(Object.keys(ODD_STATES))(
    "%s: every command prints it, or refuses it clearly",
    async (name) => {
      const project = await emptyProject();
      const model = `export default { name: "odd", init: () => ${ODD_STATES[name]}, step: (s) => s };`;
      await project.write("odd.ts", model);
      const { status, stderr } = await project.run("record", "odd.ts", "--steps", "4");
      if (name === "tooDeep") {
        expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: .*state.*\nhint: /s)]);
        expect(stderr.length).toBeLessThan(2_000);
        return;
      }
      expect([status, stderr]).toEqual([0, ""]);
      await project.ok("branch", "fork", "main@2", "--seed", "1");
      await neverFaults(project, [
        "get main@2",
        "find main true",
        "find main state.x.y",
        "stats main",
        "verify --full",
        "diff main fork",
        "diff main fork --at 4",
        "show",
        "cat-file main",
        "branch set main@2 --set x=1",
        "branch set2 main@2 --set a.b.c=1",
      ]);
      const { json } = await project.ok("get", "main", "--json");
      expect(json).toHaveProperty("state");
    },
  );
});

describe("files from a stranger", () => {
  test.each<[string, Partial<RunManifest>]>([
    [
      "escapes",
      { meta: { message: "\u001b[2J\u009b31m\u202egnp.exe", author: "\u0007", time: "\u001b" } },
    ],
    ["empty", { meta: {} }],
    [
      "nested",
      { meta: { other: { toString: 5, valueOf: [5n, new Map([[{}, Number.NaN]])] }, more: null } },
    ],
  ])("meta: %s", async (_, changes) => {
    const project = await emptyProject();
    await writeFile(path.join(project.root, "x.replay"), await artifactWith(changes));
    await neverFaults(project, [
      "info x.replay",
      "load x.replay -b x",
      "log x",
      "log --all --graph",
      "show x",
      "branch",
      "cat-file x",
      "get x@5",
    ]);
  });

  test.each(["frame of 4 GB", "bomb", "no frames", "not a run"])("%s", async (which) => {
    const project = await emptyProject();
    const before = await project.storeDigest();
    const frame = (rawLength: number, packed: Uint8Array): Buffer => {
      const header = Buffer.alloc(8);
      header.writeUInt32LE(rawLength, 0);
      header.writeUInt32LE(packed.length, 4);
      return Buffer.concat([header, packed]);
    };
    const frames = {
      "frame of 4 GB": frame(0xffffffff, Buffer.alloc(100)),
      bomb: frame(100, brotliCompressSync(Buffer.alloc(8 << 20), QUICK)),
      "no frames": Buffer.alloc(0),
      "not a run": frame(6, brotliCompressSync(Buffer.from([0, 1, 0, 0, 0, 7]))),
    }[which] as Buffer;
    const body = Buffer.concat([Buffer.from("rewind replay v1"), frames, Buffer.alloc(8)]);
    const hash = createHash("sha256").update(body).digest();
    await writeFile(path.join(project.root, "x.replay"), Buffer.concat([body, hash]));
    for (const command of ["load", "info"]) {
      const { status, stderr } = await project.run(command, "x.replay");
      expect([status, stderr]).toEqual([
        1,
        expect.stringMatching(/^error: .*\nhint: the file is damaged/),
      ]);
    }
    expect(await project.storeDigest()).toBe(before);
  });
});

const COMMANDS_A_TERMINAL = /[^\P{Cc}\n\t]|[\u202a-\u202e]/u;

const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

/** Runs each line, as text and as JSON: no fault, no stack trace, no terminal controls. */
async function neverFaults(project: Project, lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    for (const more of [[], ["--json"]]) {
      const { status, stdout, stderr } = await project.run(...line.split(" "), ...more);
      expect([line, stderr]).toEqual([line, expect.not.stringMatching(/fault in rewind|\n\s+at /)]);
      expect([line, stdout + stderr]).toEqual([
        line,
        expect.not.stringMatching(COMMANDS_A_TERMINAL),
      ]);
      expect([0, 1, 2, 3]).toContain(status);
      if (more.length > 0 && stdout !== "") JSON.parse(stdout);
    }
  }
}

/** The file of a run with a changed description. */
async function artifactWith(changes: Partial<RunManifest>): Promise<Uint8Array> {
  const env = nodeEnvironment();
  const walk = { name: "walk", init: () => 0, step: (x: number) => x + 1 };
  const run = await recordInto(env, codeOf(walk), { steps: 10, seed: 1 });
  const get = objectReader(env.store);
  const manifest = decodeRun(await get("run", run.id));
  const writer = await env.store.writer();
  const id = writer.put("run", encodeRun({ ...manifest, ...changes }));
  await writer.close();
  const contents = { runs: [{ run: id, names: [] }], requires: [] };
  return encodeArtifact(contents, get, env.compression, nodeHash, { withCode: true });
}
