import { expect, test } from "vitest";
import { encodeProgram } from "../../src/object/program.ts";
import { encodeSeeds } from "../../src/object/seeds.ts";
import { Programs } from "../../src/replay/programs.ts";
import { BARE } from "../support/bare-program.ts";
import { objects } from "../support/memory-objects.ts";

test("a program that segments with other seeds share is read once", async () => {
  const { put, get } = objects();
  const source = put("chunk", new Uint8Array(1));
  const named = { name: "p", module: "p.ts", exportName: "default", source };
  const program = put(
    "program",
    encodeProgram({ ...named, generator: "g", generatorVersion: 1, ...BARE }),
  );
  const reads: string[] = [];
  const counted: typeof get = (kind, id) => {
    reads.push(kind);
    return get(kind, id);
  };
  const programs = new Programs(
    () => Promise.reject(new Error("nothing runs")),
    () => undefined,
  );
  for (const master of [1n, 2n, 3n]) {
    const seeds = put("seeds", encodeSeeds({ rule: "block", master }));
    const segment = { start: 0, program, seeds, params: { inline: {} }, begin: undefined };
    const parts = await programs.parts(segment as never, counted);
    expect([parts.program.name, parts.seeds.master]).toEqual(["p", master]);
  }
  expect(reads.sort()).toEqual(["program", "seeds", "seeds", "seeds"]);
});
