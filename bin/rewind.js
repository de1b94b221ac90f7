#!/usr/bin/env node
import { main, reportStray } from "../dist/cli/main.js";

const { stdout, stderr } = process;
// Results alone go to stdout: what a simulation logs is none.
globalThis.console = new console.Console(stderr);
// Whoever reads may close the pipe early, as `head` does: that is no error.
for (const stream of [stdout, stderr]) {
  stream.on("error", (error) => {
    if (error.code !== "EPIPE") process.exitCode = reportStray(error, stderr);
  });
}
// What a simulation's module left running, and nobody waits for.
process.on("uncaughtException", (error) => process.exit(reportStray(error, stderr)));

const status = await main({
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env: process.env,
  stdout,
  stderr,
  onInterrupt(listener) {
    process.once("SIGINT", listener);
    return () => process.off("SIGINT", listener);
  },
});
// A timer or a socket of the simulation's module must not keep the command from ending.
for (const stream of [stdout, stderr]) await new Promise((done) => stream.write("", done));
await new Promise(setImmediate);
process.exit(process.exitCode ?? status);
