import { describe, expect, expectTypeOf, test } from "vitest";
import { isRewindError, RewindError } from "../../src/base/errors.ts";
import { withData } from "../../src/base/with-data.ts";

const past = new RewindError("STEP_OUT_OF_RANGE", "expected a step in 0..10, got 11", {
  step: 11,
  last: 10,
});

describe("the type of an error's data follows from its code", () => {
  test("where it is made", () => {
    // @ts-expect-error: no such code.
    new RewindError("STEP_OUT_OF_REACH", "");
    // @ts-expect-error: the data of this code has a part that is required.
    new RewindError("STEP_OUT_OF_RANGE", "");
    // @ts-expect-error: a part is missing.
    new RewindError("STEP_OUT_OF_RANGE", "", { step: 11 });
    // @ts-expect-error: a part is misspelt.
    new RewindError("STORE_DAMAGED", "", { flie: "HEAD" });
    // @ts-expect-error: a part is of another type.
    new RewindError("AMBIGUOUS_ID", "", { prefix: "ab", matches: 2 });
    // Data of which no part is required may be left out.
    expect(new RewindError("WRITER_POISONED", "").data).toEqual({});
  });

  test("where it is caught", () => {
    const caught: unknown = past;
    if (!isRewindError(caught, "STEP_OUT_OF_RANGE", "INVALID_SEED")) return expect.fail();
    expectTypeOf(caught.code).toEqualTypeOf<"STEP_OUT_OF_RANGE" | "INVALID_SEED">();
    if (caught.code === "STEP_OUT_OF_RANGE") expectTypeOf(caught.data.last).toEqualTypeOf<number>();
    expect(isRewindError(caught, "INVALID_SEED")).toBe(false);
  });

  test("with instanceof, as a caller of the library finds it", () => {
    const caught: unknown = past;
    if (!(caught instanceof RewindError)) return expect.fail();
    // @ts-expect-error: not every code has it.
    expect(caught.data.last).toBe(10);
    if (caught.code !== "STEP_OUT_OF_RANGE") return expect.fail();
    expectTypeOf(caught.data.last).toEqualTypeOf<number>();
    expect(new Error("another") instanceof RewindError).toBe(false);
  });

  test("an error of a class that extends it is told apart", () => {
    class Own extends RewindError<"USAGE"> {}
    const own = new Own("USAGE", "");
    expect(own instanceof Own && own instanceof RewindError).toBe(true);
    expect((past as unknown) instanceof Own).toBe(false);
  });
});

describe("an error that says more", () => {
  const cause = new Error("the first");
  const error = new RewindError("STORE_FAILED", "it failed", { file: "HEAD" }, { cause });

  test("keeps its code, its data and its cause", () => {
    const more = withData(error, { left: true });
    expectTypeOf(more).toEqualTypeOf<RewindError<"STORE_FAILED">>();
    expect(more).toMatchObject({ code: "STORE_FAILED", message: "it failed", cause });
    expect(more.data).toEqual({ file: "HEAD", left: true });
    expect(error.data).toEqual({ file: "HEAD" });
  });

  test("has data of its own code too, and another message", () => {
    const more = withData(error, { file: "config" }, "it failed again");
    expect(more).toMatchObject({ message: "it failed again", data: { file: "config" } });
    // @ts-expect-error: not a part of this error's data.
    withData(error, { last: 3 });
  });

  test("is the same if it is no RewindError", () => {
    expect(withData(cause, { left: true })).toBe(cause);
  });
});
