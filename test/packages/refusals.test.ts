import { describe, expect, test } from "vitest";
import { emptyProject } from "../support/run-cli.ts";
import { packageProject } from "./check-package.ts";

/** What recording a simulation over packages of this project prints. */
async function refusal(code: string, ...options: string[]): Promise<string> {
  const project = await packageProject("matter.js");
  await project.write("m.js", code);
  const { status, stderr } = await project.run("record", "m.js", "--steps", "60", ...options);
  expect(status).toBeGreaterThan(0);
  return stderr;
}

const model = (members: string): string => `export default { name: "m", ${members} };`;

describe("a package that cannot be recorded as it is: the error says why", () => {
  test("matter-js reads the clock", async () => {
    const text = await refusal(
      `import Matter from "matter-js";
${model("init: () => Matter.Engine.create(),")}`.replace(
        "create(),",
        "create(),\n  step: (engine) => void Matter.Engine.update(engine, 16),",
      ),
    );
    expect(text).toMatch(
      /^error: (new Date|performance\.now|Date\.now)\(\) was called in a step, .* \(step 0, at m\.js:3:\d+, in matter-js@0\.20\.0\)/,
    );
    expect(text).toContain('record with chance: "run" (--chance run)');
  });

  test("matter-js numbers the bodies that a step makes from a counter of its module", async () => {
    const text = await refusal(
      `import Matter from "matter-js";
const { Bodies, Composite, Engine } = Matter;
${model(`chance: "run", init: () => Engine.create(), step: (engine, rng, { step }) => {
  if (step % 10 === 0) Composite.add(engine.world, Bodies.circle(step, 0, 5));
  Engine.update(engine, 16);
}`)}`,
      ...["--self-check", "--block-size", "10"],
    );
    expect(text).toMatch(/state\.world\.bodies\[\d\]\.id (was|is) \d+/);
  });

  test("a world of cannon-es is an instance of a class", async () => {
    const text = await refusal(`import { World } from "cannon-es";
${model("init: () => new World(), step: (world) => world.step(1 / 60)")}`);
    expect(text).toMatch(/state is an instance of World\d*: .* or a codec for it there/);
    expect(text).toMatch(
      /\(the state at step 0; World\d* is at .*\/cannon-es\/[\w./-]+:\d+, in cannon-es@0\.20\.0\)/,
    );
  });

  test("a class of planck has another name than the one that planck exports", async () => {
    const text = await refusal(`import { World } from "planck";
${model('chance: "run", types: { World }, init: () => new World(), step: (world) => world.step(1 / 60)')}`);
    expect(text).toMatch(
      /state\.s_step is an instance of TimeStep2\d*: .*; TimeStep2\d* is at .*\/planck\/[\w./-]+:\d+, in planck@1\.4\.2\)/,
    );
  });

  test("a neuron of synaptic holds a function", async () => {
    const text = await refusal(`import { Neuron } from "synaptic";
const { constructor: Connection } = new Neuron().selfconnection;
${model('chance: "run", types: { Neuron, Connection }, init: () => new Neuron(), step: (neuron) => void neuron.activate(1)')}`);
    expect(text).toContain(
      "state.squash is the function LOGISTIC: keep functions in the simulation",
    );
  });

  test("the board of chess.js is an array with holes", async () => {
    const text = await refusal(`import { Chess } from "chess.js";
${model("types: { Chess }, init: () => new Chess(), step: (game) => void game.moves()")}`);
    expect(text).toContain("state._board[8] is a hole in a sparse array");
  });

  test("a class of rapier has its contents in the memory of WebAssembly", async () => {
    const rapier = `import RAPIER from "@dimforge/rapier2d-compat";
await RAPIER.init();
const world = () => new RAPIER.World({ x: 0, y: -9.81 });
`;
    const parameters = "init: () => world().integrationParameters.raw, step: (x) => x";
    expect(await refusal(rapier + model(parameters))).toMatch(
      /^error: state is an instance of \w+, whose contents are in the memory of WebAssembly: keep /,
    );
    const listed = `types: { Raw: world().integrationParameters.raw.constructor }, ${parameters}`;
    expect(await refusal(rapier + model(listed))).toContain(
      "expected types.Raw to be a class of plain data: it has its contents in the memory of WebAssembly",
    );
  });
});

test("an object of Emscripten's embind is also a handle", async () => {
  const project = await emptyProject();
  await project.write(
    "m.js",
    `class Box { constructor() { this.$$ = { ptr: 5263400, count: { value: 1 } }; } }
export default { name: "m", init: () => ({ box: new Box() }), step: (s) => s };`,
  );
  const { stderr } = await project.run("record", "m.js", "--steps", "5");
  expect(stderr).toContain(
    "state.box is an instance of Box, whose contents are in the memory of WebAssembly",
  );
});
