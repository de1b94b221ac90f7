import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encode } from "../../src/codec/encode.ts";
import { encodeBody } from "../../src/object/body.ts";
import type { Id } from "../../src/object/id.ts";
import type { ParamsRef } from "../../src/object/params.ts";
import {
  decodeProgram,
  type ExternalPackage,
  encodeProgram,
  type Program,
} from "../../src/object/program.ts";
import { decodeRun, encodeRun, type RunManifest, rootOf } from "../../src/object/run.ts";
import { decodeSeeds, encodeSeeds, SEED_RULES, type Seeds } from "../../src/object/seeds.ts";
import { decodeState, type StateRef } from "../../src/object/state.ts";
import { decodeTag, encodeTag, type Tag } from "../../src/object/tag.ts";
import {
  decodeTile,
  EMPTY_TIMELINE,
  encodeTile,
  TimelineBuilder,
  type TimelineEntry,
} from "../../src/object/timeline.ts";
import { BARE } from "../support/bare-program.ts";
import { codeOf } from "../support/code-of.ts";
import { hash, idOf, noise, objects } from "../support/memory-objects.ts";

const id = fc.integer({ min: 0, max: 255 }).map((byte) => idOf<never>(byte));
const text = fc.string({ unit: "binary", maxLength: 20 });
const ref: fc.Arbitrary<StateRef> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 32 }).map((inline) => ({ inline })),
  id.map((state) => ({ id: state })),
);
const witness = fc.nat(2 ** 32 - 1);
const entry: fc.Arbitrary<TimelineEntry> = fc.record({ state: ref, witness });
const whole = fc.maxSafeNat();
const data = fc.dictionary(
  fc.string({ maxLength: 8 }),
  fc.oneof(fc.double(), text, fc.boolean(), fc.bigInt(), fc.array(fc.integer(), { maxLength: 3 })),
  { maxKeys: 4, noNullPrototype: true },
);

const hex: fc.Arbitrary<string> = id;
const ascending = <T>(items: T[], key: (item: T) => string): T[] =>
  items.sort((a, b) => (key(a) < key(b) ? -1 : 1));
const packageName = fc.constantFrom("a", "@team/a", "é", ".b", "a..b", "x@y");
const packageVersion = fc.constantFrom("", "1.0.0", "2.0.0-rc.1+x");
const label = fc.tuple(packageName, packageVersion).map((both) => both.join("@"));
const insidePath = fc.constantFrom("a.js", "..a/b", "é/a b.js", "");
const program: fc.Arbitrary<Program> = fc
  .record({
    name: text,
    module: fc.option(text, { nil: undefined }),
    exportName: fc.option(text, { nil: undefined }),
    source: id,
    generator: text,
    generatorVersion: whole,
    parts: fc.array(fc.record({ package: fc.option(label, { nil: undefined }), chunk: id }), {
      maxLength: 4,
    }),
    externals: fc
      .uniqueArray(
        fc.record({
          ...{ name: packageName, version: packageVersion, digest: hex },
          specifiers: fc
            .uniqueArray(
              fc.tuple(fc.constantFrom("import" as const, "require" as const), text, insidePath),
              {
                ...{ selector: ([, specifier]) => specifier, minLength: 1, maxLength: 3 },
              },
            )
            .map((list) => ascending(list, ([, specifier]) => specifier)),
          edges: fc.array(fc.nat(2), { maxLength: 2 }),
        }),
        { selector: ({ name }) => name, maxLength: 3 },
      )
      .map((list) => {
        const externals = ascending(list, ({ name }) => name);
        return externals.map(({ edges, ...external }) => ({
          ...external,
          loads: edges
            .slice(0, 2)
            .map((index, i) => [["a", "b"][i] as string, index % list.length, index] as const),
        }));
      }),
    inputs: fc
      .uniqueArray(
        fc.record({
          ...{ path: text, kind: fc.constantFrom("file", "listing", "absent"), length: whole },
          digest: fc.option(hex, { nil: undefined }),
          chunk: fc.option(id, { nil: undefined }),
        }),
        { selector: ({ path }) => path, maxLength: 3 },
      )
      .map((list) => ascending(list, ({ path, kind }) => `${path}\0${kind}`)),
    environment: fc
      .uniqueArray(fc.tuple(text, fc.option(hex, { nil: undefined })), {
        ...{ selector: ([name]) => name, maxLength: 3 },
      })
      .map((list) => ascending(list, ([name]) => name)),
    zone: fc.option(text, { nil: undefined }),
    locale: fc.option(text, { nil: undefined }),
    clock: fc.option(
      fc.record({
        start: fc.integer({ min: -8.64e15, max: 8.64e15 }),
        stepMs: fc.double({ min: 0, max: 8.64e15, noNaN: true }).map((ms) => ms + 0),
      }),
      { nil: undefined },
    ),
  })
  // A left out clock is no field at all.
  .map(({ clock, ...rest }) => (clock === undefined ? rest : { ...rest, clock }))
  // A single part with the whole source is left out.
  .filter(({ source, parts }) => parts[0]?.chunk !== source);
const seeds: fc.Arbitrary<Seeds> = fc.record({
  rule: fc.constantFrom(...SEED_RULES),
  master: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
});
const TAG_FIELDS = { name: "v1", message: "", time: "" };
const SIGNATURE = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n";
const tag: fc.Arbitrary<Tag> = fc.record(
  {
    ...{ target: id, name: text, message: text, time: text },
    signature: fc.constant(SIGNATURE),
  },
  { requiredKeys: ["target", "name", "message", "time"] },
);

const paramsRef: fc.Arbitrary<ParamsRef> = fc.oneof(
  id.map((params) => ({ id: params })),
  data.filter((values) => encode(values).length <= 256).map((values) => ({ inline: values })),
);

const run: fc.Arbitrary<RunManifest> = fc
  .record({
    blockSize: fc.integer({ min: 1, max: 50 }),
    steps: fc.nat(40_000),
    more: fc.nat(10),
    starts: fc.uniqueArray(fc.nat(40_000), { maxLength: 4 }),
    begin: fc.tuple(
      ref,
      fc.uint8Array({ maxLength: 40 }),
      fc.uniqueArray(text, { maxLength: 3 }),
      witness,
    ),
    final: ref,
    program: id,
    seeds: id,
    params: fc.array(paramsRef, { minLength: 5, maxLength: 5 }),
    parents: fc.array(fc.record({ run: id, step: whole }), { maxLength: 3 }),
    meta: data,
  })
  .map((parts) => {
    const { blockSize, steps, final, parents, meta } = parts;
    const builder = new TimelineBuilder(EMPTY_TIMELINE, objects().put);
    for (let i = 0; i < Math.ceil(steps / blockSize); i++) {
      const witness = Math.imul(i, 0x9e3779b1) >>> 0;
      builder.append({ state: { inline: Uint8Array.of(i & 255) }, witness });
    }
    const starts = [0, ...parts.starts.filter((start) => start > 0 && start <= steps)];
    const [state, generator, names, witness] = parts.begin;
    const named = names.sort().map((name) => [name, generator] as const);
    const segments = starts
      .sort((a, b) => a - b)
      .map((start, i) => ({
        start,
        program: parts.program,
        seeds: parts.seeds,
        params: parts.params[i] ?? { inline: {} },
        begin:
          start % blockSize === 0 && i % 2 === 0
            ? undefined
            : { state, generator, named, witness: start % blockSize === 0 ? 0 : witness },
      }));
    const { edge } = builder.timeline();
    return { blockSize, steps, goal: steps + parts.more, segments, edge, final, parents, meta };
  });

describe("decode is the inverse of encode, and encode of decode", () => {
  const check = <T>(
    values: fc.Arbitrary<T>,
    write: (value: T) => Uint8Array,
    read: (body: Uint8Array) => T,
  ): void =>
    fc.assert(
      fc.property(values, (value) => {
        const body = write(value);
        expect(read(body)).toEqual(value);
        expect(write(read(body))).toEqual(body);
      }),
      { numRuns: 60 },
    );

  test("programs", () => check(program, encodeProgram, decodeProgram));
  test("seeds", () => check(seeds, encodeSeeds, decodeSeeds));
  test("tags", () => check(tag, encodeTag, decodeTag));

  test("only an SSH signature is one, of at most 16,384 characters", () => {
    const of = (signature: string): Tag =>
      decodeTag(encodeTag({ ...TAG_FIELDS, target: "5".repeat(64) as Id<"run">, signature }));
    const [first = "", middle = "", last = ""] = SIGNATURE.split("\n");
    expect(of(SIGNATURE).signature).toBe(SIGNATURE);
    for (const text of [
      ...["", "x", `${SIGNATURE}x`, ` ${SIGNATURE}`, SIGNATURE.trim(), `${first}\n${last}\n`],
      ...[`${first}\n-f\n${last}\n`, `${first}\n${"A".repeat(1 << 14)}\n${last}\n`],
      SIGNATURE.replace(middle, `${middle}\r`),
    ]) {
      expect(() => of(text)).toThrow(expect.objectContaining({ code: "OBJECT_INVALID" }));
    }
  });
  test("runs", () => check(run, encodeRun, decodeRun));
  test("tiles", () => {
    const all = fc.array(entry, { minLength: 64, maxLength: 64 });
    check(
      all.map((entries) => ({ level: 0 as const, entries })),
      encodeTile,
      (body) => decodeTile(body) as never,
    );
  });
});

describe("a body depends only on content", () => {
  test("not on shared objects in memory", () => {
    const state = { inline: Uint8Array.of(1, 2) };
    const params = { rates: [1, 2] };
    const shared = sample({ final: state, meta: { params, again: params } });
    const apart = structuredClone(shared);
    (apart.meta as Record<string, unknown>).again = structuredClone(params);
    const first = shared.segments[0] as RunManifest["segments"][0];
    const twice = { ...first, begin: { state, generator: state.inline, named: [], witness: 0 } };
    const copies = {
      ...first,
      begin: {
        ...{ state: structuredClone(state), generator: Uint8Array.of(1, 2) },
        ...{ named: [], witness: 0 },
      },
    };
    expect(encodeRun({ ...shared, segments: [twice] })).toEqual(
      encodeRun({ ...apart, segments: [copies] }),
    );
    expect(rootOf(hash, shared)).toBe(rootOf(hash, apart));
  });

  test("not on the buffer that its bytes lie in", () => {
    const generator = noise(100, 1).subarray(10, 26);
    const first = sample({}).segments[0] as RunManifest["segments"][0];
    const begun = (bytes: Uint8Array) =>
      encodeRun(
        sample({
          segments: [
            {
              ...first,
              begin: { state: { inline: bytes }, generator: bytes, named: [], witness: 0 },
            },
          ],
        }),
      );
    expect(begun(generator)).toEqual(begun(Uint8Array.from(generator)));
  });

  test("a key __proto__ in params stays a key", () => {
    const params = JSON.parse('{"__proto__": {"polluted": true}, "b": 1}');
    const first = sample({}).segments[0] as RunManifest["segments"][0];
    const back = decodeRun(
      encodeRun(sample({ segments: [{ ...first, params: { inline: params } }] })),
    );
    const ref = back.segments[0]?.params as ParamsRef;
    const read = "inline" in ref ? ref.inline : {};
    expect(Object.getOwnPropertyNames(read)).toEqual(["__proto__", "b"]);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect("polluted" in {}).toBe(false);
  });
});

const ID = noise(32, 9);

/** The fields of a valid body of each kind, as passed to the encoder. */
const bytesOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const VALID: Record<string, { fields: unknown[]; read: (body: Uint8Array) => unknown }> = {
  program: {
    fields: [
      ...["n", "m", "e", ID, "g", 1],
      [
        [null, bytesOf(2)],
        ["p@1.0", bytesOf(3)],
      ],
      [["x", "1.0", bytesOf(4), [["import", "x", "x.mjs"]]]],
      [["a.csv", "file", bytesOf(5), bytesOf(6), 7]],
      [["VARIABLE", bytesOf(7)]],
      ...["UTC", "en-US"],
    ],
    read: decodeProgram,
  },
  seeds: { fields: ["block", 5n], read: decodeSeeds },
  state: { fields: [70_000, [ID, noise(32, 8)]], read: decodeState },
  tile: {
    fields: [0, Array.from({ length: 64 }, (_, i) => Uint8Array.of(i)), noise(256, 1)],
    read: decodeTile,
  },
  tag: { fields: [ID, "n", "m", "t"], read: decodeTag },
  run: {
    fields: [
      ...[1, 10, 25, 30],
      [
        [0, noise(32, 1), noise(32, 2), { p: 1 }, null],
        [15, noise(32, 3), noise(32, 4), {}, [Uint8Array.of(1), noise(16, 1), 2 ** 32 - 1]],
      ],
      [[Uint8Array.of(1), [noise(32, 5)], Uint8Array.of(3)], noise(12, 1), []],
      Uint8Array.of(7),
      [[noise(32, 6), 4]],
      { time: "now" },
    ],
    read: decodeRun,
  },
};

/** Values of every type that a field may wrongly have. */
const WRONG: readonly unknown[] = [
  ...[null, undefined, true, "text", -1, 1.5, Number.NaN, -0, 2n, -(2n ** 70n), [], {}, new Map()],
  ...[
    new Set([1]),
    new Date(0),
    new Uint8Array(0),
    noise(31, 1),
    noise(33, 1),
    new Float64Array(4),
  ],
  ...[new ArrayBuffer(32), [[]], [1], [null], Object.create(null), new Uint16Array(16)],
];

/** Which of these values the schema allows in each field of the samples. */
const ALLOWED: Record<string, unknown[][]> = {
  program: [
    ...[["text"], [null, "text"], [null, "text"], [], ["text"], []],
    ...[[[]], [[]], [[]], [[]], [null, "text"], [null, "text"]],
  ],
  seeds: [[], [2n]],
  state: [[], [[]]],
  tile: [[], [], []],
  tag: [[], ["text"], ["text"], ["text"]],
  run: [[], [], [], [], [], [], [noise(31, 1)], [[]], [{}]],
};

describe("a body of the wrong form is refused", () => {
  test.each(Object.keys(VALID))("%s: the sample itself is taken", (kind) => {
    const { fields, read } = VALID[kind] as (typeof VALID)[string];
    expect(() => read(encode(fields))).not.toThrow();
    expect(encodeBody(kind as never, fields)).toEqual(encode(fields));
  });

  test.each(Object.keys(VALID))("%s: with a field too few or too many", (kind) => {
    const { fields, read } = VALID[kind] as (typeof VALID)[string];
    expect(codeOf(() => read(encode(fields.slice(0, -1))))).toBe("OBJECT_INVALID");
    expect(codeOf(() => read(encode([...fields, null])))).toBe("OBJECT_INVALID");
    expect(codeOf(() => read(encode(fields.slice(1))))).toMatch(
      /OBJECT_INVALID|UNSUPPORTED_FORMAT/,
    );
    for (const other of WRONG) expect(codeOf(() => read(encode(other)))).toBe("OBJECT_INVALID");
  });

  test.each(Object.keys(VALID))("%s: with a field of another type", (kind) => {
    const { fields, read } = VALID[kind] as (typeof VALID)[string];
    const refused = fields.map((_, i) =>
      WRONG.filter((value) => {
        const code = codeOf(() => read(encode(fields.with(i, value))));
        if (code !== "") expect(code).toMatch(/OBJECT_INVALID|UNSUPPORTED_FORMAT/);
        return code !== "";
      }),
    );
    // The accepted values are those that the schema allows there.
    const allowed = refused.map((some) => WRONG.filter((value) => !some.includes(value)));
    expect(allowed).toEqual(ALLOWED[kind]);
  });

  test.each(Object.keys(VALID))("%s: with other bytes for the same content", (kind) => {
    const { fields, read } = VALID[kind] as (typeof VALID)[string];
    const body = encode(fields);
    expect(body[0]).toBe(0x80 + fields.length);
    const rest = body.subarray(1);
    for (const other of [
      Uint8Array.of(0x98, fields.length, ...rest), // the length in two bytes
      Uint8Array.of(0x9f, ...rest, 0xff), // of indefinite length
      Uint8Array.of(0xd8, 28, ...body), // marked as shared
      Uint8Array.of(0xd9, 0xd9, 0xf7, ...body), // the tag that says CBOR
      Uint8Array.of(...body, 0), // with a byte after it
      body.subarray(0, -1),
      new Uint8Array(0),
    ]) {
      expect(codeOf(() => read(other))).toBe("OBJECT_INVALID");
    }
  });

  test.each(Object.keys(VALID))(
    "%s: no flipped bit gives anything but itself or an error",
    (kind) => {
      const { fields, read } = VALID[kind] as (typeof VALID)[string];
      const body = encode(fields);
      const write: Record<string, (value: never) => Uint8Array> = {
        program: encodeProgram,
        seeds: encodeSeeds,
        tile: encodeTile,
        tag: encodeTag,
        run: encodeRun,
      };
      for (let bit = 0; bit < 8 * body.length; bit++) {
        const changed = body.slice();
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        let value: unknown;
        const code = codeOf(() => {
          value = read(changed);
        });
        if (code !== "") expect(code).toMatch(/OBJECT_INVALID|UNSUPPORTED_FORMAT/);
        else if (write[kind]) expect(write[kind](value as never)).toEqual(changed);
      }
    },
  );
});

describe("runs", () => {
  const code = (change: Record<number, unknown>) => {
    const fields = [...(VALID.run as { fields: unknown[] }).fields];
    for (const [at, value] of Object.entries(change)) fields[Number(at)] = value;
    return codeOf(() => decodeRun(encode(fields)));
  };
  const segment = (start: unknown, begin: unknown = null) => [
    ...[start, noise(32, 1), noise(32, 2), {}],
    begin,
  ];
  const begin = (witness: unknown = 0) => [Uint8Array.of(1), noise(16, 1), witness];

  test("another format is UNSUPPORTED_FORMAT, whatever its other fields", () => {
    expect(codeOf(() => decodeRun(encode([2])))).toBe("UNSUPPORTED_FORMAT");
    expect(code({ 0: 0 })).toBe("UNSUPPORTED_FORMAT");
  });

  test("blockSize is 1 or more, goal not below steps", () => {
    expect(code({ 1: 0 })).toBe("OBJECT_INVALID");
    expect(code({ 3: 24 })).toBe("OBJECT_INVALID");
    expect(code({ 3: 25 })).toBe("");
  });

  test("the edge has the form that steps and blockSize require", () => {
    const states = (count: number) => Array.from({ length: count }, (_, i) => Uint8Array.of(i));
    const ids = (count: number) => Array.from({ length: count }, (_, i) => noise(32, i));
    const of = (steps: number, edge: unknown) =>
      code({ 1: 1, 2: steps, 3: steps, 4: [segment(0)], 5: edge });
    const edgeOf = (states: readonly unknown[], tiles: unknown, witnesses = states.length) => [
      ...[states, noise(4 * witnesses, 1), tiles],
    ];
    for (const [count, [refs, tiles]] of [
      [0, [[], []]],
      [1, [states(1), []]],
      [63, [states(63), []]],
      [64, [[], [ids(1)]]],
      [65, [states(1), [ids(1)]]],
      [4095, [states(63), [ids(63)]]],
      [4096, [[], [[], ids(1)]]],
      [4097, [states(1), [[], ids(1)]]],
      [266_305, [states(1), [ids(1), ids(1), ids(1)]]],
    ] as const) {
      const edge = edgeOf(refs, tiles);
      expect(of(count, edge)).toBe("");
      for (const wrong of [
        edgeOf([...refs, Uint8Array.of(1)], tiles),
        edgeOf(refs.slice(1), tiles.slice(1)),
        edgeOf(refs, [...tiles, []]),
        edgeOf(refs, [...tiles, ids(1)]),
        edgeOf(
          refs,
          tiles.map((level) => [...level, noise(32, 99)]),
        ),
        edgeOf(refs, tiles, refs.length + 1),
        [refs, noise(4 * refs.length + 1, 1), tiles],
        [refs, tiles],
        [refs, Array(refs.length).fill(0), tiles],
      ]) {
        const same = JSON.stringify(wrong) === JSON.stringify(edge);
        if (!same) expect(of(count, wrong)).toBe("OBJECT_INVALID");
      }
    }
  });

  test("segments begin at 0, rise, stay within the run, and have a state off the grid", () => {
    const of = (...segments: unknown[]) => code({ 4: segments });
    expect(of(segment(0), segment(10), segment(25, begin()))).toBe("");
    expect(of()).toBe("OBJECT_INVALID");
    expect(of(segment(10))).toBe("OBJECT_INVALID");
    expect(of(segment(0), segment(0))).toBe("OBJECT_INVALID");
    expect(of(segment(0), segment(20), segment(10))).toBe("OBJECT_INVALID");
    expect(of(segment(0), segment(26, begin()))).toBe("OBJECT_INVALID");
    expect(of(segment(0), segment(15))).toBe("OBJECT_INVALID");
    // The timeline holds the witness of a segment that begins on the grid.
    expect(of(segment(0), segment(15, begin(2 ** 32 - 1)))).toBe("");
    for (const witness of [2 ** 32, -1, 0.5, null, Uint8Array.of(1)]) {
      expect(of(segment(0), segment(15, begin(witness)))).toBe("OBJECT_INVALID");
    }
    expect(of(segment(0), segment(10, begin(1)))).toBe("OBJECT_INVALID");
    expect(of(segment(0, begin(1)))).toBe("OBJECT_INVALID");
    expect(of(segment(0), segment(15, begin().slice(0, 2)))).toBe("OBJECT_INVALID");
    expect(of(segment(0, [[1]]))).toBe("OBJECT_INVALID");
    expect(of(segment(0, [...begin(), 1]))).toBe("OBJECT_INVALID");
    expect(of(segment(0).slice(1))).toBe("OBJECT_INVALID");
  });

  test("a state ref is 1 to 32 bytes or one id", () => {
    for (const final of [noise(1, 1), noise(32, 1), [noise(32, 1)]])
      expect(code({ 6: final })).toBe("");
    for (const final of [noise(0, 1), noise(33, 1), [noise(31, 1)], [ID, noise(32, 1)], [[ID]]]) {
      expect(code({ 6: final })).toBe("OBJECT_INVALID");
    }
  });
});

describe("seeds", () => {
  const code = (...fields: unknown[]) => codeOf(() => decodeSeeds(encode(fields)));
  test("a master seed lies in 0..2^256 - 1", () => {
    expect(code("block", 0n)).toBe("");
    expect(code("block", 2n ** 256n - 1n)).toBe("");
    expect(code("block", 2n ** 256n)).toBe("OBJECT_INVALID");
    expect(code("block", -1n)).toBe("OBJECT_INVALID");
    expect(code("block", 5)).toBe("OBJECT_INVALID");
  });
  test("another rule is UNSUPPORTED_FORMAT", () => {
    expect(code("steps", 1n)).toBe("UNSUPPORTED_FORMAT");
  });
});

describe("tiles", () => {
  const code = (level: unknown, entries: unknown, ...witnesses: unknown[]) =>
    codeOf(() => decodeTile(encode([level, entries, ...witnesses])));
  const states = (count: number) => Array.from({ length: count }, (_, i) => Uint8Array.of(i));
  const ids = (count: number) => Array.from({ length: count }, (_, i) => noise(32, i));
  test("have 64 entries, states and their witnesses at level 0 and ids above", () => {
    expect(code(0, states(64), noise(256, 1))).toBe("");
    expect(code(1, ids(64))).toBe("");
    for (const [level, entries] of [
      ...[63, 65, 0].flatMap((count) => [
        [0, states(count)],
        [1, ids(count)],
      ]),
      [1, states(64)],
      [9, ids(64)],
      [-1, ids(64)],
    ]) {
      expect(code(level, entries)).toBe("OBJECT_INVALID");
      expect(code(level, entries, noise(256, 1))).toBe("OBJECT_INVALID");
    }
    for (const witnesses of [[], [noise(255, 1)], [noise(257, 1)], [Array(64).fill(0)], [null]]) {
      expect(code(0, states(64), ...witnesses)).toBe("OBJECT_INVALID");
    }
    expect(code(1, ids(64), noise(256, 1))).toBe("OBJECT_INVALID");
    // 32 bytes at level 0 are an inline state.
    expect(code(0, ids(64), noise(256, 1))).toBe("");
  });
});

function sample(change: Partial<RunManifest>): RunManifest {
  const segments = [
    {
      start: 0,
      program: idOf<never>(1),
      seeds: idOf<never>(2),
      params: { inline: {} },
      begin: undefined,
    },
  ];
  const run = { blockSize: 10, steps: 20, goal: 20, segments, parents: [], meta: {} };
  const entries = [
    { state: { inline: Uint8Array.of(1, 2) }, witness: 1 },
    { state: { id: idOf<never>(3) }, witness: 2 },
  ];
  const edge = { entries, tiles: [] };
  return { ...run, edge, final: { inline: Uint8Array.of(5) }, ...change };
}

describe("the packages outside a program are in the order of a walk", () => {
  const one = (name: string, imports: unknown[], ...loads: unknown[]): unknown[] => [
    ...[name, "1.0.0", noise(32, name.charCodeAt(0))],
    imports.map((file) => ["import", name, file]),
    ...loads,
  ];
  const body = (...externals: unknown[]): Uint8Array =>
    encodeBody("program", VALID.program?.fields.with(7, externals) as unknown[]);

  test("what one loads comes after what the program imports", () => {
    const externals = [
      one(
        "b",
        ["b.js"],
        [
          ["a", 2, 0],
          ["c", 1, 0],
        ],
      ),
      one("c", ["c.js"], [["b", 0, 0]]),
      one("a", []),
    ];
    expect(decodeProgram(body(...externals)).externals.map(({ loads }) => loads)).toEqual([
      [
        ["a", 2, 0],
        ["c", 1, 0],
      ],
      [["b", 0, 0]],
      [],
    ]);
  });

  test("one may be found above the project", () => {
    const externals = [one("b", ["b.js"], [], 1), one("c", ["c.js"], [["b", 0, 2]], 3)];
    expect(decodeProgram(body(...externals)).externals.map(({ up }) => up)).toEqual([1, 3]);
  });

  test.each([
    ["one that nothing loads", [one("b", ["b.js"]), one("a", [])]],
    ["a place that there is not", [one("b", ["b.js"], [["a", 1, 0]])]],
    ["a place below zero", [one("b", ["b.js"], [["a", -1, 0]])]],
    ["a place above the root", [one("b", ["b.js"], [["b", 0, -1]])]],
    [
      "a package that is not imported, found above the project",
      [one("a", ["a.js"], [["b", 1, 0]]), one("b", [], [], 1)],
    ],
    ["one found in the project, said to be above by 0", [one("b", ["b.js"], [], 0)]],
    ["no name of a package", [one("b", ["b.js"], [["../a", 0, 0]])]],
    ["an empty list", [one("b", ["b.js"], [])]],
    [
      "a name twice",
      [
        one(
          "b",
          ["b.js"],
          [
            ["a", 0, 0],
            ["a", 0, 0],
          ],
        ),
      ],
    ],
    [
      "names that are not sorted",
      [
        one(
          "b",
          ["b.js"],
          [
            ["c", 0, 0],
            ["a", 0, 0],
          ],
        ),
      ],
    ],
    ["imported ones that are not sorted", [one("b", ["b.js"]), one("a", ["a.js"])]],
    [
      "another order",
      [
        one(
          "b",
          ["b.js"],
          [
            ["c", 2, 0],
            ["d", 1, 0],
          ],
        ),
        one("d", []),
        one("c", []),
      ],
    ],
  ])("%s is refused", (_, externals) => {
    expect(() => decodeProgram(body(...externals))).toThrow(
      expect.objectContaining({ code: "OBJECT_INVALID" }),
    );
  });
});

describe("a program whose names are too long, or cannot be those of files, is refused", () => {
  const fields = VALID.program?.fields as unknown[];
  test.each([
    ["a name", 0, "n".repeat(1_001)],
    ["a path of a module with a zero byte", 1, "a\0b.ts"],
    ["a path of a module", 1, `${"m".repeat(4_096)}s`],
    ["an export", 2, "e".repeat(1_001)],
    ["a generator", 4, "g".repeat(1_001)],
    ["a time zone", 10, "z".repeat(1_001)],
    ["a locale", 11, "l".repeat(1_001)],
    [
      "a label",
      6,
      [
        [`${"p".repeat(1_000)}@1.0.0`, noise(32, 1)],
        [null, noise(32, 2)],
      ],
    ],
    [
      "a label with a zero byte",
      6,
      [
        ["p\0@1.0.0", noise(32, 1)],
        [null, noise(32, 2)],
      ],
    ],
  ])("%s", (_, index, value) => {
    let message = "";
    try {
      decodeProgram(encodeBody("program", fields.with(index, value)));
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/^not a valid program: expected /);
    expect(message.length).toBeLessThan(200);
  });

  test("and is not recorded, as it could not be read", () => {
    const program = decodeProgram(encodeBody("program", fields));
    for (const change of [{ name: "n".repeat(1_001) }, { module: "a\0" }]) {
      expect(() => encodeProgram({ ...program, ...change })).toThrow(
        expect.objectContaining({ code: "OBJECT_INVALID" }),
      );
    }
  });
});

test("an invalid clock is refused", () => {
  const base: Program = {
    ...{ name: "p", module: "p.ts", exportName: "default", source: "0".repeat(64) as Id<"chunk"> },
    ...{ generator: "g", generatorVersion: 1, ...BARE },
  };
  const read = (clock: object) => () =>
    decodeProgram(encodeProgram({ ...base, clock: { start: 0, stepMs: 1, ...clock } }));
  expect(read({ stepMs: 0.5 })().clock).toEqual({ start: 0, stepMs: 0.5 });
  for (const clock of [
    ...[{ start: 0.5 }, { start: 8.64e15 + 1 }, { start: "now" }, { start: 1n }, { start: -0 }],
    ...[{ stepMs: -1 }, { stepMs: Number.NaN }, { stepMs: 1e16 }, { stepMs: null }, { stepMs: -0 }],
  ]) {
    expect(
      read(clock),
      JSON.stringify(clock, (_, x) => String(x)),
    ).toThrow(expect.objectContaining({ code: "OBJECT_INVALID" }));
  }
});

describe("a program whose packages could deceive is refused", () => {
  const base: Program = {
    ...{ name: "p", module: "p.ts", exportName: "default", source: "0".repeat(64) as Id<"chunk"> },
    ...{ generator: "g", generatorVersion: 1, ...BARE },
  };
  const external: ExternalPackage = {
    ...{ name: "a", version: "1.0.0", digest: "1".repeat(64), loads: [] },
    specifiers: [["import", "a", "a.js"]],
  };
  const chunk = "2".repeat(64) as Id<"chunk">;
  const refused = (program: Partial<Program>): void =>
    expect(() => decodeProgram(encodeProgram({ ...base, ...program }))).toThrow(
      expect.objectContaining({ code: "OBJECT_INVALID" }),
    );

  test.each([
    "lodash@4.17.21: 5 bytes, left out\n\nlet a;",
    "a@1\r",
    "a\u2028b@1.0.0",
    "a@1.0.0 and more",
    "a\u202eb@1",
    "a/b/c@1",
    "../a@1",
    "@1.0.0/..@1",
    "",
  ])("a part of %j", (label) => refused({ parts: [{ package: label, chunk }] }));

  test.each(["../../data", "a/../../b", "..", ".", "@a", "@a/..", "/etc", "a\\b", "a\0", "C:/a/b"])(
    "a package outside named %j",
    (name) => refused({ externals: [{ ...external, name }] }),
  );

  test.each(["1\n2", "\u001b[2J", "1 2", "é"])("a version %j", (version) =>
    refused({ externals: [{ ...external, version }] }),
  );

  test.each([
    "../x.js",
    "lib/../../x.js",
    "/etc/x.js",
    "..\\x.js",
    "C:\\x.js",
    "C:x.js",
    "\\\\host\\x",
  ])("a file %j of one", (file) =>
    refused({ externals: [{ ...external, specifiers: [["import", "a", file]] }] }),
  );
});
