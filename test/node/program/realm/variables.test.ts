import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { captureOf, loadIn, projectWith } from "./realms.ts";

const root = (): string => projectWith({});
const digest = (name: string, value: string): string =>
  createHash("sha256").update(`${name}\0${value}`).digest("hex");

describe("an environment variable that is read while the program loads", () => {
  const text = `exports.v = [process.env.RATE, "HOME" in process.env, process.env.NONE];
    const { RATE } = host("process").env;`;
  const variables = { RATE: "0.5", HOME: "/h", OTHER: "x" };

  test("is recorded by its name and a digest, never by its value", async () => {
    const { exports, realm } = await loadIn(root(), text, { variables });
    expect(exports.v).toEqual(["0.5", true, undefined]);
    const captured = realm.recorded();
    expect(captured.environment).toEqual([
      ["HOME", digest("HOME", "/h")],
      ["NONE", null],
      ["RATE", digest("RATE", "0.5")],
    ]);
    expect(JSON.stringify(captured)).not.toContain("0.5");
    const again = await loadIn(root(), text, { variables: { ...variables, OTHER: "y" }, captured });
    expect(again.exports.v).toEqual(exports.v);
    expect(again.realm.recorded()).toEqual(captured);
  });

  test.each([
    [{ RATE: "0.6", HOME: "/h" }, "RATE has another value than when the program was recorded"],
    [{ HOME: "/h" }, "RATE is not set, but was when the program was recorded"],
    [{ ...variables, NONE: "" }, "NONE is set, but was not when the program was recorded"],
  ])("must be what it was: %o", async (other, message) => {
    const captured = await captureOf(root(), text, { variables });
    const caught = `try { ${text} } catch {}`;
    for (const program of [text, caught]) {
      await expect(loadIn(root(), program, { variables: other, captured })).rejects.toMatchObject({
        code: "PROGRAM_ENVIRONMENT_CHANGED",
        message: `the environment variable ${message}`,
        data: { hint: "pass what the step needs as a param" },
      });
    }
  });

  test("must have been read", async () => {
    const captured = await captureOf(root(), "");
    await expect(loadIn(root(), text, { variables, captured })).rejects.toThrow(
      "the program reads the environment variable RATE, which it did not read when it was recorded",
    );
  });
});

describe("variables that need no recording", () => {
  test("NODE_ENV and TZ are the same in each replay; what the program assigns is its own", async () => {
    const text = `process.env.MINE = 5; delete process.env.GONE;
      exports.f = () => [process.env.NODE_ENV, typeof process.env.TZ, process.env.MINE, process.env.GONE]`;
    const variables = { NODE_ENV: "development", TZ: "UTC", GONE: "1" };
    const { step, realm } = await loadIn(root(), text, { variables });
    expect(step("f")).toEqual(["production", "string", "5", undefined]);
    expect(realm.recorded().environment).toEqual([]);
    expect(process.env.MINE).toBeUndefined();
  });

  test("a package sees none: the setup of a terminal decides nothing", async () => {
    const text = `/* PACKAGE */ exports.v = [process.env.TERM, "CI" in process.env, Object.keys(process.env)]`;
    const { exports, realm } = await loadIn(root(), text, { variables: { TERM: "x", CI: "1" } });
    expect(exports.v).toEqual([undefined, false, ["NODE_ENV", "TZ"]]);
    expect(realm.recorded().environment).toEqual([]);
  });
});

describe("refusals", () => {
  test.each(["Object.keys(process.env)", "({ ...process.env })", "JSON.stringify(process.env)"])(
    "all variables at once: %s",
    async (text) => {
      await expect(loadIn(root(), text)).rejects.toThrow(
        "process.env as a whole was read while the module was loaded, and a replay would not give the same result: read each variable by its name",
      );
    },
  );

  test.each(["process.env.RATE", '"RATE" in process.env', "(process.env.RATE = 1)"])(
    "in a step: %s",
    async (text) => {
      const program = await loadIn(root(), `process.env.OTHER; exports.f = () => ${text}`);
      expect(() => program.step("f")).toThrow(
        "process.env.RATE was read in a step, and a replay would not give the same result: read it at the top of the module, or make it a param",
      );
    },
  );
});
