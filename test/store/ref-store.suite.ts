import { describe, expect, test } from "vitest";
import type { RefStore } from "../../src/store/ref-store.ts";
import { codeOfAsync } from "../support/code-of.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);
const C = "c".repeat(64);

/** The contract of every ref store. `makeRefs` returns two handles of one empty store. */
export function testRefStore(name: string, makeRefs: () => readonly [RefStore, RefStore]): void {
  const create = (refs: RefStore, ref: string, to = A) =>
    refs.update([{ name: ref, from: undefined, to }], "create");
  const names = async (refs: RefStore, prefix = "refs/") =>
    (await refs.list(prefix)).map((ref) => ref.name);

  describe(`${name}: refs`, () => {
    test("an absent ref is undefined; one that was created is there in both handles", async () => {
      const [refs, other] = makeRefs();
      expect(await refs.read("refs/heads/main")).toBeUndefined();
      await create(refs, "refs/heads/main");
      expect(await refs.read("refs/heads/main")).toBe(A);
      expect(await other.read("refs/heads/main")).toBe(A);
      expect(await refs.read("refs/heads")).toBeUndefined();
      expect(await refs.read("refs/heads/main/x")).toBeUndefined();
    });

    test("compare-and-swap: an update from any other value is REF_MOVED", async () => {
      const [refs, other] = makeRefs();
      const change = (from: string | undefined, to: string | undefined) =>
        codeOfAsync(refs.update([{ name: "refs/heads/main", from, to }], "x"));
      expect(await change(A, B)).toBe("REF_MOVED");
      expect(await change(A, undefined)).toBe("REF_MOVED");
      expect(await change(undefined, A)).toBe("");
      expect(await change(undefined, B)).toBe("REF_MOVED");
      expect(await change(B, C)).toBe("REF_MOVED");
      expect(await other.read("refs/heads/main")).toBe(A);
      expect(await change(A, B)).toBe("");
      expect(await change(A, undefined)).toBe("REF_MOVED");
      expect(await change(B, undefined)).toBe("");
      expect(await other.read("refs/heads/main")).toBeUndefined();
      expect(await refs.operations()).toHaveLength(3);
    });

    test("an update by a caller who has not seen the whole log is REF_MOVED, and changes nothing", async () => {
      const [refs, other] = makeRefs();
      const seen = (count: number) =>
        codeOfAsync(
          refs.update([{ name: "refs/heads/main", from: undefined, to: A }], "x", { seen: count }),
        );
      expect(await seen(1)).toBe("REF_MOVED");
      await create(other, "refs/heads/other");
      expect(await seen(0)).toBe("REF_MOVED");
      expect(await names(refs)).toEqual(["refs/heads/other"]);
      expect(await refs.operations()).toHaveLength(1);
      expect(await seen(1)).toBe("");
      expect(await names(other)).toEqual(["refs/heads/main", "refs/heads/other"]);
    });

    test("the error of a moved ref says what was expected and what was found", async () => {
      const [refs] = makeRefs();
      await create(refs, "refs/heads/main", B);
      const update = refs.update([{ name: "refs/heads/main", from: A, to: C }], "x");
      await expect(update).rejects.toMatchObject({
        code: "REF_MOVED",
        data: { ref: "refs/heads/main", expected: A, actual: B },
      });
    });

    test("if one of several refs has moved, no ref changes", async () => {
      const refNames = ["refs/heads/a", "refs/heads/b", "refs/tags/c"];
      for (let moved = 0; moved < 3; moved++) {
        const [refs] = makeRefs();
        for (const ref of refNames) await create(refs, ref);
        const changes = refNames.map((ref, i) => ({ name: ref, from: i === moved ? B : A, to: C }));
        expect(await codeOfAsync(refs.update(changes, "x"))).toBe("REF_MOVED");
        expect((await refs.list("refs/")).map(({ target }) => target)).toEqual([A, A, A]);
        expect(await refs.operations()).toHaveLength(3);
        await refs.update(
          refNames.map((ref) => ({ name: ref, from: A, to: C })),
          "x",
        );
        expect((await refs.list("refs/")).map(({ target }) => target)).toEqual([C, C, C]);
      }
    });

    test("one refused name or conflict among several changes stops all of them", async () => {
      const [refs] = makeRefs();
      await create(refs, "refs/heads/a");
      for (const [bad, code] of [
        ["refs/heads/x..y", "INVALID_REF_NAME"],
        ["refs/heads/A", "REF_CONFLICT"],
        ["refs/heads/a/b", "REF_CONFLICT"],
      ] as const) {
        const changes = [
          { name: "refs/heads/new", from: undefined, to: A },
          { name: "refs/heads/a", from: A, to: B },
          { name: bad, from: undefined, to: A },
        ];
        expect(await codeOfAsync(refs.update(changes, "x"))).toBe(code);
        expect(await refs.list("refs/")).toEqual([{ name: "refs/heads/a", target: A }]);
      }
      expect(await refs.operations()).toHaveLength(1);
    });

    // Every rule of git-check-ref-format(1), and the additional rules of rewind.
    test.each([
      ...[
        "refs/heads/",
        "refs/heads/.a",
        "refs/heads/a/.b",
        "refs/heads/a.lock",
        "refs/heads/a.lock/b",
      ],
      ...["refs/heads/a..b", "refs/heads/a b", "refs/heads/a\u0000", "refs/heads/a\u001f"],
      ...[
        "refs/heads/a\u007f",
        "refs/heads/a~b",
        "refs/heads/a^b",
        "refs/heads/a:b",
        "refs/heads/a?",
      ],
      ...["refs/heads/a*", "refs/heads/a[b", "refs/heads//a", "refs/heads/a/", "refs/heads/a//b"],
      ...["refs/heads/a.", "refs/heads/a@{b", "refs/heads/@", "refs/heads/a\\b", "refs/heads/-a"],
      ...["refs/heads/a@b", "refs/heads/HEAD", "refs/heads/refs/heads/a", "refs/heads/\ud800"],
      ...[
        "refs/heads/..",
        "refs/heads/../../../x",
        "../x",
        "/x",
        "x",
        "",
        "refs",
        "refs/",
        "refs/a",
      ],
      ...[
        "heads/a",
        "HEAD/a",
        "config",
        "objects/x",
        "refs/../x",
        "refs/./x",
        "refs//x",
        "refs/heads",
      ],
      ...[`refs/heads/${"a".repeat(201)}`, `refs/heads/${"é".repeat(101)}`, "refs/heads/a\nb"],
    ])("the name %j is refused, and reading it finds nothing", async (bad) => {
      const [refs] = makeRefs();
      expect(await codeOfAsync(create(refs, bad))).toBe("INVALID_REF_NAME");
      expect(await refs.read(bad)).toBeUndefined();
      expect(await refs.list("refs/")).toEqual([]);
      expect(await refs.operations()).toEqual([]);
    });

    test.each([
      ...["refs/heads/main", "refs/tags/v1.0", "refs/heads/a/b/c", "refs/archive/a/b/12"],
      ...["refs/remotes/origin/HEAD", "refs/heads/é", "refs/heads/数", "refs/heads/a-b_c+d=e,f"],
      ...[`refs/heads/${"a".repeat(200)}`, `refs/archive/${"a".repeat(200)}/1`, "refs/heads/a.b"],
      ...["refs/heads/a.locks", "refs/heads/lock", "refs/heads/😀", "refs/heads/con%41"],
    ])("the name %j is taken", async (good) => {
      const [refs, other] = makeRefs();
      await create(refs, good);
      expect(await other.read(good)).toBe(A);
      expect(await names(other)).toEqual([good]);
    });

    test("names that differ only in case, or of which one is the other's folder, conflict", async () => {
      const [refs] = makeRefs();
      await create(refs, "refs/heads/Topic/One");
      for (const bad of [
        ...["refs/heads/topic/one", "refs/heads/Topic/one", "refs/heads/Topic", "refs/heads/topic"],
        ...["refs/heads/Topic/One/x", "refs/heads/topic/one/x/y"],
      ]) {
        expect(await codeOfAsync(create(refs, bad))).toBe("REF_CONFLICT");
      }
      for (const good of ["refs/heads/Topic/Two", "refs/tags/topic", "refs/heads/topics"]) {
        await create(refs, good);
      }
      expect(await names(refs)).toHaveLength(4);
    });

    test("two new refs of one update may not conflict either", async () => {
      for (const [a, b] of [
        ["refs/heads/x", "refs/heads/X"],
        ["refs/heads/x", "refs/heads/x/y"],
        ["refs/heads/x/y", "refs/heads/x"],
      ] as const) {
        const [refs] = makeRefs();
        const changes = [a, b].map((ref) => ({ name: ref, from: undefined, to: A }));
        expect(await codeOfAsync(refs.update(changes, "x"))).toBe("REF_CONFLICT");
        expect(await names(refs)).toEqual([]);
      }
    });

    test("a rename in one update may use a name that conflicts only with the old one", async () => {
      for (const [old, next] of [
        ["refs/heads/Main", "refs/heads/main"],
        ["refs/heads/a", "refs/heads/a/b"],
        ["refs/heads/a/b", "refs/heads/a"],
      ] as const) {
        for (const order of [0, 1]) {
          const [refs] = makeRefs();
          await create(refs, old);
          const changes = [
            { name: old, from: A, to: undefined },
            { name: next, from: undefined, to: A },
          ];
          await refs.update(order === 0 ? changes : changes.reverse(), "rename");
          expect(await refs.list("refs/")).toEqual([{ name: next, target: A }]);
        }
      }
    });

    test("list gives the refs that begin with a prefix, sorted, and never HEAD", async () => {
      const [refs, other] = makeRefs();
      const all = [
        "refs/heads/b",
        "refs/heads/a/z",
        "refs/heads/a/b",
        "refs/heads/ab",
        "refs/tags/a",
      ];
      for (const ref of all) await create(refs, ref);
      await create(refs, "HEAD", "ref: refs/heads/b");
      for (const prefix of [
        ...["", "refs", "refs/", "refs/heads", "refs/heads/", "refs/heads/a", "refs/heads/a/"],
        ...["refs/heads/a/b", "refs/tags/", "refs/x", "HEAD", "x", "refs/heads/ab/"],
      ]) {
        const expected = all.filter((ref) => ref.startsWith(prefix)).sort();
        expect(await names(other, prefix)).toEqual(expected);
      }
      expect(await refs.read("HEAD")).toBe("ref: refs/heads/b");
    });

    test("a ref can take the name of a folder that a deleted ref left empty", async () => {
      const [refs] = makeRefs();
      await create(refs, "refs/heads/a/b/c");
      await create(refs, "refs/heads/a/d");
      await refs.update([{ name: "refs/heads/a/b/c", from: A, to: undefined }], "delete");
      await create(refs, "refs/heads/a/b");
      for (const ref of ["refs/heads/a/b", "refs/heads/a/d"]) {
        await refs.update([{ name: ref, from: A, to: undefined }], "delete");
      }
      await create(refs, "refs/heads/a");
      expect(await names(refs)).toEqual(["refs/heads/a"]);
    });

    test("the log has every update, oldest first, with time, command and both ends", async () => {
      const [refs, other] = makeRefs();
      expect(await refs.operations()).toEqual([]);
      await create(refs, "refs/heads/main");
      const snapshot = await refs.operations();
      const two = [
        { name: "refs/heads/main", from: A, to: B },
        { name: "refs/tags/v1", from: undefined, to: B },
      ];
      await other.update(two, 'record "a\nb" — é');
      await refs.update([{ name: "refs/tags/v1", from: B, to: undefined }], "tag -d v1");
      const log = await other.operations();
      expect(log.map(({ command }) => command)).toEqual([
        "create",
        'record "a\nb" — é',
        "tag -d v1",
      ]);
      expect(log.map(({ changes }) => changes)).toEqual([
        [{ name: "refs/heads/main", from: undefined, to: A }],
        two,
        [{ name: "refs/tags/v1", from: B, to: undefined }],
      ]);
      const times = log.map(({ time }) => time);
      expect(times).toEqual([...times].sort());
      expect(new Set(times).size).toBe(3);
      expect(times[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(snapshot).toHaveLength(1);
    });

    test("exactly one of many simultaneous updates from the same value wins", async () => {
      const [refs, other] = makeRefs();
      await create(refs, "refs/heads/main");
      const codes = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          codeOfAsync(
            (i % 2 === 0 ? refs : other).update(
              [{ name: "refs/heads/main", from: A, to: String(i).repeat(64) }],
              `${i}`,
            ),
          ),
        ),
      );
      expect(codes.filter((code) => code === "")).toHaveLength(1);
      expect(codes.filter((code) => code === "REF_MOVED")).toHaveLength(7);
      const winner = codes.indexOf("");
      expect(await refs.read("refs/heads/main")).toBe(String(winner).repeat(64));
      expect(await refs.operations()).toHaveLength(2);
    });
  });
}
