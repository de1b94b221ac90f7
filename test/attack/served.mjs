// Runs one command line after another, as bin/rewind.js would: starting Node for each takes longer than the command.
import { main } from "../../dist/cli/main.js";

globalThis.console = new console.Console(process.stderr);

process.on("message", async ({ argv, cwd }) => {
  const printed = { stdout: "", stderr: "" };
  const terminal = (name) => ({
    isTTY: false,
    write(text) {
      printed[name] += text;
      return true;
    },
  });
  const before = process.cpuUsage();
  const status = await main({
    argv,
    cwd,
    env: process.env,
    stdout: terminal("stdout"),
    stderr: terminal("stderr"),
    onInterrupt: () => () => undefined,
    readInput: async () => new Uint8Array(0),
  });
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1000;
  const memoryKb = process.resourceUsage().maxRSS;
  process.send({ status, signal: null, ...printed, cpuMs, memoryKb });
});
