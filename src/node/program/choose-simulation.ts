import { isRewindError, RewindError } from "../../base/errors.ts";
import { someOf } from "../../base/some-of.ts";
import { asMeant, checkNewSimulation } from "../../replay/misspelt-members.ts";
import { type AnySimulation, checkSimulation } from "../../replay/simulation.ts";

/** A simulation, and the name of its export. */
export interface ChosenSimulation {
  readonly simulation: AnySimulation;
  readonly exportName: string;
}

/**
 * The simulation among a module's exports: the one named `wanted`; else the default export if it is
 * a simulation, else the only one that is. Throws EXPORT_NOT_FOUND if there is no such export or
 * more than one to choose from, INVALID_SIMULATION if no export is a simulation.
 *
 * In a program that is new, about to be recorded, no member of the simulation may be misspelt. One
 * that was recorded replays with any members.
 *
 * @example
 * ```ts
 * chooseSimulation({ exports: { walk, helper }, module: "walk.ts", isNew: true }).exportName; // "walk"
 * ```
 */
export function chooseSimulation(options: {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly module: string;
  readonly wanted: string | undefined;
  readonly isNew: boolean;
}): ChosenSimulation {
  const { exports, module, wanted, isNew } = options;
  const names = Object.keys(exports).sort();
  if (wanted !== undefined && !names.includes(wanted)) {
    throw new RewindError(
      "EXPORT_NOT_FOUND",
      `expected ${module} to export ${wanted}; it exports ${listed(names)}`,
      { module, exportName: wanted, exports: names },
    );
  }
  const choose = (exportName: string): ChosenSimulation => {
    const check = isNew ? checkNewSimulation : checkSimulation;
    return { simulation: check(exports[exportName], `${module}#${exportName}`), exportName };
  };
  if (wanted !== undefined) return choose(wanted);

  const found = names.filter((name) =>
    isSimulation(isNew ? asMeant(exports[name]) : exports[name]),
  );
  if (found.includes("default")) return choose("default");
  const [first] = found;
  if (first !== undefined && found.length === 1) return choose(first);
  if (first !== undefined) {
    const hint = `name one, as ${module}#${first}`;
    throw new RewindError(
      "EXPORT_NOT_FOUND",
      `${module} exports several simulations, ${listed(found)}: ${hint}`,
      { module, exports: found, hint },
    );
  }
  // If only one export can be meant, the error says what is wrong with it.
  if (names.includes("default")) return choose("default");
  if (names[0] !== undefined && names.length === 1) return choose(names[0]);
  throw new RewindError(
    "INVALID_SIMULATION",
    `expected ${module} to export a simulation, an object with name, init and step; it exports ${listed(names)}`,
    { module, exports: names },
  );
}

function listed(names: readonly string[]): string {
  return names.length > 0 ? someOf(names) : "nothing";
}

function isSimulation(value: unknown): boolean {
  try {
    checkSimulation(value, "");
    return true;
  } catch (error) {
    if (isRewindError(error)) return false;
    throw error;
  }
}
