import { RewindError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { outputsOf } from "./outputs.ts";
import { type AnySimulation, checkSimulation, type Simulation } from "./simulation.ts";

/** Each member of a simulation, and its type. */
const MEMBERS: Readonly<Record<keyof Simulation, "string" | "function" | "object">> = {
  name: "string",
  rng: "string",
  streams: "string",
  chance: "string",
  clock: "object",
  params: "object",
  init: "function",
  step: "function",
  types: "object",
  observe: "object",
  outputs: "object",
};

/** Other words that people write for a member. */
const OTHER_WORDS: Readonly<Record<string, keyof Simulation>> = {
  codecs: "types",
  generator: "rng",
  initial: "init",
  observers: "observe",
  parameters: "params",
};

/** A name that is probably misspelt, and the member that was meant. */
interface MisspeltMember {
  readonly given: string;
  readonly meant: string;
}

/** Checks a simulation that is about to be recorded. Throws INVALID_SIMULATION. */
export function checkNewSimulation(value: unknown, where: string): AnySimulation {
  checkMembers(value, where);
  const simulation = checkSimulation(value, where);
  outputsOf(simulation, where);
  return simulation;
}

/**
 * Checks that no member of a simulation is misspelt, since an optional one would silently be left
 * out. Throws INVALID_SIMULATION.
 */
function checkMembers(simulation: unknown, where: string): void {
  const [misspelt] = misspeltMembers(simulation);
  if (misspelt === undefined) return;
  const { given, meant } = misspelt;
  throw new RewindError(
    "INVALID_SIMULATION",
    `expected ${where} to be a simulation: unexpected member ${JSON.stringify(given)}; did you mean ${meant}?`,
    {
      where,
      member: given,
      meant,
      hint: `write ${meant}, or rename the member if it is for your own use`,
    },
  );
}

/** The same value, with the members that seem misspelt also under the names that were meant. */
export function asMeant(simulation: unknown): unknown {
  const misspelt = misspeltMembers(simulation);
  if (misspelt.length === 0) return simulation;
  const members = simulation as Record<string, unknown>;
  const meant = misspelt.map((each) => [each.meant, { value: members[each.given] }]);
  return Object.create(members, Object.fromEntries(meant));
}

/**
 * The members that are probably misspelt: the name is near a member that is missing, and the value
 * has its type. A class with fields or an object with further functions can be a simulation, so
 * other names are not refused.
 */
function misspeltMembers(simulation: unknown): MisspeltMember[] {
  if (typeof simulation !== "object" || simulation === null) return [];
  const members = simulation as Record<string, unknown>;
  const names = [...Object.keys(MEMBERS), ...Object.keys(OTHER_WORDS)];
  const misspelt: MisspeltMember[] = [];
  for (const given in members) {
    if (Object.hasOwn(MEMBERS, given) || members[given] === null) continue;
    const type = typeof members[given];
    const possible = names.filter((name) => {
      const member = memberOf(name);
      return members[member] === undefined && MEMBERS[member] === type;
    });
    const [near] = nearest(given.replaceAll("_", ""), possible, 1);
    if (near !== undefined) misspelt.push({ given, meant: memberOf(near) });
  }
  return misspelt;
}

function memberOf(name: string): keyof Simulation {
  return OTHER_WORDS[name] ?? (name as keyof Simulation);
}
