import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toHex, utf8 } from "../../src/base/bytes.ts";
import { nodeHash } from "../../src/node/host/platform.ts";
import type { Id } from "../../src/object/id.ts";
import type { PackRef, RefValue, Remote } from "../../src/remote/remote.ts";
import type { Shared } from "./transports.ts";

const id = (text: string): Id => toHex(nodeHash(utf8(text))) as Id;

/** A pack as far as a transport is concerned: bytes and their hash. */
const pack = (text: string): { pack: PackRef; bytes: Uint8Array } => {
  const bytes = utf8(text);
  return { pack: { hash: id(text), bytes: bytes.length, objects: 1, holds: "base" }, bytes };
};

const value = (text: string, packs: readonly PackRef[]): RefValue => ({
  ...{
    target: id(text),
    steps: text.length,
    code: true,
    full: true,
    about: { run: id(text), parents: [] },
    packs,
  },
});

const put = async (remote: Remote, text: string): Promise<RefValue> => {
  const made = pack(text);
  await remote.writePack(made.pack, made.bytes);
  return value(text, [made.pack]);
};

const now = async (remote: Remote): Promise<ReadonlyMap<string, RefValue>> =>
  remote.read(await remote.list());

/** What every transport that can be written to keeps to. */
export function conforms(name: string, make: (root: string) => Promise<Shared>): void {
  describe(`the transport ${name}`, () => {
    let root: string;
    let shared: Shared;

    beforeAll(async () => {
      root = mkdtempSync(path.join(os.tmpdir(), "rewind-transport-"));
      shared = await make(root);
    });

    afterAll(async () => {
      await shared.close();
      rmSync(root, { recursive: true, force: true });
    });

    test("an empty remote has no refs", async () => {
      expect(await (await shared.open()).list()).toEqual([]);
    });

    test("what one client writes, another reads", async () => {
      const a = await shared.open();
      await a.list();
      const main = await put(a, "main");
      const [made] = await a.swap([{ name: "heads/main", from: undefined, to: main }]);
      expect(made).toEqual({ version: expect.any(String) });
      const b = await shared.open();
      const [ref] = await b.list();
      expect(ref?.name).toBe("heads/main");
      expect((await b.read([ref as NonNullable<typeof ref>])).get("heads/main")).toEqual(main);
      expect(await b.readPack(main.packs[0] as PackRef)).toEqual(utf8("main"));
    });

    test("a ref changes by compare-and-swap: who has not seen it last is told", async () => {
      const [a, b] = [await shared.open(), await shared.open()];
      const seen = (await a.list()).find(({ name }) => name === "heads/main");
      await b.read(await b.list());
      const [first] = await a.swap([
        { name: "heads/main", from: seen?.version, to: await put(a, "main 2") },
      ]);
      expect(first).toEqual({ version: expect.any(String) });
      const late = await b.swap([
        { name: "heads/main", from: seen?.version, to: await put(b, "main 3") },
      ]);
      expect(late).toEqual([{ moved: true }]);
      const fresh = await b.swap([
        { name: "heads/main", from: undefined, to: await put(b, "main 4") },
      ]);
      expect(fresh).toEqual([{ moved: true }]);
      expect((await now(await shared.open())).get("heads/main")?.target).toBe(id("main 2"));
    });

    test("of eight writers to one ref one succeeds, and the others are told", async () => {
      const writers = await Promise.all(Array.from({ length: 8 }, () => shared.open()));
      const results = await Promise.all(
        writers.map(async (writer, i) => {
          await writer.list();
          const to = await put(writer, `race ${i}`);
          return (await writer.swap([{ name: "heads/race", from: undefined, to }]))[0];
        }),
      );
      const won = results.flatMap((result, i) => (result && "version" in result ? [i] : []));
      expect(won).toHaveLength(1);
      const others = results.filter((_, i) => i !== won[0]);
      expect(others.every((result) => result && "moved" in result)).toBe(true);
      expect((await now(await shared.open())).get("heads/race")?.target).toBe(id(`race ${won[0]}`));
    });

    test("eight writers to different refs all succeed", async () => {
      const writers = await Promise.all(Array.from({ length: 8 }, () => shared.open()));
      await Promise.all(
        writers.map(async (writer, i) => {
          await writer.list();
          const to = await put(writer, `own ${i}`);
          const [result] = await writer.swap([{ name: `heads/own/${i}`, from: undefined, to }]);
          expect(result).toEqual({ version: expect.any(String) });
        }),
      );
      const values = await now(await shared.open());
      for (let i = 0; i < 8; i++) expect(values.get(`heads/own/${i}`)?.target).toBe(id(`own ${i}`));
    });

    test("a ref can be deleted and made again", async () => {
      const remote = await shared.open();
      await remote.list();
      const to = await put(remote, "short");
      const [made] = await remote.swap([{ name: "tags/short", from: undefined, to }]);
      const { version } = made as { version: string };
      await remote.list();
      expect(await remote.swap([{ name: "tags/short", from: version, to: undefined }])).toEqual([
        { version: undefined },
      ]);
      expect((await remote.list()).map(({ name }) => name)).not.toContain("tags/short");
      const [again] = await remote.swap([{ name: "tags/short", from: undefined, to }]);
      expect(again).toEqual({ version: expect.any(String) });
      expect((await now(remote)).get("tags/short")).toEqual(to);
    });

    test.each(["remove", "cut"] as const)(
      "a pack that somebody has damaged is lost until it is written again: %s",
      async (how) => {
        const a = await shared.open();
        await a.list();
        // Large, so that its presence is asked for before it is sent again.
        const packs = ["x", "y", "z"].map((letter) => pack(`${how} ${letter}`.repeat(1 << 17)));
        for (const { pack, bytes } of packs) await a.writePack(pack, bytes);
        const refs = packs.map(({ pack }) => pack);
        const [lost] = refs as [PackRef, ...PackRef[]];
        const name = `heads/damaged-${how}`;
        const to = value(how, refs);
        await a.swap([{ name, from: undefined, to }]);
        await a.list();
        expect(await a.lost(refs)).toEqual([]);
        const nowhere = pack(`nowhere ${how}`).pack;
        expect(await a.lost([...refs, nowhere])).toEqual([nowhere]);

        await shared.damage([lost], how);
        const b = await shared.open();
        for (const remote of [a, b]) {
          await remote.list();
          expect(await remote.lost(refs)).toEqual([lost]);
          expect(await remote.has(lost)).toBe(false);
        }
        await b.writePack(lost, packs[0]?.bytes as Uint8Array);
        const from = (await b.list()).find((ref) => ref.name === name)?.version;
        expect(await b.swap([{ name, from, to }])).toEqual([{ version: expect.any(String) }]);
        const c = await shared.open();
        await c.list();
        expect(await c.lost(refs)).toEqual([]);
        expect(await c.readPack(lost)).toEqual(packs[0]?.bytes);
      },
    );

    test("a pack that its refs name and that is gone is an error that names it", async () => {
      const remote = await shared.open();
      await expect(remote.readPack(pack("nowhere").pack)).rejects.toMatchObject({
        code: "REMOTE_INVALID",
      });
    });
  });
}
