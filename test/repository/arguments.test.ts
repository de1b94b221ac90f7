import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRewindError } from "../../src/base/errors.ts";
import {
  Config,
  defineSimulation,
  describeFile,
  initRepository,
  load,
  openRepository,
  type Repository,
  type Run,
  record,
} from "../../src/index.ts";

const walk = defineSimulation({
  name: "walk",
  params: { p: 0.5 },
  init: () => ({ x: 0 }),
  step: (state: { x: number }, rng) => ({ x: state.x + (rng.random() < 0.5 ? 1 : -1) }),
});

type Method = (...given: unknown[]) => unknown;

let folder: string;
let repo: Repository;
let run: Run<{ x: number }, { p: number }>;
/** Each class of the library: an object of it, to be called. */
let objects: Readonly<Record<string, object>>;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "rewind-arguments-"));
  repo = await initRepository(folder, { simulations: [walk] });
  run = await repo.record(walk, { steps: 20, seed: 1, blockSize: 5, branch: "main" });
  objects = {
    run,
    repository: repo,
    branches: repo.branches,
    tags: repo.tags,
    sharing: await repo.sharing(),
    config: new Config(folder, {}),
    module: { initRepository, openRepository, record, load, describeFile },
  };
});

afterAll(async () => {
  await repo.close();
  rmSync(folder, { recursive: true, force: true });
});

const holds = (): boolean => true;

/** Of each method with options, the arguments before them. */
const BEFORE_OPTIONS: Readonly<Record<string, readonly unknown[]>> = {
  "module.initRepository": ["nowhere"],
  "module.openRepository": ["nowhere"],
  "module.record": [walk],
  "module.describeFile": ["a.replay"],
  "run.get": [1],
  "run.branch": [1],
  "run.find": [holds],
  "run.findLast": [holds],
  "run.count": [holds],
  "run.bisect": [holds],
  "run.stats": [holds],
  "run.observed": ["infected"],
  "run.observe": ["infected", { expression: "1" }],
  "run.series": [holds],
  "run.findChange": ["x"],
  "run.countChanges": ["x"],
  "run.blame": [3],
  "run.explore": [3],
  "run.table": ["steps"],
  "run.verify": [],
  "run.save": ["a.replay"],
  "run.hydrate": [],
  "run.artifact": [],
  "run.trace": [0],
  "run.compareTrace": [new Uint8Array()],
  "repository.revision": ["main"],
  "repository.range": ["main@1.."],
  "repository.log": ["main"],
  "repository.describe": ["main"],
  "repository.blame": ["main"],
  "repository.diff": ["main", "main"],
  "repository.plot": [["main"], [{ label: "x", look: holds }]],
  "repository.reflog": ["main"],
  "repository.record": [walk],
  "repository.branch": ["fix", "main"],
  "repository.branchEach": ["main", [{ branch: "fix" }]],
  "repository.explore": ["main"],
  "repository.extend": ["main"],
  "repository.resume": ["main"],
  "repository.load": ["a.replay"],
  "repository.table": ["steps", "main"],
  "repository.sql": ["select 1", "main"],
  "repository.save": ["main", "a.replay"],
  "repository.artifact": ["main"],
  "branches.create": ["fix", "0".repeat(64)],
  "branches.createAll": [[{ name: "fix", run: "0".repeat(64) }]],
  "tags.create": ["v1", "main"],
  "tags.verify": ["v1"],
  "sharing.add": ["lab", "../lab"],
  "sharing.push": ["lab"],
  "sharing.delete": ["lab", ["main"]],
  "sharing.check": ["lab"],
  "sharing.fetch": ["lab"],
  "sharing.pull": ["lab", "main"],
};

describe("the options of the library", () => {
  test("the table names every method with options", () => {
    const named = Object.keys(BEFORE_OPTIONS).filter((name) => !name.startsWith("module."));
    // The other run comes before the options of `diff`, and is made in a hook.
    expect([...named, "run.diff"].sort()).toEqual([...withOptions()].sort());
  });

  test.each([...Object.keys(BEFORE_OPTIONS), "run.diff"])("%s refuses others", async (name) => {
    const before = name === "run.diff" ? [run] : (BEFORE_OPTIONS[name] ?? []);
    for (const [options, message] of [
      [{ cuont: 3 }, /^expected an option among .*, got "cuont"/],
      [3, /^expected the options to be \{ .* \}, got 3$/],
      [null, /^expected the options to be \{ .* \}, got null$/],
    ] as const) {
      await expect(called(name, [...before, options])).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        message: expect.stringMatching(message),
      });
    }
  });

  test("names the nearest, and every option that there is", async () => {
    const options = { last: true, too: 3 } as never;
    await expect(run.find(holds, options)).rejects.toThrow(
      'expected an option among onProgress, signal, jobs, from, to, previous, got "last"',
    );
    await expect(openRepository(folder, { trusted: true } as never)).rejects.toThrow(
      'got "trusted"; did you mean trust?',
    );
  });

  test("values of another kind are refused", async () => {
    const refused = (work: Promise<unknown>, message: string) =>
      expect(work).rejects.toThrow(message);
    await refused(run.verify({ full: 1 } as never), "expected full to be true or false, got 1");
    await refused(
      run.find(holds, { onProgress: 1 } as never),
      "expected onProgress to be a function, got 1",
    );
    await refused(run.find(holds, { signal: {} } as never), "signal to be an AbortSignal");
    await refused(repo.reflog("main", { limit: -1 }), "limit to be a whole number, at least 0");
    await refused(
      repo.checkRecorded("main", { stpes: 5 } as never),
      'got "stpes"; did you mean steps?',
    );
  });
});

/** Values that are seldom what a method takes. */
const WRONG: readonly unknown[] = [
  ...[undefined, null, true, 3, -1, 0.5, "x", "", 7n, Symbol("s")],
  ...[{}, [], [3], [null], () => 1, new Map(), new Uint8Array(2), new Date(0)],
];

/** What writes elsewhere, waits for others, or takes what no caller makes itself. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "repository.close",
  "repository.environment",
  "run.save",
  "repository.save",
  "module.initRepository",
]);

describe("wrong arguments", () => {
  test.each(["run", "repository", "branches", "tags", "sharing", "config", "module"])(
    "no method of %s fails with an error of JavaScript",
    async (kind) => {
      const failed: string[] = [];
      for (const method of methodsOf(kind)) {
        const name = `${kind}.${method}`;
        if (LEFT_OUT.has(name)) continue;
        const valid = BEFORE_OPTIONS[name] ?? [];
        for (const value of WRONG) {
          const given = [[value], [...valid.slice(0, -1), value], ["main", value], [1, value]];
          for (const values of given) {
            const error = await called(name, values).then(
              () => undefined,
              (thrown: unknown) => thrown,
            );
            if (error === undefined || isRewindError(error)) continue;
            failed.push(`${name}(${values.map(String)}): ${error}`);
            break;
          }
        }
      }
      expect(failed).toEqual([]);
    },
  );

  test("say what was expected and what came", async () => {
    await expect(run.find("x" as never)).rejects.toThrow(
      'expected predicate to be a function, got "x"',
    );
    await expect(run.stats(undefined as never)).rejects.toThrow(
      "expected metric to be a function, got undefined",
    );
    await expect(run.diff(5 as never)).rejects.toThrow("expected the other run to be a run, got 5");
    await expect(repo.revision(3 as never)).rejects.toThrow(
      "expected a revision to be a text, got 3",
    );
    await expect(repo.branches.get({} as never)).rejects.toThrow(
      "expected a name to be a text, got an object",
    );
  });
});

async function called(name: string, given: readonly unknown[]): Promise<unknown> {
  const [kind = "", method = ""] = name.split(".");
  const object = objects[kind] as Readonly<Record<string, Method>>;
  return object[method]?.(...given);
}

/** The public methods of a class of the library, and of those that it extends. */
function methodsOf(kind: string): string[] {
  const names = new Set<string>();
  let object: object | null = objects[kind] as object;
  if (kind === "module") return Object.keys(object);
  for (object = Object.getPrototypeOf(object); object; object = Object.getPrototypeOf(object)) {
    if (object === Object.prototype) break;
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      if (typeof value === "function" && name !== "constructor") names.add(name);
    }
  }
  return [...names].filter((name) => !HIDDEN.has(name));
}

/** Protected methods. */
const HIDDEN: ReadonlySet<string> = new Set(["noteBranch", "known", "open", "note"]);

const CLASSES: Readonly<Record<string, string>> = {
  Run: "run",
  Repository: "repository",
  ReadableRepository: "repository",
  RecordingRepository: "repository",
  Branches: "branches",
  Tags: "tags",
  Sharing: "sharing",
  Remotes: "sharing",
  Config: "config",
};

/** The methods whose last parameter is options, by the text of the classes. */
function withOptions(): ReadonlySet<string> {
  const src = fileURLToPath(new URL("../../src/", import.meta.url));
  const repository = readdirSync(`${src}repository`).map((file) => `repository/${file}`);
  const files = [
    ...["replay/run/run.ts", "repository.ts", "history/branches.ts", "node/config/config.ts"],
    ...repository,
  ];
  const found = new Set<string>();
  for (const file of files) {
    const text = readFileSync(src + file, "utf8");
    const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    for (const statement of statements.filter(ts.isClassDeclaration)) {
      const kind = CLASSES[statement.name?.text ?? ""];
      for (const member of statement.members) {
        if (kind === undefined || !ts.isMethodDeclaration(member)) continue;
        const last = member.parameters.at(-1);
        const isPublic = ts.isIdentifier(member.name) && !HIDDEN.has(member.name.text);
        if (last === undefined || !isPublic) continue;
        const isOptions = /^(options|request)$/.test(last.name.getText());
        if (isOptions || ts.isObjectBindingPattern(last.name)) {
          found.add(`${kind}.${member.name.getText()}`);
        }
      }
    }
  }
  return found;
}
