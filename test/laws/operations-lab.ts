import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, expect } from "vitest";
import { type ErrorCode, isRewindError } from "../../src/base/errors.ts";
import { redo, reflog, undo } from "../../src/history/operations.ts";
import { createTag, deleteTag } from "../../src/history/tags.ts";
import { createStore, openStore } from "../../src/node/store/store-folder.ts";
import type { FileStoreTools } from "../../src/node/store/store-tools.ts";
import { objectsOf } from "../../src/object/closure.ts";
import { type Id, isId } from "../../src/object/id.ts";
import { decodeRun } from "../../src/object/run.ts";
import { decodeTag } from "../../src/object/tag.ts";
import type { LongOptions } from "../../src/replay/environment.ts";
import type { Run } from "../../src/replay/run/run.ts";
import type { Simulation } from "../../src/replay/simulation.ts";
import { Repository } from "../../src/repository.ts";
import { objectReader } from "../../src/store/object-store.ts";
import { type ForkPlan, forked } from "../support/arbitraries.ts";
import { encodingOf, type Lineage } from "../support/brute-force.ts";
import { memoryFiles } from "../support/memory-files.ts";
import { FORMS, type Knobs } from "../support/simulation-forms.ts";
import { countingClock, storeTools } from "../support/store-tools.ts";
import { type Action, BRANCHES, type Stop, TAGS, type Where } from "./operations-actions.ts";
import { cutAt, type Expected, fragile, type Head, Model, type Refs } from "./operations-model.ts";

/** Runs that are longer than this are extended only by a step. */
const LONG_ENOUGH = 140;

// Files are in memory, except for questions to the system: whether the store's folder is writable,
// and its settings.
const ROOT = mkdtempSync(path.join(os.tmpdir(), "rewind-operations-"));
mkdirSync(path.join(ROOT, ".rewind/local"), { recursive: true });
writeFileSync(path.join(ROOT, ".rewind/config"), '{"format":1}\n');
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

/** A repository and the model that it must agree with. Every action goes to both. */
export class Lab {
  readonly model: Model = new Model();
  /** How often each action succeeded. */
  readonly succeeded: Map<string, number> = new Map();
  readonly #failing: { at: number | undefined } = { at: undefined };
  readonly #simulations = FORMS.map((form) => fragile(form, this.#failing));
  readonly #tools: FileStoreTools = storeTools(memoryFiles());
  readonly #clock = countingClock();
  repo!: Repository;

  async create(): Promise<this> {
    createStore(ROOT, this.#tools);
    await this.reopen();
    return this;
  }

  /** Continues as another process. */
  async reopen(): Promise<void> {
    await this.repo?.close();
    const store = await openStore(ROOT, this.#tools, this.#clock);
    expect(store.recovered).toEqual([]);
    this.repo = new Repository(ROOT, store, { simulations: this.#simulations });
  }

  /** Carries out an action, and checks that it did that and nothing else. */
  async act(action: Action): Promise<void> {
    const operations = await this.repo.store.refs.operations();
    const before = this.model.moments.length;
    await this.#do(action);
    expect(await refsOf(this.repo)).toEqual(this.model.refs);
    const { headRun } = this.model;
    if (headRun !== undefined) expect((await this.repo.resolve("HEAD")).id).toBe(headRun);
    const logged = (await this.repo.store.refs.operations()).length - operations.length;
    expect(logged, "operations logged").toBe(this.model.moments.length - before);
    if (logged > 0) {
      this.#count(action.do);
    }
  }

  async #do(action: Action): Promise<void> {
    const { model, repo } = this;
    const { refs } = repo.store;
    switch (action.do) {
      case "record": {
        const { form, steps, blockSize, seed, params, restart } = action;
        const branch = BRANCHES[action.name % BRANCHES.length]!;
        const lineage: Lineage = {
          ...{ form: FORMS[form]!, steps, blockSize, seed, params },
          changes: [],
        };
        const ref = `refs/heads/${branch}`;
        const old = model.refs.named[ref];
        const simulation = this.#simulations[form] as Simulation<unknown, Knobs>;
        const refusal =
          old === undefined || !restart ? this.#taken([branch], undefined, true) : undefined;
        const made = await this.#recording(lineage, 0, action.stop, refusal, (long) =>
          repo.record(simulation, { steps, blockSize, seed, params, branch, restart, ...long }),
        );
        if (made === undefined) return;
        const archive = old === undefined ? {} : await this.#archived(old);
        return model.move({ [ref]: made, ...archive }, { ref });
      }
      case "branch": {
        const from = this.#meant(action.of);
        if (from === undefined) return;
        const branch = BRANCHES[action.name % BRANCHES.length]!;
        const { at, lineage, changes } = this.#fork(from.run.lineage, action.plan);
        const made = await this.#recording(
          lineage,
          at,
          action.stop,
          this.#taken([branch]),
          (options) =>
            repo.branch<unknown, Knobs>(branch, `${from.text}@${at}`, { ...changes, ...options }),
        );
        if (made !== undefined) this.#branched({ [`refs/heads/${branch}`]: made });
        return;
      }
      case "matrix": {
        const from = this.#meant(action.of);
        if (from === undefined) return;
        const { at, lineage, changes } = this.#fork(from.run.lineage, action.plan);
        const change = lineage.changes.at(-1)!;
        const forks = action.values.map((values, i) => {
          const params = { ...change.params, ...values };
          const all = [...lineage.changes.slice(0, -1), { ...change, params }];
          // Each is a step longer than the one before, so that a step can fail in only one of them.
          const steps = lineage.steps + i;
          return {
            branch: BRANCHES[(action.name + i) % BRANCHES.length]!,
            lineage: { ...lineage, steps, changes: all },
            options: { ...changes, params, steps },
          };
        });
        const made = await this.#recordings(
          forks.map((fork) => fork.lineage),
          at,
          action.stop,
          this.#taken(forks.map(({ branch }) => branch)),
          (long) =>
            repo.branchEach<unknown, Knobs>(
              `${from.text}@${at}`,
              forks.map(({ branch, options }) => ({ branch, ...options })),
              long,
            ),
        );
        if (made.length === 0) return;
        return this.#branched(
          Object.fromEntries(made.map((id, i) => [`refs/heads/${forks[i]!.branch}`, id])),
        );
      }
      case "extend": {
        const branch = this.#branch(action.name);
        const run = this.#runOf(branch);
        if (run === undefined) {
          return refused(["REF_NOT_FOUND"], repo.extend(branch, { by: action.by + 1 }));
        }
        const by = run.lineage.steps > LONG_ENOUGH ? Math.min(1, action.by) : action.by;
        const { params } = action;
        if (by === 0) return refused(["INVALID_STEPS"], repo.extend(branch, { by, params }));
        const from = run.lineage.steps;
        const changes = params === undefined ? [] : [{ at: from, params }];
        const lineage = {
          ...run.lineage,
          steps: from + by,
          changes: [...run.lineage.changes, ...changes],
        };
        const made = await this.#recording(lineage, from, action.stop, undefined, (long) =>
          repo.extend<unknown, Knobs>(branch, { by, params, ...long }),
        );
        if (made !== undefined) model.move({ [`refs/heads/${branch}`]: made });
        return;
      }
      case "resume": {
        const branch = this.#branch(action.name, true);
        const run = this.#runOf(branch);
        if (run === undefined) return refused(["REF_NOT_FOUND"], repo.resume(branch));
        if (run.goal === run.lineage.steps) {
          return refused(["NOTHING_TO_RESUME"], repo.resume(branch));
        }
        const lineage = { ...run.lineage, steps: run.goal };
        const from = run.lineage.steps;
        const made = await this.#recording(lineage, from, action.stop, undefined, (long) =>
          repo.resume(branch, long),
        );
        if (made !== undefined) model.move({ [`refs/heads/${branch}`]: made });
        return;
      }
      case "reset": {
        const branch = this.#branch(action.name);
        const run = this.#runOf(branch);
        if (run === undefined) return refused(["REF_NOT_FOUND"], repo.reset(branch, 0));
        const ref = `refs/heads/${branch}`;
        const { steps } = run.lineage;
        await refused(["STEP_OUT_OF_RANGE"], repo.reset(branch, steps + 1));
        const at = Math.round(action.fraction * steps);
        const before = model.refs.named[ref]!;
        const { run: cut, archived } = await repo.reset(branch, at);
        model.learn(cut.id, cutAt(run.lineage, at), at);
        const archive = await this.#archived(before);
        expect(Object.keys(archive)).toEqual([`refs/${archived}`]);
        return model.move({ [ref]: cut.id, ...archive });
      }
      case "tag": {
        const of = this.#meant(action.of);
        if (of === undefined) return;
        const tag = TAGS[action.name % TAGS.length]!;
        const { id: target } = await repo.resolve(of.text);
        expect(target).toBe(of.id);
        const made = createTag(repo.store.objects, refs, {
          ...{ name: tag, target, message: "", time: "", force: action.force },
        });
        const ref = `refs/tags/${tag}`;
        if (ref in model.refs.named && !action.force) return refused(["REF_EXISTS"], made);
        await made;
        return model.move({ [ref]: target });
      }
      case "untag": {
        const tag = TAGS[action.name % TAGS.length]!;
        const ref = `refs/tags/${tag}`;
        if (!(ref in model.refs.named)) return refused(["REF_NOT_FOUND"], deleteTag(refs, tag));
        await deleteTag(refs, tag);
        return model.move({ [ref]: undefined });
      }
      case "delete": {
        const branch = this.#branch(action.name);
        if (this.#runOf(branch) === undefined) {
          return refused(["REF_NOT_FOUND"], repo.branches.delete(branch));
        }
        const ref = `refs/heads/${branch}`;
        const { head, named } = model.refs;
        await repo.branches.delete(branch);
        // HEAD stays on the run of a deleted branch.
        const stays = "ref" in head && head.ref === ref ? { run: named[ref]! } : head;
        return model.move({ [ref]: undefined }, stays);
      }
      case "rename": {
        const from = this.#branch(action.name);
        const to = BRANCHES[action.to % BRANCHES.length]!;
        const [refFrom, refTo] = [`refs/heads/${from}`, `refs/heads/${to}`];
        const run = model.refs.named[refFrom];
        if (run === undefined) {
          return refused(["REF_NOT_FOUND"], repo.branches.rename(from, to));
        }
        const taken = this.#taken([to], from);
        if (taken !== undefined) return refused(taken, repo.branches.rename(from, to));
        await repo.branches.rename(from, to);
        const { head } = model.refs;
        const follows = "ref" in head && head.ref === refFrom;
        return model.move({ [refFrom]: undefined, [refTo]: run }, follows ? { ref: refTo } : head);
      }
      case "checkout": {
        const to = this.#meant(action.of);
        if (to === undefined) return;
        const step = Math.round(action.fraction * to.run.lineage.steps);
        const { ref, run } = await repo.revision(`${to.text}@${step}`);
        expect(run.id).toBe(to.id);
        const { head } = model.refs;
        const before = model.headRun === undefined ? undefined : await repo.resolve("HEAD");
        const { steps } = run;
        const moved = await repo.branches.checkout({ ref, run: run.id, steps }, step);
        expect(await repo.resolve("HEAD")).toMatchObject({ id: to.id, step });
        const onBranch = ref?.startsWith("refs/heads/") === true;
        if (action.of.as !== "HEAD") expect(onBranch).toBe(action.of.as === "branch");
        const after: Head =
          action.of.as === "HEAD" ? head : onBranch ? { ref: ref as string } : { run: to.id };
        // No operation if HEAD was there already, also without a cursor, at the end.
        const same = isDeepStrictEqual(after, head) && (before?.step ?? before?.run.steps) === step;
        expect(moved).toBe(!same);
        return same ? undefined : model.move({}, after);
      }
      case "step": {
        const run = model.headRun;
        if (run === undefined) return refused(["UNKNOWN_REVISION"], repo.resolve("HEAD"));
        const step = Math.round(action.fraction * model.runs.get(run)!.lineage.steps);
        await repo.branches.moveCursor(step);
        expect(await repo.resolve("HEAD")).toMatchObject({ id: run, step });
        return;
      }
      case "undo": {
        for (let i = 0; i < action.times; i++) {
          if (model.undo()) await undo(refs);
          else await refused(["NOTHING_TO_UNDO"], undo(refs));
          expect(await refsOf(repo)).toEqual(model.refs);
        }
        return;
      }
      case "redo": {
        for (let i = 0; i < action.times; i++) {
          if (model.redo()) await redo(refs);
          else await refused(["NOTHING_TO_UNDO"], redo(refs));
          expect(await refsOf(repo)).toEqual(model.refs);
        }
        return;
      }
      case "reopen":
        return this.reopen();
    }
  }

  /** The lineage that a plan makes, and the options for it. */
  #fork(parent: Lineage, plan: ForkPlan) {
    const { at, lineage } = forked(parent, plan);
    const { amount, set, params, seed } = lineage.changes.at(-1)!;
    const isLong = lineage.steps > LONG_ENOUGH;
    const steps = isLong ? Math.max(at, parent.steps) : lineage.steps;
    const mutate =
      amount === undefined ? undefined : (state: unknown) => parent.form.change(state, amount);
    return { at, lineage: { ...lineage, steps }, changes: { set, params, seed, steps, mutate } };
  }

  /** New branches. HEAD follows to the first only if it has no run yet. */
  #branched(made: Readonly<Record<string, string>>): void {
    const { head } = this.model.refs;
    const isUnborn = "ref" in head && this.model.headRun === undefined;
    this.model.move(made, isUnborn ? { ref: Object.keys(made)[0]! } : head);
  }

  /** The one new ref of the archive. It must name the run that has lost its branch. */
  async #archived(run: string): Promise<Readonly<Record<string, string>>> {
    const { named } = await refsOf(this.repo);
    const fresh = Object.entries(named).filter(
      ([name]) => name.startsWith("refs/archive/") && !(name in this.model.refs.named),
    );
    expect(fresh).toEqual([[expect.stringMatching(/\/\d+$/), run]]);
    return Object.fromEntries(fresh);
  }

  /** Records one run, as `#recordings` does. */
  async #recording(
    lineage: Lineage,
    from: number,
    stop: Stop | undefined,
    refusal: readonly ErrorCode[] | undefined,
    begin: (options: LongOptions) => Promise<Run<unknown, Knobs>>,
  ): Promise<Id<"run"> | undefined> {
    const made = await this.#recordings([lineage], from, stop, refusal, async (long) => [
      await begin(long),
    ]);
    return made[0];
  }

  /**
   * Records the lineages from a step on. The recording may be stopped. Returns the runs that were
   * kept; if there are none, nothing may have changed.
   */
  async #recordings(
    lineages: readonly Lineage[],
    from: number,
    stop: Stop | undefined,
    refusal: readonly ErrorCode[] | undefined,
    begin: (options: LongOptions) => Promise<readonly Run<unknown, Knobs>[]>,
  ): Promise<readonly Id<"run">[]> {
    if (refusal !== undefined) {
      await refused(refusal, begin({}));
      return [];
    }
    const last = lineages.at(-1)!.steps;
    const at = from + Math.floor((stop?.after ?? 0) * (last - from));
    const fails = stop?.by === "failure" && at < last;
    const interrupt = new AbortController();
    if (fails) this.#failing.at = at;
    try {
      const runs = await begin({
        signal: interrupt.signal,
        onProgress: ({ done }) => {
          if (stop?.by === "interrupt" && from + done >= at) interrupt.abort();
        },
      });
      expect(fails).toBe(false);
      expect(runs.map(({ steps }) => steps)).toEqual(lineages.map(({ steps }) => steps));
      for (const [i, run] of runs.entries()) await this.#check(run, lineages[i]!);
      return runs.map(({ id }) => id);
    } catch (error) {
      this.#failing.at = undefined;
      if (!isRewindError(error)) throw error;
      // A state that changes between a number and a text does not accept every value.
      const isSet = lineages[0]?.changes.at(-1)?.set !== undefined;
      if (isSet && error.code === "INVALID_VALUE") return [];
      const stopped = fails ? "STEP_FAILED" : stop?.by === "interrupt" ? "INTERRUPTED" : undefined;
      if (error.code !== stopped) throw error;
      return this.#kept(error.data, lineages, from, fails ? at : undefined);
    } finally {
      this.#failing.at = undefined;
    }
  }

  /** What is left of stopped recordings. The failed step is given if it is known. */
  async #kept(
    data: Readonly<Record<string, unknown>>,
    lineages: readonly Lineage[],
    from: number,
    failedAt: number | undefined,
  ): Promise<readonly Id<"run">[]> {
    const { kept, run: partId } = data as { kept?: number; run?: Id<"run"> };
    const made = (data.made ?? []) as readonly string[];
    const stopped = lineages[made.length]!;
    if (failedAt !== undefined) {
      expect(made).toHaveLength(lineages.findIndex(({ steps }) => steps > failedAt));
      // A fork inside a block checks that block of its parent first. If that fails, no step of the
      // fork has run, and the error has no state.
      const isOfParent = !Object.hasOwn(data, "state");
      if (isOfParent) expect(failedAt - (failedAt % stopped.blockSize!)).toBeLessThan(from);
      expect(kept).toBe(failedAt > from && !isOfParent ? failedAt : undefined);
    }
    const ids: Id<"run">[] = [];
    for (const [i, branch] of made.entries()) {
      const { run } = await this.repo.revision<unknown, Knobs>(branch);
      await this.#check(run, lineages[i]!);
      ids.push(run.id);
    }
    this.#count(kept === undefined ? "kept nothing" : "kept a part");
    if (kept === undefined) return ids;
    // Every step before the one at which it stopped.
    if (failedAt === undefined) expect(kept).toBe(data.step);
    expect(kept > from && kept < stopped.steps).toBe(true);
    const { run } = await this.repo.revision<unknown, Knobs>(partId!);
    await this.#check(run, cutAt(stopped, kept), stopped.steps);
    return [...ids, run.id];
  }

  #count(what: string): void {
    this.succeeded.set(what, (this.succeeded.get(what) ?? 0) + 1);
  }

  /** A quick check of a new run; the end of the test compares every state of it. */
  async #check(
    run: Run<unknown, Knobs>,
    lineage: Lineage,
    goal: number = lineage.steps,
  ): Promise<void> {
    this.model.learn(run.id, lineage, goal);
    for (const step of [0, lineage.steps >> 1, lineage.steps]) {
      await expectState(run, step, this.model.runs.get(run.id)!);
    }
  }

  /** A branch, mostly an existing one; with `unfinished`, mostly one that can be resumed. */
  #branch(which: number, unfinished = false): string {
    const all = this.model.names("refs/heads/").map((ref) => ref.slice("refs/heads/".length));
    const some = all.filter((branch) => {
      const run = this.#runOf(branch)!;
      return run.goal > run.lineage.steps;
    });
    const names = unfinished && some.length > 0 ? some : all;
    return which % 8 === 0 || names.length === 0
      ? BRANCHES[which % BRANCHES.length]!
      : names[which % names.length]!;
  }

  #runOf(branch: string): Expected | undefined {
    return this.model.runs.get(this.model.refs.named[`refs/heads/${branch}`] ?? "");
  }

  /** Why branches with these names cannot be made; undefined if they can. */
  #taken(
    wanted: readonly string[],
    leaving?: string,
    recording = false,
  ): readonly ErrorCode[] | undefined {
    const names = this.model.names("refs/heads/").map((ref) => ref.slice("refs/heads/".length));
    const codes = new Set<ErrorCode>();
    for (const [i, branch] of wanted.entries()) {
      if (names.includes(branch) || wanted.includes(branch, i + 1)) codes.add("REF_EXISTS");
      const run = this.#runOf(branch);
      if (recording && run !== undefined && run.goal > run.lineage.steps) {
        return ["BRANCH_UNFINISHED"];
      }
      const others = [...names, ...wanted].filter((other) => other !== leaving && other !== branch);
      const conflicts = others.some((other) => {
        const [a, b] = [`${branch}/`.toLowerCase(), `${other}/`.toLowerCase()];
        return a.startsWith(b) || b.startsWith(a);
      });
      if (conflicts) codes.add("REF_CONFLICT");
    }
    return codes.size === 0 ? undefined : [...codes];
  }

  /** A revision and the run that it must name; undefined if no revision of this kind exists. */
  #meant({
    as,
    which,
  }: Where): { readonly text: string; readonly id: string; readonly run: Expected } | undefined {
    const { model } = this;
    const pick = <T>(list: readonly T[]): T | undefined => list[which % list.length];
    const named = (prefix: string): { text: string; id: string } | undefined => {
      const ref = pick(model.names(prefix));
      const text = ref?.replace(/^refs\/(heads\/|tags\/)?/, "");
      return ref === undefined ? undefined : { text: text as string, id: model.refs.named[ref]! };
    };
    const meant = {
      branch: () => named("refs/heads/"),
      tag: () => named("refs/tags/"),
      archive: () => named("refs/archive/"),
      id() {
        const id = pick([...model.runs.keys()]);
        return id === undefined ? undefined : { text: id.slice(0, 16), id };
      },
      HEAD: () => (model.headRun === undefined ? undefined : { text: "HEAD", id: model.headRun }),
      ago() {
        const ref = pick(["HEAD", ...model.names("refs/heads/")])!;
        const history = model.history(ref);
        const ago = which % Math.max(1, history.length);
        if (ref === "HEAD" && model.headRun === undefined) return undefined;
        return { text: `${ref.replace("refs/heads/", "")}@{${ago}}`, id: history[ago]! };
      },
    }[as]();
    return meant && { ...meant, run: model.runs.get(meant.id)! };
  }

  /**
   * Checks that every run that a ref or an operation names is whole, and compares each state with
   * brute force.
   */
  async checkAll(): Promise<void> {
    const { repo, model } = this;
    const { objects, refs } = repo.store;
    const named = new Set(Object.values(model.refs.named));
    for (const { changes } of await refs.operations()) {
      for (const { from, to } of changes) {
        for (const id of [from, to]) {
          if (id !== undefined && isId(id)) named.add(await peeled(repo, id as Id));
        }
      }
    }
    expect([...named].filter((id) => !model.runs.has(id))).toEqual([]);
    const get = objectReader(objects);
    for (const id of named) {
      const manifest = decodeRun(await get("run", id as Id<"run">));
      // The reader throws if an object is missing, damaged or of another kind.
      for await (const { kind, id } of objectsOf(manifest, get)) await get(kind, id);
      for (const parent of manifest.parents) await get("run", parent.run);
      const expected = model.runs.get(id)!;
      const { run } = await repo.revision<unknown, Knobs>(id);
      expect([run.steps, run.manifest.goal]).toEqual([expected.lineage.steps, expected.goal]);
      for (let step = run.steps; step >= 0; step--) await expectState(run, step, expected);
    }
    for (const ref of ["HEAD", ...model.names("refs/heads/")]) {
      const runs = (await reflog(refs, ref)).map(({ to }) => to).filter((to) => to !== undefined);
      expect([ref, runs]).toEqual([ref, model.history(ref)]);
    }
  }

  /** Undoes every operation to the beginning, then redoes every operation to the end. */
  async undoAndRedoAll(): Promise<void> {
    const { undoable, redoable } = this.model;
    await this.act({ do: "undo", times: undoable + 1 });
    expect(this.model.refs.named).toEqual({});
    await this.act({ do: "redo", times: undoable + redoable + 1 });
    await this.act({ do: "undo", times: redoable });
  }
}

/** HEAD without its cursor, and every ref, a tag as the run behind it. */
export async function refsOf(repo: Repository): Promise<Refs> {
  const { refs } = repo.store;
  const named: Record<string, string> = {};
  for (const { name, target } of await refs.list("refs/")) {
    named[name] = name.startsWith("refs/tags/") ? await peeled(repo, target as Id) : target;
  }
  const head = (await refs.read("HEAD"))?.split("\n")[0] ?? "";
  return { head: head.startsWith("ref: ") ? { ref: head.slice(5) } : { run: head }, named };
}

async function peeled({ store }: Repository, id: Id): Promise<string> {
  const object = await store.objects.get(id);
  return object?.kind === "tag" ? decodeTag(object.body).target : id;
}

async function expectState(
  run: Run<unknown, Knobs>,
  step: number,
  { lineage, states }: Expected,
): Promise<void> {
  const bytes = encodingOf(lineage.form, await run.get(step));
  if (Buffer.compare(bytes, states[step]!) === 0) return;
  expect.fail(`step ${step} of ${run.id} is not what brute force gives`);
}

async function refused(codes: readonly ErrorCode[], work: Promise<unknown>): Promise<void> {
  const error = await work.then(
    () => "nothing was refused",
    (failure) => (isRewindError(failure) ? failure.code : failure),
  );
  expect(codes).toContain(error);
}
