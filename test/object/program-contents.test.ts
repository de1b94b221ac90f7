import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../../src/base/bytes.ts";
import { sha256 } from "../../src/codec/hash.ts";
import { objectId } from "../../src/object/id.ts";
import type { Program } from "../../src/object/program.ts";

import { contentsOf, readSource } from "../../src/object/program-contents.ts";

import { BARE } from "../support/bare-program.ts";
import { objects } from "../support/memory-objects.ts";

test("the source is one chunk, or parts that make up the named source", async () => {
  const { put, get } = objects();
  const [a, b] = [put("chunk", utf8("let a;\n")), put("chunk", utf8("let é;\n"))];
  const program = (source: Program["source"], parts: Program["parts"]): Program => ({
    ...{ name: "p", module: "p.ts", exportName: "default", source, generator: "g" },
    ...{ generatorVersion: 1, ...BARE, parts },
  });
  const parts = [
    { package: "a@1.0.0", chunk: a },
    { package: undefined, chunk: b },
  ];
  const whole = objectId(sha256, "chunk", utf8("let a;\nlet é;\n"));
  expect(await readSource(program(a, []), get, sha256)).toBe("let a;\n");
  expect(await readSource(program(whole, parts), get, sha256)).toBe("let a;\nlet é;\n");
  for (const wrong of [program(whole, parts.toReversed()), program(a, parts)]) {
    await expect(readSource(wrong, get, sha256)).rejects.toMatchObject({ code: "OBJECT_INVALID" });
  }
});

describe("the shown source is the code that runs", () => {
  const made = (...pieces: Uint8Array[]) => {
    const { put, get } = objects();
    const whole = concatBytes(pieces);
    const parts = pieces.map((piece, i) => ({
      package: i === 0 ? undefined : "a@1.0.0",
      chunk: put("chunk", piece),
    }));
    const program: Program = {
      ...{ name: "p", module: "p.ts", exportName: "default", generator: "g", generatorVersion: 1 },
      ...BARE,
      source: put("chunk", whole),
      parts: pieces.length === 1 ? [] : parts,
    };
    return { program, get };
  };

  test.each([
    [
      "a line separator cut in two",
      [
        [...utf8("// a"), 0xe2, 0x80],
        [0xa8, 0x61],
      ],
    ],
    ["a letter cut in two", [[0xc3], [0xa9]]],
    ["a byte that is not UTF-8", [[0x2f, 0x2f, 0xff]]],
    ["half of a surrogate pair", [[0xed, 0xa0, 0x80]]],
  ])("%s is refused", async (_, pieces) => {
    const { program, get } = made(...pieces.map((piece) => Uint8Array.from(piece)));
    for (const read of [readSource, contentsOf]) {
      await expect(read(program, get, sha256)).rejects.toMatchObject({ code: "OBJECT_INVALID" });
    }
  });

  test("a mark of the byte order stays, wherever it is", async () => {
    const { program, get } = made(utf8("\ufeff'"), utf8("\ufeff\ufeff'"));
    const { stretches } = await contentsOf(program, get, sha256);
    const whole = await readSource(program, get, sha256);
    expect(whole).toBe("\ufeff'\ufeff\ufeff'");
    expect(stretches.map(({ code }) => code).join("")).toBe(whole);
  });
});

test("a source of more than 32 MiB is refused before all of it is read, however few chunks it has", async () => {
  const { put, get } = objects();
  const chunk = put("chunk", new Uint8Array(5 << 20).fill(32));
  const program: Program = {
    ...{ name: "p", module: "p.ts", exportName: "default", generator: "g", generatorVersion: 1 },
    ...{ ...BARE, source: chunk },
    parts: Array.from({ length: 100_000 }, () => ({ package: undefined, chunk })),
  };
  let reads = 0;
  const counting: typeof get = (kind, id) => {
    reads++;
    return get(kind, id);
  };
  await expect(contentsOf(program, counting, sha256)).rejects.toMatchObject({
    code: "OBJECT_INVALID",
    message: 'expected the source of the program "p" to have at most 33,554,432 bytes',
  });
  expect(reads).toBe(7);
});
