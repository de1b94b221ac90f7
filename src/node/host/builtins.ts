import { INSTEAD } from "../../replay/guarded.ts";

/** The part of one of Node's modules that behaves the same in every run. */
export interface Builtin {
  /** The names of the functions that do, or all of the module. */
  readonly allowed: "all" | readonly string[];
  /** What to use instead of the other functions. */
  readonly hint: string;
}

/**
 * Node's modules that programs may use, at least in part. A program may use nothing of a module
 * that is not listed, such as one that a later Node adds.
 */
const BUILTINS: Readonly<Record<string, Builtin>> = {
  ...all(["assert", "assert/strict", "constants", "diagnostics_channel", "events"]),
  ...all(["path", "path/posix", "path/win32", "punycode", "querystring", "stream"]),
  ...all(["stream/promises", "stream/consumers", "stream/web", "string_decoder", "sys", "url"]),
  ...all(["util/types", "zlib", "buffer", "util"]),
  crypto: only(
    ["createHash", "hash", "createHmac", "Hash", "Hmac", "getHashes", "getCiphers", "getCurves"],
    ["getCipherInfo", "timingSafeEqual", "pbkdf2Sync", "scryptSync", "hkdfSync", "verify"],
    ["createCipheriv", "createDecipheriv", "createVerify", "createSecretKey", "createPublicKey"],
    ["createPrivateKey", "Cipheriv", "Decipheriv", "Verify", "KeyObject", "X509Certificate"],
    ["checkPrimeSync"],
  )(INSTEAD.bytes),
  fs: only(["Stats", "Dirent", "Dir", "ReadStream", "WriteStream"])(
    "read the file at the top of the module",
  ),
  "fs/promises": only()("read the file at the top of the module"),
  os: only(["arch", "platform", "type", "endianness", "machine"])(INSTEAD.host),
  perf_hooks: only()(INSTEAD.clock),
  timers: only(["clearTimeout", "clearInterval", "clearImmediate"])(INSTEAD.later),
  "timers/promises": only()(INSTEAD.later),
  async_hooks: only(["AsyncLocalStorage", "AsyncResource"])(INSTEAD.later),
  ...Object.fromEntries(
    [
      ...["child_process", "cluster", "dgram", "dns", "dns/promises", "http", "http2", "https"],
      ...["tls", "inspector", "inspector/promises"],
    ].map((name) => [name, only()(INSTEAD.network)]),
  ),
  net: only(["isIP", "isIPv4", "isIPv6"])(INSTEAD.network),
  tty: only()(INSTEAD.host),
  v8: only(["serialize", "deserialize"])(INSTEAD.host),
  module: only(["isBuiltin"])("import what the program needs at the top of the module"),
};

/** The part of a Node module, named with or without `node:`, that a program may use. */
export function builtinNamed(name: string): Builtin {
  const short = shortName(name);
  const found = Object.hasOwn(BUILTINS, short) ? BUILTINS[short] : undefined;
  return found ?? { allowed: [], hint: "do that in a script that reads the run" };
}

/** `fs` for `node:fs`. */
export function shortName(name: string): string {
  return name.replace(/^node:/, "");
}

function all(names: readonly string[]): Record<string, Builtin> {
  return Object.fromEntries(names.map((name) => [name, { allowed: "all", hint: "" }]));
}

function only(...names: readonly (readonly string[])[]): (hint: string) => Builtin {
  return (hint) => ({ allowed: names.flat(), hint });
}
