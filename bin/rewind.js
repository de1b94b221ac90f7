#!/usr/bin/env node
import { breakOnInterrupt, main, reportStray } from "../dist/cli/main.js";

const { stdout, stderr } = process;
// Taken now: a simulation may replace it.
const { setImmediate } = globalThis;
// Only results go to stdout: what a simulation logs goes to stderr.
globalThis.console = new console.Console(stderr);
// Whoever reads may close the pipe early, as `head` does: that is no error.
for (const stream of [stdout, stderr]) {
  stream.on("error", (error) => {
    if (error.code !== "EPIPE") process.exitCode = reportStray(error, stderr);
  });
}
// What a simulation's module left running, and nobody waits for.
process.on("uncaughtException", (error) => process.exit(reportStray(error, stderr)));

// What ends a command early, and keeps what it has recorded: Ctrl-C, a batch system, a closed terminal.
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
let interrupted;

const status = await main({
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env: process.env,
  stdout,
  stderr,
  onInterrupt(listener) {
    const listeners = Object.entries(SIGNALS).map(([signal, code]) => [
      signal,
      () => {
        interrupted = code;
        listener();
      },
    ]);
    for (const [signal, onSignal] of listeners) process.once(signal, onSignal);
    const [[, onInterrupt]] = listeners;
    // While a step runs no listener is called. A second Ctrl-C finds none, and ends the process.
    const stopBreaking = breakOnInterrupt(() => {
      process.off("SIGINT", onInterrupt);
      // Also where V8 ends more than it was asked to, and nothing is left that could report it.
      process.exitCode = 130;
      onInterrupt();
    });
    return () => {
      for (const [signal, onSignal] of listeners) process.off(signal, onSignal);
      stopBreaking();
    };
  },
  readInput,
  get stdin() {
    return process.stdin;
  },
  page,
});
// A timer or a socket of the simulation's module must not keep the command from ending.
for (const stream of [stdout, stderr]) await new Promise((done) => stream.write("", done));
await new Promise(setImmediate);
process.exit(status === SIGNALS.SIGINT ? (interrupted ?? status) : (process.exitCode ?? status));

async function readInput() {
  const parts = [];
  for await (const part of process.stdin) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

/** Shows text in a pager, a command line for the shell; false where it cannot be started. */
async function page(command, text, variables) {
  const { spawnSync } = await import("node:child_process");
  // Ctrl-C is the pager's while it shows, and it goes to both.
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  const { status, signal } = spawnSync(command, {
    shell: true,
    input: text,
    stdio: ["pipe", "inherit", "inherit"],
    env: { ...process.env, ...variables },
  });
  setImmediate(() => process.off("SIGINT", ignore));
  // By its own convention a shell ends so where there is no such program, or none that it may start.
  // A reader who leaves before the end is no failure.
  return signal !== null || (status !== null && status !== 126 && status !== 127);
}
