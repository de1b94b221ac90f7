import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { copy } from "fs-extra/esm";
import { expect, onTestFinished } from "vitest";
import { encode } from "../../src/codec/encode.ts";
import { checkSimulation } from "../../src/replay/simulation.ts";
import { emptyProject, type Project, temporaryFolder } from "../support/run-cli.ts";
import { newUser, variablesOf } from "../support/user.ts";
import type { PackageFixture } from "./fixtures.ts";
import { plainLoop } from "./plain-loop.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const REWIND = here("../../bin/rewind.js");
const SEED = 42;

/** A project with a fixture and the packages of this one. */
export async function packageProject(file: string): Promise<Project> {
  const project = await emptyProject();
  await copy(here(`../../fixtures/packages/${file}`), path.join(project.root, file));
  symlinkSync(here("../../node_modules"), path.join(project.root, "node_modules"), "junction");
  return project;
}

/** Records a simulation over a package, and does with the run what its user would do. */
export async function checkPackage(fixture: PackageFixture, steps: number): Promise<void> {
  const { file } = fixture;
  const project = await packageProject(file);
  const blockSize = Math.ceil(Math.sqrt(steps));
  const ok = async (...line: string[]) => (await project.ok(...line, "--json")).json;
  const size = ["--steps", `${steps}`, "--block-size", `${blockSize}`, "--seed", `${SEED}`];
  await ok("record", file, ...size, "-b", "main");

  await sameAsPlainLoop(project, fixture, { steps, blockSize });

  const at = Math.floor(steps / 3);
  await ok("branch", "fork", `main@${at}`, ...fixture.fork);
  const { identical, forkStep, firstDifferentStep } = await ok(
    ..."diff main fork --no-exit-code".split(" "),
  );
  expect({ identical, forkStep }).toEqual({ identical: false, forkStep: at });
  expect(firstDifferentStep).toBeGreaterThanOrEqual(at);

  await ok(..."save fork -o run.replay".split(" "));
  await verifiedElsewhere(path.join(project.root, "run.replay"), fixture);
}

/** Some states of the run are, bit for bit, those of a loop that has nothing to do with rewind. */
async function sameAsPlainLoop(
  project: Project,
  { file }: PackageFixture,
  { steps, blockSize }: { readonly steps: number; readonly blockSize: number },
): Promise<void> {
  const module = await import(here(`../../fixtures/packages/${file}`));
  const simulation = checkSimulation(module.default, file);
  const some = new Set(
    [0, 1, blockSize, 0.27 * steps, 0.618 * steps, steps - 1, steps].map(Math.floor),
  );
  let step = 0;
  for (const state of plainLoop(simulation, { steps, blockSize, seed: BigInt(SEED) })) {
    if (some.has(step)) {
      await project.ok("get", `main@${step}`, "-o", `${step}.cbor`);
      const got = readFileSync(path.join(project.root, `${step}.cbor`));
      const expected = encode(state, { types: simulation.types });
      expect(got.equals(expected), `${file} at step ${step}`).toBe(true);
    }
    step++;
  }
  expect(step).toBe(steps + 1);
}

/** Another user, in another process and an empty folder, replays every step of a saved run. */
async function verifiedElsewhere(artifact: string, { packages }: PackageFixture): Promise<void> {
  const cwd = await temporaryFolder();
  const user = newUser();
  onTestFinished(user.remove);
  const rewind = (line: string) =>
    spawnSync(process.execPath, [REWIND, ...line.split(" ")], {
      cwd,
      encoding: "utf8",
      env: { ...process.env, ...variablesOf(user) },
    });
  rewind("init");
  expect(rewind(`load ${artifact} -b theirs`)).toMatchObject({ status: 0, stderr: "" });
  expect(rewind("verify theirs --full").stderr).toContain("has never run here");
  const trusted = rewind("trust theirs");
  for (const name of packages) expect(trusted.stdout).toContain(name);
  expect(JSON.parse(rewind("verify theirs --full --json").stdout)).toMatchObject({ ok: true });
  expect(readdirSync(cwd)).toEqual([".rewind"]);
}
