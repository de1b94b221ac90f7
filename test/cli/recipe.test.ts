import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { COMMAND_NAMES, type CommandName } from "../../src/cli/command-list.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SRC = path.join(ROOT, "src/cli");

/** The steps of "To add a command" in CONTRIBUTING.md. */
const [, recipe = ""] =
  /## To add a command\n([\s\S]*?)\n## /.exec(
    readFileSync(path.join(ROOT, "CONTRIBUTING.md"), "utf8"),
  ) ?? [];
const steps = recipe.split(/^\d\. /m).slice(1);

function filesIn(step: string | undefined, verb: string): string[] {
  return [...String(step).matchAll(/`((?:src|test)\/[\w/.<>-]+\.ts)`/g)].map(([, file = ""]) =>
    file.replaceAll("<verb>", verb),
  );
}

function homeOf(name: CommandName): string {
  const [home = ""] = filesIn(steps[0], name).filter((file) => existsSync(path.join(ROOT, file)));
  return home;
}

describe("the recipe for a command", () => {
  test("has four steps", () => {
    expect(steps).toHaveLength(4);
  });

  test.each(COMMAND_NAMES)("%s is where it says", (name) => {
    expect(homeOf(name)).not.toBe("");
    const source = readFileSync(path.join(ROOT, homeOf(name)), "utf8");
    expect(source).toMatch(/export const \w+: Command = command\(\{/);
    const [tests = ""] = filesIn(steps[3], name);
    const shared = {
      redo: "undo",
      info: "save-load-info",
      load: "save-load-info",
      save: "save-load-info",
    };
    const file = name in shared ? tests.replace(name, shared[name as "redo"]) : tests;
    expect(existsSync(path.join(ROOT, file)) || name === "step").toBe(true);
  });

  test("names every file outside its own that knows a command", () => {
    const knows = readdirSync(SRC, { recursive: true, encoding: "utf8" })
      .map((file) => file.replaceAll("\\", "/"))
      .filter((file) => file.endsWith(".ts"))
      .filter((file) => {
        const source = readFileSync(path.join(SRC, file), "utf8");
        const folder = path.dirname(file);
        return COMMAND_NAMES.some((name) => {
          const home = path.relative("src/cli", homeOf(name)).replaceAll("\\", "/");
          if (file === home || folder === path.dirname(home)) return false;
          let to = path.relative(folder, home).replaceAll("\\", "/");
          if (!to.startsWith(".")) to = `./${to}`;
          return source.includes(`"${to}"`);
        });
      });
    // The third is the only command in a separate chunk.
    expect(knows.sort()).toEqual([
      ...["load-command.ts", "off-store.ts", "on-remote.ts", "on-store.ts", "on-tables.ts"],
    ]);
    const load = readFileSync(path.join(SRC, "load-command.ts"), "utf8");
    expect(load.match(/commands\//g)).toHaveLength(1);
  });
});
