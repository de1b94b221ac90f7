import { describe, expect, test } from "vitest";
import { loadIn, projectWith } from "./realms.ts";

const run = (text: string) => loadIn(projectWith({}), text);
/** The same text, as a package's code. */
const asPackage = (text: string) => run(`/* PACKAGE */ ${text}`);

/**
 * What differs between two runs: its name, the code, and the result for a package while it loads.
 */
const DIFFERS: readonly [name: string, code: string, still?: unknown][] = [
  ["Date.now()", "Date.now()", 0],
  ["new Date()", "+new Date()", 0],
  ["Date()", "Date().slice(11, 15)", "1970"],
  ["new Date()", "(class extends Date {}, new (class Day extends Date {})().getTime())", 0],
  ["Intl.DateTimeFormat.format()", "Intl.DateTimeFormat('en').format()"],
  ["performance.now()", "performance.now()", 0],
  ["performance.timeOrigin", "performance.timeOrigin", 0],
  ["performance.now()", `host("perf_hooks").performance.now()`, 0],
  ["performance.mark()", "performance.mark('a')", undefined],
  ["Event.timeStamp", "new Event('x').timeStamp", 0],
  ["File.lastModified", "new File([], 'x').lastModified", 0],
  ["process.hrtime.bigint()", "Number(process.hrtime.bigint())", 0],
  ["process.cpuUsage()", `host("node:process").cpuUsage().user`, 0],
  ["process.memoryUsage()", "process.memoryUsage().rss", 0],
  ["process.pid", "process.pid", 1],
  ["os.hostname()", `host("os").hostname()`, "localhost"],
  ["os.cpus()", `host("node:os").cpus().length`, 1],
  ["navigator.hardwareConcurrency", "navigator.hardwareConcurrency", 1],
  ["setTimeout()", "typeof setTimeout(() => {}, 5).unref().ref", "function"],
  ["setInterval()", `+host("timers").setInterval(() => {}, 5)`, 0],
  ["new WeakRef()", "typeof new WeakRef([]).deref()", "object"],
  ["crypto.randomUUID()", "crypto.randomUUID().length", 36],
  ["crypto.getRandomValues()", "crypto.getRandomValues(new Uint8Array(2)).length", 2],
  ["crypto.randomBytes()", `host("crypto").randomBytes(3).length`, 3],
  ["Math.random()", "Math.random() < 1", true],
  ["Math.random()", "new Function('return Math.random() < 1')()", true],
  ["Math.random()", "globalThis.Math.random() < 1", true],
  ["Date.now()", "Function('a', 'return a + Date.now()')(1)", 1],
  ["URL.createObjectURL()", "URL.createObjectURL(new Blob([]))"],
  ["crypto.generateKeyPairSync()", `host("crypto").generateKeyPairSync("rsa")`],
  ["crypto.subtle.digest()", "crypto.subtle.digest('SHA-1', new Uint8Array())"],
  ["fetch()", "fetch('http://127.0.0.1:1')"],
  ["child_process.execSync()", `host("child_process").execSync("true")`],
  ["new worker_threads.Worker()", `new (host("worker_threads").Worker)("")`],
  ["net.connect()", `host("net").connect(1)`],
  ["v8.getHeapStatistics()", `host("v8").getHeapStatistics()`],
  ["process.exit()", "process.exit(3)"],
  ["vm.runInThisContext()", `host("vm").runInThisContext("Date.now()")`],
  ["process.chdir()", "process.chdir('/')"],
  [`require("left-pad")`, `host("module").createRequire("file:///project/a.js")("left-pad")`],
];

describe.each(DIFFERS)("%s, as %s", (name, code, still) => {
  const verb = /[)\]]$/.test(name) ? "called" : "read";

  test("while it loads", async () => {
    const error = { code: "FORBIDDEN_WHILE_LOADING" };
    const message = expect.stringContaining(`${name} was ${verb} while the module was loaded`);
    await expect(run(code)).rejects.toMatchObject({ ...error, message });
    await expect(run(`try { ${code} } catch {}`)).rejects.toMatchObject(error);
  });

  test("in a step, also of a package", async () => {
    const program = await asPackage(`exports.f = () => ${code}`);
    expect(() => program.step("f")).toThrow(
      expect.objectContaining({
        code: "FORBIDDEN_IN_STEP",
        message: expect.stringContaining(`${name} was ${verb} in a step`),
      }),
    );
  });

  test("in a package while it loads", async () => {
    if (DIFFERS.find((row) => row[1] === code)?.length === 3) {
      expect((await asPackage(`exports.v = ${code}`)).exports.v).toBe(still);
    } else {
      await expect(asPackage(code)).rejects.toMatchObject({ code: "FORBIDDEN_WHILE_LOADING" });
      await asPackage(`try { ${code} } catch {}`);
    }
  });
});

test("packages draw the same in every instance", async () => {
  const text = `exports.v = [Math.random(), crypto.randomUUID(), ...host("crypto").randomBytes(4)]`;
  const [a, b] = [await asPackage(text), await asPackage(text)];
  expect(a.exports.v).toEqual(b.exports.v);
});

describe("what gives the same result in every run works, while loading and in steps", () => {
  test.each<readonly [code: string, value: unknown]>([
    ["new Date(0).toISOString()", "1970-01-01T00:00:00.000Z"],
    ["new Date(0) instanceof Date && Date.UTC(1970, 0, 2)", 86_400_000],
    ["Object.getPrototypeOf(new Date(0)) === Date.prototype", true],
    ["Math.max(1, 2) + Math.PI.toFixed(2)", "23.14"],
    ["Object.prototype.toString.call(Math)", "[object Math]"],
    [`host("crypto").createHash("md5").update("").digest("hex").length`, 32],
    [`host("path").resolve("a")`, "/project/a"],
    [`host("node:url").pathToFileURL("a b").href`, "file:///project/a%20b"],
    [`host("util").isDeepStrictEqual([1], [1])`, true],
    [`new (host("events"))().listenerCount("x")`, 0],
    [`host("zlib").inflateSync(host("zlib").deflateSync("x")).toString()`, "x"],
    [`host("buffer").Buffer.from("x") instanceof Buffer`, true],
    [`host("assert").strict.equal(1, 1)`, undefined],
    [`host("os").EOL.length > 0 && typeof host("os").constants.signals.SIGINT`, "number"],
    [`host("process") === process && process.cwd()`, "/project"],
    ["process.env.NODE_ENV", "production"],
    ["process.version.slice(0, 1) + typeof process.versions.v8", "vstring"],
    ["process.getBuiltinModule('fs') === host('node:fs')", true],
    ["process.on('exit', () => 0) === process", true],
    [`host("tty").isatty(1)`, false],
    [`host("net").isIP("::1")`, 6],
    [`host("worker_threads").isMainThread`, true],
    ["globalThis === global && globalThis.Date === Date && globalThis.globalThis === global", true],
    ["typeof Bun + typeof window + typeof localStorage", "undefinedundefinedundefined"],
    ["new Function('a', 'b', 'return a + b')(1, 2)", 3],
    ["(() => 0) instanceof Function", true],
    ["new TextDecoder().decode(new TextEncoder().encode('ü'))", "ü"],
    ["new URL('./x', 'file:///project/a').pathname", "/project/x"],
    ["structuredClone([1])[0] + atob(btoa('x'))", "1x"],
    ["new FinalizationRegistry(() => 0).register({}, 1)", undefined],
    ["new Event('x').type + new AbortController().signal.aborted", "xfalse"],
    ["(console.log('logged by a test of the realm'), 1)", 1],
    ["[] instanceof Array && {} instanceof Object && [].constructor === Array", true],
    ["Buffer.allocUnsafe(8).readDoubleLE(0)", 0],
    ["class A extends (host('http').Agent) {}, typeof host('http').METHODS.length", "number"],
  ])("%s", async (code, value) => {
    const body = code.startsWith("class") ? code.replace("class A", "(class A") : code;
    const expression = body === code ? code : body.replace("{},", "{}),");
    const program = await run(`exports.v = (${expression}); exports.f = () => (${expression});`);
    expect(program.exports.v).toEqual(value);
    expect(program.step("f")).toEqual(value);
  });

  test("its dates have its Date as their constructor, in steps", async () => {
    const { step } = await run("exports.f = (d) => d.constructor === Date");
    expect(step("f", new Date(0))).toBe(true);
    expect(new Date(0).constructor).toBe(Date);
  });

  test("callbacks after the current code: only while it loads", async () => {
    const text = `exports.v = await new Promise((done) => queueMicrotask(() => process.nextTick(done, 7)));
      exports.f = () => queueMicrotask(() => 0); exports.g = () => process.nextTick(() => 0)`;
    const { exports, step } = await run(text);
    expect(exports.v).toBe(7);
    expect(() => step("f")).toThrow("queueMicrotask() was called in a step");
    expect(() => step("g")).toThrow("process.nextTick() was called in a step");
  });
});

describe("a program's changes of its globals stay its own", () => {
  test.each([
    "Math.random = () => 0.5; Math.n = 1;",
    "Date.now = () => 5; Date.n = 1;",
    "globalThis.n = 1; globalThis.Date = null;",
    "performance.now = () => 5; performance.n = 1;",
    "process.n = 1; process.env.HOME = 'x'; process.argv.push('x');",
    `host("path").n = 1; host("os").constants.n = 1; host("util").n = 1; host("fs").n = 1`,
    "console.log = () => 0; console.n = 1",
  ])("%s", async (text) => {
    const before = [Math.random, Date.now, globalThis.Date, performance.now, console.log];
    await run(text);
    expect([Math.random, Date.now, globalThis.Date, performance.now, console.log]).toEqual(before);
    for (const object of [Math, Date, globalThis, performance, process, console]) {
      expect(object).not.toHaveProperty("n");
    }
    const fresh = `exports.v = [Math, Date, globalThis, performance, process, console, host("path"),
      host("os").constants, host("util"), host("fs")].some((object) => "n" in object)`;
    expect((await run(fresh)).exports.v).toBe(false);
  });

  test("and it may call its own replacements in steps", async () => {
    const { step } = await run("Date.now = () => 5; exports.f = () => Date.now()");
    expect(step("f")).toBe(5);
  });
});
