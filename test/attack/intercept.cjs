// Loaded before rewind is: counts what it does with files below ATTACK_ROOT, and strikes at one call.
//   ATTACK_ROOT     the real path of the project
//   ATTACK_MODE     "kill", "fault", "count" or "trace"
//   ATTACK_AT       the number of the call to strike at, counted from 1
//   ATTACK_CODE     for "fault": the code of the system's error
//   ATTACK_ONWARD   for "fault": "1" lets every later call fail as well
//   ATTACK_CTRL_C   the step of a simulation at which Ctrl-C is pressed, where it calls Atomics.attack
//   ATTACK_REPORT   where to leave the count of the calls, or their trace
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");
const path = require("node:path");
const { isMainThread } = require("node:worker_threads");

const { ATTACK_ROOT, ATTACK_MODE, ATTACK_CODE, ATTACK_ONWARD, ATTACK_REPORT } = process.env;
const at = Number(process.env.ATTACK_AT ?? 0);
const { writeFileSync, appendFileSync } = fs;
// Taken now: in a step the global one is refused.
const later = globalThis.queueMicrotask;

/** Makes streams and watchers, which come back here for their calls, or has nothing to do with a file. */
const PASSED = /^_|^[A-Z]|Stream$|^(un)?watch|^exists$|^openAsBlob$|^mkdtemp|^glob/;
const ERRNO = { EIO: -5, EACCES: -13, EMFILE: -24, ENOSPC: -28, EROFS: -30, EDQUOT: -122 };

/** Descriptors of files below the root, and their paths. */
const opened = new Map();
let calls = 0;
/** Node's own functions call each other: the outermost call is the one that counts. */
let depth = 0;

if (isMainThread && ATTACK_ROOT !== undefined) {
  wrapAll(fs, "");
  wrapAll(fs.promises, "promises.");
  syncBuiltinESMExports();
  if (process.env.ATTACK_CTRL_C !== undefined) {
    const last = Number(process.env.ATTACK_CTRL_C);
    // Node keeps the listeners away while a step runs.
    const press = () => process.emit("SIGINT");
    Atomics.attack = (step) => step === last && later(press);
  }
  process.on("exit", () => {
    if (ATTACK_REPORT && ATTACK_MODE !== "trace") writeFileSync(ATTACK_REPORT, String(calls));
  });
}

function wrapAll(target, prefix) {
  for (const [name, real] of Object.entries(target)) {
    if (typeof real !== "function" || PASSED.test(name)) continue;
    target[name] = Object.assign(wrapped(prefix + name, real, target), real);
  }
}

function wrapped(name, real, target) {
  return function (...args) {
    const file = depth === 0 ? fileOf(args) : undefined;
    if (file === undefined) return real.apply(this ?? target, args);
    const error = strike(name, file, args);
    if (error !== undefined) return fail(name, error, args);
    depth++;
    let result;
    try {
      result = real.apply(this ?? target, args);
    } finally {
      depth--;
    }
    follow(name, file, args, result);
    return result;
  };
}

/** The path below the root that a call is about. */
function fileOf([first, second]) {
  if (typeof first === "number") return opened.get(first);
  const files = [first, second].filter((arg) => typeof arg === "string");
  return files.map((arg) => path.resolve(arg)).find(isBelow);
}

function isBelow(file) {
  return file === ATTACK_ROOT || file.startsWith(ATTACK_ROOT + path.sep);
}

/** Counts a call, and does to it what this process is for; returns the error that it fails with. */
function strike(name, file, args) {
  calls++;
  if (ATTACK_MODE === "trace") return trace(name, file, args);
  if (calls === at && ATTACK_MODE === "kill") {
    process.kill(process.pid, "SIGKILL");
    for (;;);
  }
  const fails = calls === at || (ATTACK_ONWARD === "1" && calls > at);
  if (ATTACK_MODE !== "fault" || !fails) return undefined;
  const error = new Error(`${ATTACK_CODE}: made to fail, ${name} '${file}'`);
  return Object.assign(error, { code: ATTACK_CODE, errno: ERRNO[ATTACK_CODE], path: file });
}

function fail(name, error, args) {
  if (name.startsWith("promises.")) return Promise.reject(error);
  if (name === "existsSync") return false;
  if (name.endsWith("Sync")) throw error;
  process.nextTick(args.at(-1), error);
}

/** Remembers descriptors, and wraps the handles that promises give. */
function follow(name, file, args, result) {
  if (name === "openSync") opened.set(result, file);
  if (name === "closeSync") opened.delete(args[0]);
  if (name === "promises.open")
    result.then(
      (handle) => wrapHandle(handle, file),
      () => undefined,
    );
}

function wrapHandle(handle, file) {
  for (const name of ["read", "readFile", "write", "writeFile", "sync", "stat", "truncate"]) {
    const real = handle[name];
    handle[name] = (...args) => {
      const error = strike(`handle.${name}`, file, args);
      return error === undefined ? real.apply(handle, args) : Promise.reject(error);
    };
  }
}

/** One line for each call: its name, the paths, and the bytes where it writes some. */
function trace(name, file, args) {
  const bytes = args.find((arg, i) => i > 0 && (ArrayBuffer.isView(arg) || isText(name, arg, i)));
  const paths = args.slice(0, 2).map((arg) => (typeof arg === "string" ? path.resolve(arg) : arg));
  const data = bytes === undefined ? undefined : Buffer.from(slice(bytes, args)).toString("base64");
  const numbers = args.slice(1).filter((arg) => typeof arg === "number");
  const flags = name.includes("open") ? args[1] : undefined;
  depth++;
  appendFileSync(
    ATTACK_REPORT,
    `${JSON.stringify({ name, file, to: name.includes("ename") || name.includes("link") ? paths[1] : undefined, flags, numbers, data })}\n`,
  );
  depth--;
  return undefined;
}

function isText(name, arg, i) {
  return i === 1 && typeof arg === "string" && /[wW]rite|append/.test(name);
}

/** What `writeSync(descriptor, bytes, offset, length)` writes. */
function slice(bytes, args) {
  if (typeof bytes === "string") return bytes;
  const [offset = 0, length = bytes.byteLength - offset] = args.slice(2).filter(Number.isInteger);
  return new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length);
}
