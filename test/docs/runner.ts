import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Playground } from "./playground.ts";

/** A process that runs modules of a playground one after another: starting one for each takes longer. */
export interface Runner {
  /** Runs a module to its end, and returns what it printed and the error with which it failed. */
  run(module: string): Promise<string>;
  stop(): void;
}

const SCRIPT = `
  import { pathToFileURL } from "node:url";
  import { inspect } from "node:util";
  let printed = "";
  for (const stream of [process.stdout, process.stderr])
    stream.write = (text) => { printed += text; return true; };
  process.on("message", async (module) => {
    printed = "";
    await import(pathToFileURL(module).href).catch((error) => { printed += inspect(error); });
    process.send(printed);
  });
`;

export async function startRunner(place: Playground): Promise<Runner> {
  await place.write("runner.mjs", SCRIPT);
  const child = fork(join(place.folder, "runner.mjs"), { cwd: place.folder });
  const ended = once(child, "exit").then(([status, signal]) => {
    throw new Error(`expected the process to go on, and it ended: ${status ?? signal}`);
  });
  // It ends after the tests, and nobody waits for that.
  ended.catch(() => undefined);
  return {
    async run(module) {
      const printed = once(child, "message");
      child.send(module);
      const [text] = await Promise.race([printed, ended]);
      return String(text);
    },
    stop: () => void child.kill(),
  };
}
