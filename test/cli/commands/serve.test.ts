import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/base/bytes.ts";
import { main } from "../../../src/cli/main.ts";
import { encodeMessage, type Message, messagesOf } from "../../../src/node/remote/frames.ts";
import { projectAt, temporaryFolder } from "../../support/run-cli.ts";

/** What `rewind serve` answers to these messages. */
async function answers(root: string, heads: readonly Message["head"][]): Promise<Message[]> {
  const parts: Uint8Array[] = [];
  const stdout = { write: (part: Uint8Array | string) => void parts.push(Buffer.from(part)) };
  const status = await main({
    ...{ argv: ["serve", "--stdio", "shared"], cwd: root, env: {} },
    ...{ stdout, stderr: { write: () => undefined } },
    onInterrupt: () => () => undefined,
    stdin: (async function* () {
      for (const head of heads) yield encodeMessage({ head, bytes: utf8("bytes") });
    })(),
  });
  expect(status).toBe(0);
  const messages = [];
  for await (const message of messagesOf(
    (async function* () {
      yield* parts;
    })(),
    () => 1 << 20,
  )) {
    messages.push(message);
  }
  return messages;
}

describe("serve", () => {
  test("reads and writes a folder for another rewind", async () => {
    const root = await temporaryFolder();
    const found = await answers(root, [
      { verb: "list", name: "refs/" },
      { verb: "create", name: "refs/heads/main~1" },
      { verb: "create", name: "refs/heads/main~1" },
      { verb: "list", name: "refs/" },
      { verb: "read", name: "refs/heads/main~1", most: 10 },
    ]);
    expect(found.map(({ head }) => head)).toEqual([
      ...[{}, { created: true }, { created: false }, {}, { found: true }],
    ]);
    const [first, , , last] = found.map(({ bytes }) => new TextDecoder().decode(bytes));
    expect([first, last]).toEqual(["rewind refs 1\n", "rewind refs 1\nrefs/heads/main~1\n"]);
    expect(found.at(-1)?.bytes).toEqual(utf8("bytes"));
  });

  test("touches nothing outside of the folder", async () => {
    const root = await temporaryFolder();
    const names = ["refs/../../x", "../x", "/etc/passwd", "refs//x", "packs/..", "tmp/x", 7];
    const heads = names.flatMap((name) =>
      ["write", "create", "read"].map((verb) => ({ verb, name, most: 100 })),
    );
    const found = await answers(root, [...heads, { verb: "run", name: "refs/x" }]);
    for (const { head } of found.slice(0, -1))
      expect(head).toMatchObject({ error: "REMOTE_INVALID" });
    expect(found.at(-1)?.head).toMatchObject({ error: "UNSUPPORTED_FORMAT" });
    expect(readdirSync(root)).toEqual([]);
    expect(readdirSync(path.dirname(root))).not.toContain("x");
  });

  test("needs --stdio and a folder", async () => {
    const project = projectAt(await temporaryFolder());
    expect((await project.run("serve", "shared")).status).toBe(2);
    expect((await project.run("serve", "--stdio")).status).toBe(2);
  });
});
