import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeGuard } from "../../../src/node/host/guard-node.ts";
import { checkPlace, currentPlace, pinPlace } from "../../../src/node/host/place.ts";
import { useLocale } from "../../../src/node/host/place-locale.ts";

const SRC: string = fileURLToPath(new URL("../../../src/node/", import.meta.url));
let folder: string;

/** A program that depends on zone and locale, recorded and replayed in separate processes. */
const PROGRAM = `
  const made = new Date(2024, 2, 9, 12).getTime(); // at load, in local time
  exports.f = (day) => {
    const date = new Date(made);
    date.setDate(date.getDate() + day); // 23 hours further, where the clocks go forward
    return [date.getTime(), date.getHours(), String(date), date.toLocaleString(),
      (1234.5).toLocaleString(), ["z", "ä", "a"].sort((a, b) => a.localeCompare(b)).join(""),
      "i".toLocaleUpperCase(), Intl.DateTimeFormat().resolvedOptions().timeZone,
      Intl.NumberFormat().format(0.5), new Intl.PluralRules().resolvedOptions().locale,
      [1234.5].toLocaleString(), process.env.TZ, navigator.language];
  };`;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "rewind-place-"));
  const contents = `
    import { Script } from "node:vm";
    import { createRealm } from ${JSON.stringify(`${SRC}program/realm.ts`)};
    import { nodeGuard } from ${JSON.stringify(`${SRC}host/guard-node.ts`)};
    import { placeSigns } from ${JSON.stringify(`${SRC}host/place.ts`)};
    const signs = placeSigns();
    const captured = process.argv[2] ? JSON.parse(process.argv[2]) : undefined;
    const guard = nodeGuard();
    const before = [new Date(0).getHours(), (1.5).toLocaleString()];
    const realm = createRealm({ root: ".", mode: captured ? "replay" : "record", captured,
      limitBytes: 1000, filename: "p.js", guard, variables: process.env });
    const names = Object.keys(realm.scope);
    const code = "(function (exports, " + names + ") {" + ${JSON.stringify(PROGRAM)} + "})";
    const exports = {};
    await realm.load(() => new Script(code, { filename: "p.js" }).runInThisContext()(
      exports, ...names.map((name) => realm.scope[name])));
    const states = guard(() => { guard.pin(realm.place); return [0, 1, 2].map(exports.f); });
    const after = [new Date(0).getHours(), (1.5).toLocaleString()];
    console.log(JSON.stringify({ signs, states, captured: realm.recorded(), same: before.join() === after.join() }));
  `;
  await build({
    stdin: { contents, resolveDir: SRC, loader: "js" },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: path.join(folder, "child.mjs"),
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Child {
  readonly signs: string[];
  readonly states: unknown[][];
  readonly captured: { readonly zone: string; readonly locale: string };
  readonly same: boolean;
}

function run(TZ: string, LC_ALL: string, captured?: object): Child {
  const values = captured === undefined ? [] : [JSON.stringify(captured)];
  const child = spawnSync(process.execPath, [path.join(folder, "child.mjs"), ...values], {
    env: { ...process.env, TZ, LC_ALL },
    encoding: "utf8",
  });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout) as Child;
}

describe("a program that was recorded in one place, and replayed in another", () => {
  const places = [
    ["UTC", "en_US.UTF-8"],
    ["America/New_York", "en_US.UTF-8"],
    ["Europe/Berlin", "de_DE.UTF-8"],
    ["Asia/Kolkata", "tr_TR.UTF-8"],
  ] as const;

  test("gives the same states", () => {
    const recorded = places.map(([zone, locale]) => run(zone, locale));
    const answers = recorded.map(({ states }) => JSON.stringify(states));
    expect(new Set(answers).size, "the places differ").toBe(places.length);
    for (const { captured, states } of recorded) {
      for (const [zone, locale] of places) {
        const replayed = run(zone, locale, captured);
        expect(replayed.states, `${captured.zone} in ${zone}`).toEqual(states);
        expect(replayed.captured).toEqual(captured);
        expect(replayed.same, "the process is left as it was").toBe(true);
      }
    }
  });

  test("a date over a change of the clocks, recorded under UTC and read in New York", () => {
    const { captured, states } = run("UTC", "en_US.UTF-8");
    const { states: there } = run("America/New_York", "en_US.UTF-8", captured);
    const noon = Date.UTC(2024, 2, 9, 12);
    expect(there.map(([time]) => time)).toEqual([0, 1, 2].map((day) => noon + day * 86_400_000));
    expect(there).toEqual(states);
    const local = run("America/New_York", "en_US.UTF-8").states.map(([time]) => Number(time));
    expect(Number(local[1]) - Number(local[0]), "a day of 23 hours").toBe(23 * 3_600_000);
  });
});

test("a zone recorded under an alias has the same name in every replay", () => {
  const { captured, states } = run("GMT", "en_US.UTF-8");
  expect(captured.zone).toBe("UTC");
  expect(run("Europe/Berlin", "en_US.UTF-8", captured).states).toEqual(states);
});

test("the signs of a place differ where its zone or its locale does, and only there", () => {
  const signs = (zone: string, locale: string): string => run(zone, locale).signs.join();
  const here = signs("Europe/Berlin", "de_DE.UTF-8");
  expect(signs("Europe/Berlin", "de_DE.UTF-8")).toBe(here);
  // These two have the same names for their times.
  expect(signs("Europe/Paris", "de_DE.UTF-8")).not.toBe(here);
  expect(signs("Europe/Berlin", "en_US.UTF-8")).not.toBe(here);
});

describe("pinning", () => {
  test("ends with the run, even if a step throws", () => {
    const guard = nodeGuard();
    const hours = (): number => new Date(0).getHours();
    const before = [hours(), process.env.TZ, (1.5).toLocaleString()];
    const place = { zone: "Asia/Tokyo", locale: "de-DE" };
    const inside = guard(() => {
      guard.pin(place);
      return [guard(hours), hours(), (1.5).toLocaleString()];
    });
    expect(inside).toEqual([9, 9, "1,5"]);
    expect(() =>
      guard(() => {
        guard.pin(place);
        throw new Error("mine");
      }),
    ).toThrow("mine");
    expect([hours(), process.env.TZ, (1.5).toLocaleString()]).toEqual(before);
  });

  test("two programs of two places in one run", () => {
    const guard = nodeGuard();
    const tokyo = { zone: "Asia/Tokyo", locale: "en-US" };
    const lima = { zone: "America/Lima", locale: "en-US" };
    const hours = guard(() =>
      [tokyo, lima, tokyo].map((place) => {
        guard.pin(place);
        return new Date(0).getHours();
      }),
    );
    expect(hours).toEqual([9, 19, 9]);
  });

  test("stays right after 150 switches, when the process's own place is asked for", () => {
    const { locale } = currentPlace();
    const before = String(new Date(0));
    for (let i = 0; i < 150; i++) {
      const zone = ["UTC", "Asia/Tokyo", currentPlace().zone][i % 3] as string;
      const back = pinPlace({ zone, locale });
      const real = new Date(0).toLocaleString("en", { timeZone: zone });
      expect(new Date(0).toLocaleString("en")).toBe(real);
      back();
    }
    expect(String(new Date(0))).toBe(before);
  });

  test("every zone of the language is accepted, and no other", () => {
    const { locale } = currentPlace();
    for (const zone of Intl.supportedValuesOf("timeZone")) {
      expect(() => checkPlace({ zone, locale }), zone).not.toThrow();
    }
    for (const zone of [
      "Europe/Berlinn",
      "Foo/Bar",
      "FOO3BAR",
      "A/B3C",
      ":UTC",
      "Etc/Unknown",
      "",
    ]) {
      expect(() => checkPlace({ zone, locale }), zone).toThrow("which this Node does not have");
    }
  });

  test("the name of the zone in a date's text is as the language writes it", () => {
    const { locale } = currentPlace();
    const texts = (): string[] =>
      [0, 1.7e12, 1.72e12].flatMap((at) => [String(new Date(at)), new Date(at).toTimeString()]);
    for (const zone of [
      "UTC",
      "America/New_York",
      "Asia/Kathmandu",
      "America/Sao_Paulo",
      "Africa/Cairo",
    ]) {
      const back = pinPlace({ zone, locale });
      const real = texts();
      const undo = useLocale(locale);
      expect(texts()).toEqual(real);
      undo();
      back();
    }
    const undo = useLocale(locale);
    expect(String(new Date(Number.NaN))).toBe("Invalid Date");
    undo();
  });

  test("an explicit locale is not replaced, and the functions look unchanged to a step", () => {
    const back = pinPlace({ ...currentPlace(), locale: "de-DE" });
    try {
      expect((1.5).toLocaleString("en")).toBe("1.5");
      expect(Number.prototype.toLocaleString.name).toBe("toLocaleString");
      expect(new Intl.NumberFormat()).toBeInstanceOf(Intl.NumberFormat);
      expect(new Intl.NumberFormat().constructor).toBe(Intl.NumberFormat);
      expect(Intl.DateTimeFormat().resolvedOptions().locale).toBe("de-DE");
      expect("I".toLocaleLowerCase("tr")).toBe("ı");
    } finally {
      back();
    }
  });

  test.each([
    [{ zone: "Mars/Olympus", locale: "en-US" }, 'time zone "Mars/Olympus"'],
    [{ zone: "UTC", locale: "xx-XX" }, 'locale "xx-XX"'],
    [{ zone: "UTC", locale: "not a locale" }, 'locale "not a locale"'],
  ])("to what this host lacks is refused: %o", (place, name) => {
    const error = expect.objectContaining({
      code: "PLACE_UNKNOWN",
      message: `this run was recorded in the ${name}, which this Node does not have`,
    });
    expect(() => checkPlace(place)).toThrow(error);
    expect(() => nodeGuard()(() => nodeGuard().pin(place))).toThrow(error);
  });
});
