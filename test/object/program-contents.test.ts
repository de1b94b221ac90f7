import { expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.ts";
import { sha256 } from "../../src/codec/hash.ts";
import { objectId } from "../../src/object/id.ts";
import type { Program } from "../../src/object/program.ts";
import { readSource } from "../../src/object/program-contents.ts";
import { BARE } from "./bare-program.ts";
import { objects } from "./memory.ts";

test("the source is one chunk, or parts that make up what the program names", async () => {
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
